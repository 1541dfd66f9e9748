"""Where to cut in space: the path of a crop box through the frames of a window."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from gifworthy.gliding import FASTEST, Wanted, drawn_out, glide
from gifworthy.rooms import Slide, largest_box
from gifworthy.types import CropPath, Floats

__all__ = ["GAP", "CropPath", "crop_path", "largest_box"]

GAP = 1 / 8
"""Seconds between the moments at which the map is read."""
STEPS = 96
EDGE = 0.25
AS_GOOD = 0.98
"""The share of what a place holds that another must hold to be as good."""
AROUND, BURST = 3, 1.25
"""A place counts for at most so many times what can usually be held in so many moments on either side."""
TRIP = 0.2
"""Seconds of what is usually held that a way of one frame side must gain, or it is not gone."""
STILL_HOLDS, HOLDS_ALWAYS = 0.91, 0.6
"""The share of what a moving box holds that a still one must: over all, and in all but few moments."""
FEW = 0.1
WORTH_CLOSING, CLOSED_HOLDS = 0.95, 0.8
"""The share of what an open path holds that one that comes back must: over all, and in every moment."""
ASIDE = 0.12
"""Frame sides by which a path that comes back may begin beside where it would begin else."""
LEAST_TRAVEL = 0.04


@dataclass(frozen=True)
class Seen:
    """How much each place matters at some moments. times: (T,). maps: (T, h, w), 0 or above."""

    times: Floats
    maps: Floats

    def evenly(self) -> Seen:
        """The map at moments `GAP` apart, each the nearest that was seen, to beyond the last."""
        count = ceil((self.times[-1] - self.times[0]) / GAP - 1e-6) + 1
        even = self.times[0] + GAP * np.arange(count)
        return Seen(even, self.maps[np.abs(self.times - even[:, None]).argmin(1)])


def crop_path(seen: Seen, ways: tuple[Slide, ...], looping: bool = False) -> CropPath:
    """The path of a box of one size that holds most of what draws the eye, as calmly as that goes.

    What draws the eye is what the map has above its mean; the rest is everywhere and decides nothing.

    Of several ways to lay the box, that which holds most standing still is taken. A still box is taken
    when it holds as good as what a moving one does, over all and in nearly every moment. A moving one
    follows the best sequence of places (dynamic programming under a speed limit; a way must gain more
    than it costs, and what is hot for a moment only counts for little), but only as closely as it must:
    at each moment every place that holds nearly as much is as good, and through these ranges leads the
    calmest path there is (`glide`). The box never changes size, so nothing pumps. In a loop it ends
    where it began when that holds nearly as much, over all and in every moment, and when it need not
    begin beside what is to be seen.

    Args: ways: see `rooms.slides`. looping: whether the end is followed by the beginning.
    """
    even = seen.evenly()
    hot = np.maximum(even.maps - even.maps.mean(axis=(1, 2), keepdims=True), 0)
    held, way = max(
        ((_lasting(held_by(hot, way), way), way) for way in ways),
        key=lambda pair: float(pair[0].sum(0).max()) * pair[1].size * pair[1].breadth,
    )
    places = np.linspace(way.low, way.high, STEPS)
    still = int(held.sum(0).argmax())
    if way.high - way.low < LEAST_TRAVEL or len(even.times) < 2:
        return _path(even.times[:1], places[still : still + 1], way)
    points = _moving(held, places, looping)
    moving = _held_along(points, held, places)
    if np.ptp(points) < LEAST_TRAVEL or _as_good(held[:, still], moving):
        return _path(even.times[:1], places[still : still + 1], way)
    seconds, curve = drawn_out(points, GAP)
    return _path(even.times[0] + seconds, np.clip(curve, way.low, way.high), way)


def held_by(maps: Floats, way: Slide) -> Floats:
    """How much a box holds at each of `STEPS` places along its way; less near the box's edges.

    The taper keeps a subject away from the edge, where it would be cut, without asking for the centre.

    Args: maps: (T, h, w). Returns: (T, STEPS).
    """
    if not way.along_width:
        maps = maps.transpose(0, 2, 1)
    rows, columns = maps.shape[1:]
    down, across = (np.arange(rows) + 0.5) / rows, (np.arange(columns) + 0.5) / columns
    tall = np.abs(down - way.across - way.breadth / 2) <= way.breadth / 2
    profile = maps[:, tall].sum(1) if tall.any() else np.zeros((len(maps), columns))
    places = np.linspace(way.low, way.high, STEPS)
    inwards = np.minimum(across - places[:, None], places[:, None] + way.size - across) / way.size
    return np.asarray(profile @ np.sin(np.clip(inwards / EDGE, 0, 1) * np.pi / 2).T)


def _lasting(held: Floats, way: Slide) -> Floats:
    """What is held, less what is hot for a moment only: a leaf in the wind, a flash, a wrong motion.

    A place counts for at most `BURST` times the median of what a box can hold there, or where it gets in
    time, over the moments around: so what moves away is not lost, and what is gone is. Near an end as
    many moments are asked on its one side.

    Args: held: (T, STEPS). Returns: (T, STEPS).
    """
    from scipy.ndimage import maximum_filter1d

    count, step = len(held), (way.high - way.low) / (STEPS - 1)
    if count <= 2 * AROUND or step <= 0:
        return held
    cells = [round(moments * FASTEST * GAP / step) for moments in range(2 * AROUND + 1)]
    reached = np.stack(
        [maximum_filter1d(held, 2 * far + 1, axis=1, mode="nearest") for far in cells]
    )
    usual = np.empty_like(held)
    for at in range(count):
        first = min(max(0, at - AROUND), count - 1 - 2 * AROUND)
        near = np.arange(first, first + 2 * AROUND + 1)
        usual[at] = np.median(reached[np.abs(near - at), near], axis=0)
    return np.minimum(held, BURST * usual)


def _as_good(still: Floats, moving: Floats) -> bool:
    """Whether nearly no moment is lost: what is lost at one end of a window is lost for whoever sees it."""
    over_all = float(still.sum()) >= STILL_HOLDS * float(moving.sum())
    return over_all and float(np.quantile(_shares(still, moving), FEW)) >= HOLDS_ALWAYS


def _shares(held: Floats, freely: Floats) -> Floats:
    return held / np.maximum(freely, 1e-12)


def _moving(held: Floats, places: Floats, looping: bool) -> Floats:
    """The control points of the calmest path along what is best to show."""
    lows, highs = _as_good_places(held, _fastest_allowed(held, places), places)
    weights = held.max(1) / max(float(held.max(1).mean()), 1e-12)
    wanted = Wanted(lows, highs, weights, float(places[0]), float(places[-1]), GAP)
    opened = glide(wanted)
    if not looping:
        return opened
    closed = glide(Wanted(lows, highs, weights, wanted.least, wanted.most, GAP, closed=True))
    if abs(float(closed[0] - opened[0])) > ASIDE:
        return opened
    back, on = _held_along(closed, held, places), _held_along(opened, held, places)
    worth = float(back.sum()) >= WORTH_CLOSING * float(on.sum())
    return closed if worth and float(_shares(back, on).min()) >= CLOSED_HOLDS else opened


def _as_good_places(held: Floats, best: np.ndarray, places: Floats) -> tuple[Floats, Floats]:
    """Around the best place at each moment, the range of places that hold nearly as much."""
    enough = held >= AS_GOOD * held[np.arange(len(held)), best][:, None] - 1e-12
    lows, highs = np.empty(len(held)), np.empty(len(held))
    for at, (row, place) in enumerate(zip(enough, best, strict=True)):
        worse = np.flatnonzero(~row)
        before, after = worse[worse < place], worse[worse > place]
        lows[at] = places[before[-1] + 1 if len(before) else 0]
        highs[at] = places[after[0] - 1 if len(after) else len(places) - 1]
    return lows, highs


def _fastest_allowed(held: Floats, places: Floats) -> np.ndarray:
    """The sequence of places that holds most, less `TRIP` for its ways, moving no faster than `FASTEST`.

    A moment counts by the root of what can be held in it, so that a dim end is not left out of the frame.

    Returns: (T,) indices.
    """
    held = held / np.sqrt(np.maximum(held.max(1, keepdims=True), 1e-12))
    step = places[1] - places[0]
    apart = np.abs(np.subtract.outer(np.arange(len(places)), np.arange(len(places)))) * step
    price = TRIP / GAP * float(np.median(held.max(1)))
    allowed = np.where(apart <= max(FASTEST * GAP, step) + 1e-9, -price * apart, -np.inf)
    best, origins = held[0], []
    for row in held[1:]:
        reach = best + allowed
        origins.append(reach.argmax(1))
        best = row + reach.max(1)
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])


def _held_along(path: Floats, held: Floats, places: Floats) -> Floats:
    """(T,) what is held at each moment."""
    return np.array([np.interp(at, places, row) for at, row in zip(path, held, strict=True)])


def _path(times: Floats, places: Floats, way: Slide) -> CropPath:
    boxes = np.empty((len(times), 4))
    along, other = (0, 1) if way.along_width else (1, 0)
    boxes[:, along], boxes[:, along + 2] = places, places + way.size
    boxes[:, other], boxes[:, other + 2] = way.across, way.across + way.breadth
    return CropPath(times, np.clip(boxes, 0.0, 1.0))
