"""Which moments of a segment to look at: pure arithmetic, testable without a video."""

from __future__ import annotations

import numpy as np

from gifworthy.types import Floats, Segment


def spread(segment: Segment, count: int) -> Floats:
    """`count` moments spread evenly over a segment, each in the middle of its share: (count,) seconds."""
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    share = segment.duration / count
    return segment.start + share * (np.arange(count, dtype=np.float64) + 0.5)


def ticks(segment: Segment, fps: float) -> Floats:
    """The moments at which a player running at `fps` shows a segment: (T,) seconds, at least one."""
    if fps <= 0:
        raise ValueError(f"fps must be above 0, not {fps}")
    count = max(1, round(segment.duration * fps))
    return segment.start + np.arange(count) / fps


def windows(segment: Segment, length: float, stride: float) -> tuple[Segment, ...]:
    """Windows of `length` seconds every `stride` seconds inside a segment; the whole when it is shorter."""
    if length <= 0 or stride <= 0:
        raise ValueError(f"length and stride must be above 0, not {length} and {stride}")
    room = segment.duration - length
    if room <= 0:
        return (segment,)
    starts = segment.start + np.arange(int(room / stride + 1e-9) + 1) * stride
    return tuple(Segment(float(start), float(start) + length) for start in starts)


def delays(count: int, fps: float, ticks_a_second: int) -> list[int]:
    """How long each of `count` frames is shown, in whole ticks, so that no error adds up.

    12.5 frames a second in centiseconds: 8, 8, 8 ...; 15: 7, 6, 7, 7, 6, 7 ...
    """
    ends = [round(ticks_a_second * (index + 1) / fps) for index in range(count)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
