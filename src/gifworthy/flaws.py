"""What is wrong with a moment: black, blurred, frozen, a title ... Pure arithmetic on a scan.

The gate refuses segments that are mostly flawed, and framing keeps its window off flawed moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.reduced import Reduced
from gifworthy.types import Floats, Frames, Scan

Marks = NDArray[np.bool_]

RAMP_SECONDS = 0.5
AT_ONCE = 100
ABSOLUTE = ("black", "white", "uniform", "flashing")
RELATIVE = ("bars", "title", "fade", "blurred", "frozen")


@dataclass(frozen=True)
class Flaws:
    """Which moments of a scan have which flaw.

    words: (F,) names, the gravest first. marks: (F, T) whether that moment has that flaw.
    """

    words: tuple[str, ...]
    marks: Marks

    @property
    def any(self) -> Marks:
        """(T,) whether a moment has any flaw."""
        return np.asarray(self.marks.any(axis=0))

    def without(self, *words: str) -> Flaws:
        """The same without some of the words."""
        kept = [place for place, own in enumerate(self.words) if own not in words]
        return Flaws(tuple(self.words[place] for place in kept), self.marks[kept])


def bad_moments(scan: Scan) -> Marks:
    """(T,) which moments must not be shown: every flaw that `flaws` knows."""
    return flaws(scan).any


def flaws(scan: Scan) -> Flaws:
    """Every flaw of every moment. Of several only the gravest is marked, in the order of the words."""
    if isinstance(scan, Reduced):
        return Flaws(scan.words, scan.marks)
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in scan.frames])
    pictures = _Measures.of(grey.astype(np.uint8, copy=False))
    black, white = _black(pictures), _white(pictures)
    grey, pictures = _told_by_colour(scan.frames, grey, pictures, ~black & ~white)
    uniform = _uniform(pictures)
    found = {
        "black": black,
        "white": white,
        "uniform": uniform,
        "flashing": _flashing(scan),
        "bars": np.concatenate([_bars(few) for few in _few_at_a_time(scan.frames)]),
        "title": _title(pictures, scan),
        "fade": _fade(scan, black | white | uniform),
        "blurred": _blurred(pictures),
        "frozen": _frozen(grey, scan),
    }
    words = (*ABSOLUTE, *RELATIVE)
    marks = np.array([found[word] for word in words])
    first = marks & (np.cumsum(marks, axis=0) == 1)
    return Flaws(words, first)


def _told_by_colour(
    frames: Frames, grey: Frames, pictures: _Measures, asked: Marks
) -> tuple[Frames, _Measures]:
    """Moments without a range of light that have a range of colour are measured by that colour instead.

    A red disc on a green wall may be as light as the wall. Of the two colour axes (Cr, Cb) the one with
    the larger range is taken. Only what light cannot tell is looked at again.
    """
    places = np.flatnonzero(asked & _uniform(pictures))
    if not len(places):
        return grey, pictures
    colours = np.stack([_coloured(frames[place]) for place in places])
    told = _Measures.of(colours)
    seen = ~_uniform(told)
    places = places[seen]
    grey, mixed = grey.copy(), _Measures(*(column.copy() for column in pictures))
    grey[places] = colours[seen]
    for column, by_colour in zip(mixed, told, strict=True):
        column[places] = by_colour[seen]
    return grey, mixed


def _coloured(frame: Frames) -> Frames:
    """(H, W) the colour axis, Cr or Cb, of larger range."""
    axes = np.moveaxis(cv2.cvtColor(frame, cv2.COLOR_RGB2YCrCb), 2, 0)[1:]
    low, high = _quantiles(axes.astype(np.float32), 0.005, 0.995)
    return np.ascontiguousarray(axes[int((high - low).argmax())])


class _Measures(NamedTuple):
    """What is asked of each picture more than once; each (T,).

    dark, light: the 2nd and 98th percentile of grey. span: from the half to the 99.5th percentile.
    steepness: the steepest hundredth of the slopes, as a share 0..1 of the span; a slope is the larger
    step to the right or down. flat: share of slopes below 2.5. ground: share of the pixels in the
    fullest 24 grey levels. lettered, lined: share of the rows that rise and fall at least six times,
    twice.
    """

    dark: Floats
    light: Floats
    span: Floats
    steepness: Floats
    flat: Floats
    ground: Floats
    lettered: Floats
    lined: Floats

    @classmethod
    def of(cls, grey: Frames) -> _Measures:
        """Measure (T, H, W) grey pictures; all at once would fill the memory."""
        parts = [_measured(few) for few in _few_at_a_time(grey)]
        return cls(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _few_at_a_time(pictures: Frames) -> Iterator[Frames]:
    for first in range(0, len(pictures), AT_ONCE):
        yield pictures[first : first + AT_ONCE]


def _measured(pictures: Frames) -> _Measures:
    grey = pictures.astype(np.float32)
    low, dark, light, high = _quantiles(grey, 0.005, 0.02, 0.98, 0.995)
    span = high - low
    right = np.abs(np.diff(grey, axis=2))
    down = np.abs(np.diff(grey, axis=1))
    slopes = np.maximum(right[:, :-1], down[:, :, :-1])
    (steep,) = _quantiles(slopes, 0.99)
    strokes = (right > 0.1 * span[:, None, None]).sum(axis=2)
    return _Measures(
        dark,
        light,
        span,
        steep / np.maximum(span, 1),
        (slopes < 2.5).mean(axis=(1, 2)),
        _ground(grey),
        (strokes >= 6).mean(axis=1),
        (strokes >= 2).mean(axis=1),
    )


def _quantiles(pictures: NDArray[np.float32], *shares: float) -> tuple[Floats, ...]:
    """For each share, the (T,) level below which that share of every other pixel lies."""
    flat = pictures.reshape(len(pictures), -1)[:, ::2]
    places = [round(share * (flat.shape[1] - 1)) for share in shares]
    ordered = np.partition(flat, places, axis=1)
    return tuple(ordered[:, place].astype(np.float64) for place in places)


def _black(pictures: _Measures) -> Marks:
    """Even the lightest things are dark: the 98th percentile below 32 of 255."""
    return np.asarray(pictures.light < 32)


def _white(pictures: _Measures) -> Marks:
    """Even the darkest things are light: the 2nd percentile above 232."""
    return np.asarray(pictures.dark > 232)


def _uniform(pictures: _Measures) -> Marks:
    """Hardly any range of light or colour: 99 of 100 pixels lie within 36 levels. Fog has 45 and more."""
    return np.asarray(pictures.span < 36)


def _blurred(pictures: _Measures) -> Marks:
    """No edge anywhere: the steepest hundredth of the slopes is below an eighth of the range of light.

    Measured against the range, so that a soft light or a plain wall is not called blurred; on small
    pictures, so that only a blur that ruins a cover counts. A sharp face before a blurred room passes.
    """
    return np.asarray(pictures.steepness < 0.125)


def _bars(frames: Frames) -> Marks:
    """Colour bars: the upper half is constant down every column, saturated and uneven across."""
    upper = frames[:, : max(1, frames.shape[1] // 2) : 3].astype(np.float32)
    down = upper.std(axis=1).mean(axis=(1, 2))
    columns = upper.mean(axis=1)
    red, green, blue = np.moveaxis(columns, 2, 0)
    strongest = np.maximum(np.maximum(red, green), blue)
    colour = (strongest - np.minimum(np.minimum(red, green), blue)).mean(axis=1)
    return np.asarray((down < 4) & (columns.std(axis=1).mean(axis=1) > 25) & (colour > 60))


def _title(pictures: _Measures, scan: Scan) -> Marks:
    """Text on a plain ground: a card, or credits that roll.

    Most pixels are flat and of one grey, the edges are as steep as print (two thirds of the range of
    light in one step; pictures of things reach 0.6), and most rows that hold anything rise and fall as
    often as letters do. Fireworks have such grounds too, but move by themselves; print is still or
    rolls as a whole.
    """
    return np.asarray(
        (pictures.steepness > 0.66)
        & (pictures.flat > 0.5)
        & (pictures.ground > 0.6)
        & (pictures.lettered > 0.03)
        & (pictures.lettered > 0.6 * pictures.lined)
        & (_or_zero(scan.moving, len(scan)) < 0.05)
    )


def _ground(grey: NDArray[np.float32]) -> Floats:
    """Share of the pixels that lie in the fullest 24 grey levels: (T,)."""
    bins = (grey / 8).astype(np.int64) + 40 * np.arange(len(grey))[:, None, None]
    counts = np.bincount(bins.ravel(), minlength=40 * len(grey)).reshape(-1, 40)
    three = counts[:, :-2] + counts[:, 1:-1] + counts[:, 2:]
    return np.asarray(three.max(axis=1) / grey[0].size)


def _fade(scan: Scan, empty: Marks) -> Marks:
    """Inside a transition that the scan found, or on the way to or from an empty picture.

    A slow fade keeps its content moving, so its frames need not look like paler copies of each other;
    but its contrast falls all the way to a black, white or uniform moment of the same shot.
    """
    marks = np.zeros(len(scan), bool)
    for span in scan.transitions:
        marks[scan.inside(span)] = True
    for step in (-1, 1):
        for place in np.flatnonzero(empty & ~np.roll(empty, -step)):
            marks[_climb(scan, int(place), step)] = True
    return marks & ~empty


def _climb(scan: Scan, place: int, step: int) -> list[int]:
    """The moments from `place` on for as long as contrast rises by a tenth in half a second."""
    ends = [end for span in scan.transitions for end in (span.start, span.end)]
    shots = np.searchsorted(np.sort([*scan.cuts, *ends]), scan.times, side="right")
    climbed: list[int] = []
    far = place + step
    while 0 <= far < len(scan) and shots[far] == shots[place]:
        near = np.abs(scan.times - scan.times[far]) <= RAMP_SECONDS
        behind = near & (shots == shots[place]) & ((np.arange(len(scan)) - far) * step < 0)
        if scan.contrast[far] < 1.1 * scan.contrast[behind].min(initial=np.inf):
            break
        climbed.append(far)
        far += step
    return climbed


def _frozen(grey: Frames, scan: Scan) -> Marks:
    """Nothing at all changes for a second: no block of the picture by 0.7 grey levels at a time.

    A held picture stays below 0.3 after compression, an empty room filmed by a still camera goes above
    1. One step in five may reach 4: a key frame is coded anew.
    """
    steps = _largest_block_change(grey)
    calm = _around(scan.times, (steps < 0.7).astype(np.float64), 0.5) >= 0.8
    unmoved = _around(scan.times, (steps >= 4.0).astype(np.float64), 0.5) == 0
    return np.asarray(calm & unmoved)


def _largest_block_change(grey: Frames) -> Floats:
    """(T,) the largest mean change of any block of 4 by 4 pixels since the moment before."""
    high, wide = max(1, grey.shape[1] // 4), max(1, grey.shape[2] // 4)
    steps = [
        cv2.resize(_steps(before, after), (wide, high), interpolation=cv2.INTER_AREA).max()
        for before, after in pairwise(grey)
    ]
    return np.array([steps[0] if steps else 0.0, *steps])


def _steps(before: Frames, after: Frames) -> NDArray[np.float32]:
    return np.asarray(cv2.absdiff(before, after), np.float32)


def _flashing(scan: Scan) -> Marks:
    """More than three flashes in a second: WCAG 2.3.1, the general flash threshold."""
    return np.asarray(_around(scan.times, _or_zero(scan.flashes, len(scan)), 0.5) > 3)


def _around(times: Floats, signal: Floats, reach: float) -> Floats:
    """(T,) the mean of a signal over the moments within `reach` seconds of each moment."""
    first = np.searchsorted(times, times - reach)
    last = np.searchsorted(times, times + reach, side="right")
    sums = np.concatenate([[0.0], np.cumsum(signal)])
    return np.asarray((sums[last] - sums[first]) / (last - first))


def _or_zero(signal: Floats, count: int) -> Floats:
    """A signal that the scan could not measure says that nothing happened."""
    return signal if len(signal) == count else np.zeros(count)
