"""Decoded frame -> a little picture; every pixel of the frame counts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from gifworthy.decoding import Source, matrix_of
from gifworthy.measures import DETAIL_SIDE
from gifworthy.types import Frames

LONG_SIDE = 96
SHORTEST_SIDE = 12

# Planes of 8 bits, one of luma and two of colour: they are read where the decoder left them.
_PLANAR = frozenset({"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"})
_FULL_RANGE = 2
_HIGH_DYNAMIC_RANGE = frozenset({16, 18})
_BT601 = 5
_RED_AND_BLUE = {1: (0.2126, 0.0722), 7: (0.212, 0.087), 9: (0.2627, 0.0593), 10: (0.2627, 0.0593)}
Size = tuple[int, int]


@dataclass(frozen=True)
class Thumbnail:
    """One frame, made small. time: seconds. matrix: the code point that makes RGB of `mix`.

    mix: (h, w, 3) uint8 full-range Y, Cb, Cr; upright, square pixels, long side 96.
    detail: (H, W) uint8 luma as coded, not upright, long side 320 to 639 or all there is.
    """

    time: float
    mix: Frames
    detail: Frames
    matrix: int

    @property
    def colours(self) -> Frames:
        """(h, w, 3) uint8 RGB."""
        return cv2.transform(self.mix, _to_rgb(self.matrix)).astype(np.uint8, copy=False)

    @property
    def grey(self) -> Frames:
        """(h, w) uint8 luma."""
        return self.mix[:, :, 0]


class Shrinker:
    """Makes thumbnails of one video's frames.

    The usual planar pictures are averaged plane by plane by repeated halving, which touches every
    pixel once at the speed of memory: a sixth of the time that a scaler of equal quality takes. Others
    (10 bits, high dynamic range, RGB, palettes) go through the decoder's own scaler.
    """

    def __init__(self, source: Source) -> None:
        self._look = source.look
        self._upright_size = fitted(source.width, source.height, LONG_SIDE)
        self._size = source.look.as_coded(self._upright_size)
        self._detail_size = source.look.as_coded(fitted(source.width, source.height, DETAIL_SIDE))
        self._painter = source.painter(DETAIL_SIDE, small=True)

    def shrink(self, time: float, frame: VideoFrame) -> Thumbnail:
        """The thumbnail of a decoded frame."""
        if frame.format.name in _PLANAR and frame.color_trc not in _HIGH_DYNAMIC_RANGE:
            return self._of_planes(time, frame)
        return self._of_painted(time, frame)

    def _of_planes(self, time: float, frame: VideoFrame) -> Thumbnail:
        detail = halved(_plane(frame, 0), self._detail_size)
        luma = resized(detail, self._size)
        mix = cv2.merge([luma, *(resized(_plane(frame, n), self._size) for n in (1, 2))])
        if frame.color_range != _FULL_RANGE and not frame.format.name.startswith("yuvj"):
            mix = cv2.transform(mix, _TO_FULL_RANGE)
        return Thumbnail(time, self._look.upright(mix), detail, matrix_of(frame))  # type: ignore[arg-type]

    def _of_painted(self, time: float, frame: VideoFrame) -> Thumbnail:
        picture = self._painter.paint(frame)
        small = resized(picture, self._upright_size)
        mix = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)[:, :, [0, 2, 1]]
        detail = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return Thumbnail(time, mix, detail, _BT601)  # type: ignore[arg-type]


def fitted(width: int, height: int, side: int) -> Size:
    """(width, height) with a long side of `side`, the short one never so short that it says nothing."""
    scale, least = side / max(width, height), SHORTEST_SIDE * side // LONG_SIDE
    return max(least, round(width * scale)), max(least, round(height * scale))


def halved(picture: Frames, least: Size) -> Frames:
    """A picture halved as often as it stays at least (width, height) large; means of two by two."""
    while picture.shape[1] >= 2 * least[0] and picture.shape[0] >= 2 * least[1]:
        half = picture.shape[1] // 2, picture.shape[0] // 2
        even = picture[: 2 * half[1], : 2 * half[0]]
        picture = cv2.resize(even, half, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return picture


def resized(picture: Frames, size: Size) -> Frames:
    """A picture brought to (width, height): halved, then one step of less than two, between pixels."""
    picture = halved(picture, size)
    if picture.shape[1::-1] == size:
        return picture
    return cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def _plane(frame: VideoFrame, number: int) -> Frames:
    plane = frame.planes[number]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return np.asarray(rows[: plane.height, : plane.width])


@cache
def _to_rgb(matrix: int) -> NDArray[np.float32]:
    """(3, 4) from full-range (Y, Cb, Cr, 1) to RGB: ITU-T H.273, equations 38 to 43."""
    red, blue = _RED_AND_BLUE.get(matrix, (0.299, 0.114))
    green = 1 - red - blue
    slopes = np.array(
        [
            [1, 0, 2 - 2 * red],
            [1, -blue * (2 - 2 * blue) / green, -red * (2 - 2 * red) / green],
            [1, 2 - 2 * blue, 0],
        ]
    )
    return np.column_stack([slopes, -slopes @ [0, 128, 128]]).astype(np.float32)


_TO_FULL_RANGE = np.array(
    [
        [255 / 219, 0, 0, -16 * 255 / 219],
        [0, 255 / 224, 0, 128 - 128 * 255 / 224],
        [0, 0, 255 / 224, 128 - 128 * 255 / 224],
    ],
    np.float32,
)
