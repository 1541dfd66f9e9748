"""Windows of 32 frames that slide over a video: which frames a strip of them holds, pure arithmetic.

Frames are counted on a grid: frame g is what is shown at (g + 1/2) / rate seconds. A window maps its last
frame, the target. A strip of T = 32 + 8 (K - 1) frames maps K targets, 8 frames apart, which share what
they have in common. A target that has not 31 frames before it is looked at backwards: its window holds
the 31 frames after it, in reversed order (TASED-Net's `run_example.py`). Where the video has not so many
either, its last frame stands still.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats, Segment

WINDOW, STRIDE = 32, 8
Places = NDArray[np.intp]


def strip_length(targets: int) -> int:
    """T: how many frames a strip of K targets holds."""
    if targets < 1:
        raise ValueError(f"targets must be at least 1, not {targets}")
    return WINDOW + STRIDE * (targets - 1)


def targets_in(frames: int) -> int:
    """K: how many targets a strip of T frames maps."""
    return (frames - WINDOW) // STRIDE + 1


@dataclass(frozen=True)
class Strip:
    """One strip on the grid. first: its first target. backwards: whether it is looked at backwards."""

    first: int
    targets: int
    backwards: bool

    @property
    def frames(self) -> Places:
        """(T,) the frames it shows, in the order in which it shows them; some may lie past the end."""
        length = strip_length(self.targets)
        if self.backwards:
            return self.first + length - 1 - np.arange(length)
        return self.first - WINDOW + 1 + np.arange(length)

    @property
    def mapped(self) -> Places:
        """(K,) the frames it maps, in the order of its maps."""
        return self.frames[WINDOW - 1 :: STRIDE]


def strips(wanted: Iterable[int], targets: int, way: Way | None = None) -> Iterator[Strip]:
    """The strips that map some frames, in order of time.

    Which strip maps a frame depends on the frame alone, not on what else is wanted, so that the same
    frame gets the same map whoever asks.

    Args: way: which strip maps a frame; `strip_of` unless given.
    """
    found = {(way or strip_of)(int(frame), targets) for frame in wanted}
    yield from sorted(found, key=lambda strip: (int(strip.frames.min()), strip.first))


def strip_of(frame: int, targets: int) -> Strip:
    """The one strip that maps a frame; others may hold it too, but nobody asks them."""
    phase, place = frame % STRIDE, frame // STRIDE
    earliest = (WINDOW - 1 - phase + STRIDE - 1) // STRIDE
    backwards = place < earliest
    offset = 0 if backwards else earliest
    start = offset + (place - offset) // targets * targets
    return Strip(phase + STRIDE * start, targets, backwards)


def strip_after(frame: int, targets: int) -> Strip:
    """The strip that maps a frame from what comes after it, looked at backwards."""
    phase, place = frame % STRIDE, frame // STRIDE
    return Strip(phase + STRIDE * (place // targets * targets), targets, backwards=True)


Way = Callable[[int, int], Strip]
"""Which strip maps a frame, among strips of so many targets."""


def frame_at(moments: Floats, rate: float) -> Places:
    """The frame of the grid whose middle lies nearest to each moment."""
    return np.maximum(0, np.round(moments * rate - 0.5)).astype(np.intp)


def moment_of(frames: Places, rate: float) -> Floats:
    """The second at which each frame of the grid is looked at."""
    return np.asarray((frames + 0.5) / rate)


def frames_in(duration: float, rate: float) -> int:
    """How many frames of the grid a video has, at least one."""
    return max(1, int(np.floor(duration * rate + 1e-6)))


@dataclass(frozen=True)
class Around:
    """The strip that is read of one segment when a net learns or is judged: its targets lie around the
    segment's middle.

    moments: (T,) seconds of its frames in showing order. mapped: (K,) seconds of its targets.
    """

    moments: Floats
    mapped: Floats

    @classmethod
    def of(cls, segment: Segment, targets: int, rate: float) -> Around:
        """The strip of a segment; backwards where the video does not begin early enough."""
        length = strip_length(targets)
        centre = WINDOW - 1 + STRIDE * (targets - 1) / 2
        offsets = np.asarray((np.arange(length) - centre) / rate, np.float64)
        forwards = segment.middle + offsets[0] >= 0
        moments = np.asarray(segment.middle + (offsets if forwards else -offsets), np.float64)
        return cls(moments, moments[WINDOW - 1 :: STRIDE])


def inside(segment: Segment, moments: Floats) -> NDArray[np.bool_]:
    """Which moments lie in a segment; those nearest to its middle where none does: (K,)."""
    found = (moments >= segment.start) & (moments < segment.end)
    away = np.abs(moments - segment.middle)
    return np.asarray(found if found.any() else away <= away.min())
