"""When and where: a span of seconds, a box in the frame, and a box that moves through time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, order=True)
class Segment:
    """A span `[start, end)` of a video, in seconds: the only way to say *when*."""

    start: float
    end: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.end)):
            raise ValueError(f"a segment needs finite ends, not {self.start} and {self.end}")
        if not 0 <= self.start < self.end:
            raise ValueError(f"a segment needs 0 <= start < end, not {self.start} and {self.end}")

    @property
    def duration(self) -> float:
        """Length in seconds, above 0."""
        return self.end - self.start

    @property
    def middle(self) -> float:
        """The moment halfway, in seconds."""
        return (self.start + self.end) / 2

    def shared_with(self, other: Segment) -> float:
        """Seconds that lie in both segments; 0 when they are apart."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def holds(self, moment: float) -> bool:
        """Whether a moment, in seconds, lies inside; the end does not."""
        return self.start <= moment < self.end

    def within(self, bounds: Segment) -> Segment:
        """The part of this segment inside `bounds`; ValueError when there is none."""
        return Segment(max(self.start, bounds.start), min(self.end, bounds.end))


@dataclass(frozen=True)
class Box:
    """A place in the frame, as fractions 0..1 of its width and height: the only way to say *where*."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(
                f"a box needs 0 <= left < right <= 1 and 0 <= top < bottom <= 1, "
                f"not {self.left}, {self.top}, {self.right}, {self.bottom}"
            )

    @property
    def width(self) -> float:
        """Fraction of the frame's width, in (0, 1]."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Fraction of the frame's height, in (0, 1]."""
        return self.bottom - self.top

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box as (x, y), each in 0..1."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def __str__(self) -> str:
        """As it is written on a command line."""
        return ",".join(f"{edge:g}" for edge in (self.left, self.top, self.right, self.bottom))

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return min(self.right, other.right) > max(self.left, other.left) and min(
            self.bottom, other.bottom
        ) > max(self.top, other.top)

    def holds(self, other: Box) -> bool:
        """Whether the other lies inside; edges may touch."""
        return (
            self.left <= other.left
            and self.top <= other.top
            and self.right >= other.right
            and self.bottom >= other.bottom
        )


WHOLE_FRAME = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True)
class CropPath:
    """A crop box that moves through time.

    times: (T,) seconds, rising. boxes: (T, 4) left, top, right, bottom as fractions 0..1 of the
    frame; every box has the same width and height.
    """

    times: NDArray[np.float64]
    boxes: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.times), 4) or not len(self.times):
            raise ValueError(f"{len(self.times)} times but boxes of shape {self.boxes.shape}")

    @property
    def is_still(self) -> bool:
        """Whether the box never moves."""
        return bool((self.boxes == self.boxes[0]).all())

    def at(self, moments: NDArray[np.float64]) -> NDArray[np.float64]:
        """The box at each moment, linear between the path's own times: (M,) seconds -> (M, 4)."""
        return np.stack([np.interp(moments, self.times, edge) for edge in self.boxes.T], axis=1)
