"""Strips: little grey pictures of a stretch of a film, and the second at which each is first shown.

Shape letters: T pictures, H height, W width.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.decoding import Source, deinterlaced
from gifworthy.types import Floats, Frames, Segment

WIDTH = 128
_EARLY = 1e-3


@dataclass(frozen=True)
class Strip:
    """times: (T,) seconds, rising. greys: (T, H, W) uint8."""

    times: Floats
    greys: Frames

    def __len__(self) -> int:
        return len(self.times)

    def places(self, moments: Floats) -> NDArray[np.intp]:
        """Which picture is shown at each moment; the first before the first."""
        return np.maximum(np.searchsorted(self.times, moments + _EARLY, side="right") - 1, 0)

    def at(self, moments: Floats) -> Strip:
        """The pictures shown at some moments, at their own times."""
        chosen = self.places(moments)
        return Strip(self.times[chosen], self.greys[chosen])

    def between(self, part: Segment) -> Strip:
        """The pictures that are first shown inside a part; what is shown at its start when there is none."""
        inside = (self.times >= part.start - _EARLY) & (self.times < part.end - _EARLY)
        if not inside.any():
            return self.at(np.array([part.start]))
        return Strip(self.times[inside], self.greys[inside])

    def thinned(self, most: int) -> Strip:
        """At most so many pictures, evenly chosen, the first and the last among them."""
        if len(self) <= most:
            return self
        chosen = np.linspace(0, len(self) - 1, most).round().astype(np.intp)
        return Strip(self.times[chosen], self.greys[chosen])


def strips(
    source: Source, start: float = 0.0, end: float = inf, rate: float = inf, together: int = 512
) -> Iterator[Strip]:
    """A stretch, so many pictures at a time: memory does not grow with its length.

    Args: start, end: seconds; the picture shown at `start` comes too. rate: pictures a second at most.
    """
    painter = source.painter(WIDTH, small=True)
    times: list[float] = []
    greys: list[Frames] = []
    due = -inf
    for picture in deinterlaced(source.pictures_from(start)):
        if picture.time >= end:
            break
        if picture.time < due - _EARLY:
            continue
        due = max(due + 1 / rate, picture.time) if due > -inf else picture.time + 1 / rate
        times.append(picture.time)
        greys.append(np.asarray(cv2.cvtColor(painter.paint(picture.frame), cv2.COLOR_RGB2GRAY)))
        if len(times) == together:
            yield Strip(np.array(times), np.stack(greys))
            times, greys = [], []
    if times:
        yield Strip(np.array(times), np.stack(greys))


def strip(source: Source, start: float = 0.0, end: float = inf, rate: float = inf) -> Strip:
    """A stretch as one strip. Raises: ValueError when there is no picture in it."""
    parts = list(strips(source, start, end, rate))
    if not parts:
        raise ValueError(f"there is no picture between {start} and {end} seconds")
    return Strip(
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.greys for part in parts]),
    )
