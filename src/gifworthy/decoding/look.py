"""How a stream is to be shown: its size in square pixels, and which way is up."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

from gifworthy.types import Frames

# Pixels more than this much longer than wide are a damaged header, not a lens.
_LONGEST_PIXEL = 8.0


@dataclass(frozen=True)
class Look:
    """How the frames of a stream are to be shown.

    width, height: pixels as displayed, upright and square. turns: quarter turns against the clock
    that make a decoded frame upright, 0..3, after its mirroring if it is `mirrored`.
    coded: (width, height) of the decoded frames it was read from.
    """

    width: int
    height: int
    turns: int
    mirrored: bool = False
    coded: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, frame: VideoFrame, pixel_shape: Fraction | None) -> Look:
        """Read it off a decoded frame. pixel_shape: width of a pixel over its height."""
        shape = float(pixel_shape or 1)
        if not 1 / _LONGEST_PIXEL <= shape <= _LONGEST_PIXEL:
            shape = 1.0
        width, height = max(1, round(frame.width * shape)), frame.height
        turns, mirrored = _orientation(frame)
        if turns % 2:
            width, height = height, width
        return cls(width, height, turns, mirrored, (frame.width, frame.height))

    def sized(self, width: int | None) -> tuple[int, int]:
        """(width, height) when shown at most `width` wide, never larger than it is."""
        if width is None or width >= self.width:
            return self.width, self.height
        return width, max(1, round(self.height * width / self.width))

    def as_coded(self, size: tuple[int, int]) -> tuple[int, int]:
        """A displayed (width, height) before it is turned upright."""
        return (size[1], size[0]) if self.turns % 2 else size

    def upright(self, picture: Frames) -> Frames:
        """A decoded picture (H, W) or (H, W, 3), mirrored and turned as it is to be seen."""
        if self.mirrored:
            picture = picture[:, ::-1]
        if self.turns:
            picture = np.rot90(picture, self.turns)
        return np.ascontiguousarray(picture)


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Quarter turns against the clock, and whether to mirror first, from the display matrix.

    The matrix maps (x, y) to (a x + c y, b x + d y), y pointing down (ISO/IEC 14496-12, 8.3.2.3).
    """
    data = _side_data(frame, Type.DISPLAYMATRIX)
    if len(data) < 36:
        return 0, False
    a, b, _, c, d, *_ = struct.unpack("=9i", data[:36])
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return round(-math.atan2(b, a) / (math.pi / 2)) % 4, mirrored


def brightest_nits(frame: VideoFrame, otherwise: float) -> float:
    """The brightest light that a high dynamic range stream says it holds, in nits.

    The content's own maximum (MaxCLL) comes before the mastering screen's; absurd values count for
    nothing.
    """
    for nits in (_content_peak(frame), _screen_peak(frame)):
        if 100 <= nits <= 10000:
            return nits
    return otherwise


def _content_peak(frame: VideoFrame) -> float:
    data = _side_data(frame, Type.CONTENT_LIGHT_LEVEL)
    return float(struct.unpack("=I", data[:4])[0]) if len(data) >= 4 else 0.0


def _screen_peak(frame: VideoFrame) -> float:
    """The last of the ten fractions in the mastering screen's data: its maximum luminance."""
    data = _side_data(frame, Type.MASTERING_DISPLAY_METADATA)
    above, below = struct.unpack("=2i", data[72:80]) if len(data) >= 80 else (0, 0)
    return above / below if below else 0.0


def _side_data(frame: VideoFrame, kind: Type) -> bytes:
    data = frame.side_data.get(kind)  # type: ignore[call-overload]
    return b"" if data is None else bytes(data)
