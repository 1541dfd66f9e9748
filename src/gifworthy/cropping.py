"""Where to cut in space: the path of a crop box through the frames of a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.attention import attention
from gifworthy.types import Box, Clip, Floats

STEPS = 96
EDGE = 0.25
WORTH_MOVING = 1.15
WORTH_CLOSING = 0.95
CLOSED = 1e3
LEAST_TRAVEL = 0.04
FASTEST = 0.35
STIFFNESS_SECONDS = 0.45
SAMPLE_SECONDS = 1 / 8


@dataclass(frozen=True)
class CropPath:
    """A crop box that moves through time.

    times: (T,) seconds, rising. boxes: (T, 4) left, top, right, bottom as fractions 0..1 of the
    frame; every box has the same width and height.
    """

    times: Floats
    boxes: Floats

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.times), 4) or not len(self.times):
            raise ValueError(f"{len(self.times)} times but boxes of shape {self.boxes.shape}")

    @property
    def is_still(self) -> bool:
        """Whether the box never moves."""
        return bool((self.boxes == self.boxes[0]).all())

    def at(self, moments: Floats) -> Floats:
        """The box at each moment, linear between the path's own times: (M,) seconds -> (M, 4)."""
        return np.stack([np.interp(moments, self.times, edge) for edge in self.boxes.T], axis=1)


def largest_box(width: int, height: int, aspect: float) -> tuple[float, float]:
    """Width and height, as fractions of the frame, of the largest box of `aspect` inside it.

    Args: width, height: pixels of the frame. aspect: width over height of the crop, in pixels.
    """
    own = width / height
    return (aspect / own, 1.0) if aspect < own else (1.0, own / aspect)


def crop_path(
    clip: Clip, box: tuple[float, float], focus: Box | None = None, looping: bool = False
) -> CropPath:
    """The path of a box of one size that holds most of what draws the eye.

    The largest box of an aspect can only be moved along one side of the frame, so attention is summed
    across the other. A still box is taken unless a moving one holds a seventh more. A moving one is
    the best sequence of places under a speed limit (dynamic programming), smoothed by the trend
    filter of Hodrick and Prescott: what is punished is acceleration, so it glides and never jitters.
    In a loop it ends where it began when that holds nearly as much, so that it opens no new seam.

    Args: clip: small frames of the window in order of time. box: width and height of the crop as
        fractions of the frame, one of them 1. focus: where the scorer pointed. looping: whether the
        end is followed by the beginning.
    """
    sampled = _sampled(clip)
    along_width = box[1] == 1.0
    size = box[0] if along_width else box[1]
    if size > 1 - 1e-3:
        return _path(sampled.times[:1], np.zeros(1), box, along_width)
    seen = attention(sampled, focus).sum(axis=1 if along_width else 2)
    held = mass_held(seen, size)
    places = np.linspace(0, 1 - size, STEPS)
    still = int(held.sum(0).argmax())
    moving = _moving(held, places, sampled.times, looping)
    worth = WORTH_MOVING * float(held[:, still].sum())
    if np.ptp(moving) >= LEAST_TRAVEL and _held_along(moving, held, places) > worth:
        return _path(sampled.times, moving, box, along_width)
    return _path(sampled.times[:1], places[still : still + 1], box, along_width)


def _moving(held: Floats, places: Floats, times: Floats, looping: bool) -> Floats:
    wanted = places[_fastest_allowed(held, places, times)]
    opened = np.clip(smoothed(wanted, times), 0, places[-1])
    closed = np.clip(smoothed(wanted, times, closed=True), 0, places[-1])
    kept = _held_along(closed, held, places) / _held_along(opened, held, places)
    return closed if looping and kept >= WORTH_CLOSING else opened


def mass_held(seen: Floats, size: float) -> Floats:
    """How much attention a box holds at each of `STEPS` places; less near the box's edges.

    The taper keeps a subject away from the edge, where it would be cut, without asking for the centre.

    Args: seen: (T, P) attention along one side of the frame. size: of the box, fraction 0..1.
    Returns: (T, STEPS).
    """
    spots = (np.arange(seen.shape[1]) + 0.5) / seen.shape[1]
    places = np.linspace(0, 1 - size, STEPS)
    inwards = np.minimum(spots - places[:, None], places[:, None] + size - spots) / size
    return np.asarray(seen @ np.sin(np.clip(inwards / EDGE, 0, 1) * np.pi / 2).T)


def smoothed(places: Floats, times: Floats, closed: bool = False) -> Floats:
    """Places with little acceleration: the Hodrick-Prescott filter, (T,) -> (T,).

    Args: closed: whether the last place must be the first.
    """
    count = len(places)
    if count < 3:
        return np.full(count, places.mean())
    rate = (count - 1) / (times[-1] - times[0])
    second = np.diff(np.eye(count), n=2, axis=0)
    stiffness = (STIFFNESS_SECONDS * rate) ** 4
    system = np.eye(count) + stiffness * second.T @ second
    if closed:
        ends = np.eye(count)[0] - np.eye(count)[-1]
        system += CLOSED * np.outer(ends, ends)
    return np.asarray(np.linalg.solve(system, places))


def _fastest_allowed(held: Floats, places: Floats, times: Floats) -> np.ndarray:
    """The sequence of places that holds most, moving no faster than `FASTEST` frames a second."""
    step = places[1] - places[0]
    apart = np.abs(np.subtract.outer(np.arange(len(places)), np.arange(len(places)))) * step
    best, origins = held[0], []
    for row, seconds in zip(held[1:], np.diff(times), strict=True):
        reach = np.where(apart <= max(FASTEST * seconds, step), best, -np.inf)
        origins.append(reach.argmax(1))
        best = row + reach.max(1)
    path = [int(best.argmax())]
    for origin in reversed(origins):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1])


def _held_along(path: Floats, held: Floats, places: Floats) -> float:
    indices = np.searchsorted(places, path).clip(0, len(places) - 1)
    return float(held[np.arange(len(held)), indices].sum())


def _sampled(clip: Clip) -> Clip:
    """About eight frames a second."""
    grid = np.arange(clip.times[0], clip.times[-1] + 1e-6, SAMPLE_SECONDS)
    chosen = np.unique(np.abs(clip.times[:, None] - grid).argmin(0))
    return Clip(clip.frames[chosen], clip.times[chosen])


def _path(times: Floats, places: Floats, box: tuple[float, float], along_width: bool) -> CropPath:
    boxes = np.zeros((len(times), 4))
    boxes[:, 2:] = box
    boxes[:, (0, 2) if along_width else (1, 3)] += places[:, None]
    return CropPath(times, np.clip(boxes, 0.0, 1.0))
