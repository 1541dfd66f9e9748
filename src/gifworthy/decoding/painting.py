"""Decoded frame -> RGB array: size, colour, orientation."""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from gifworthy.decoding.look import Look, brightest_nits
from gifworthy.decoding.tones import USUAL_PEAK, Transfer, standard_range
from gifworthy.types import Frames

# The scaler's own flags (libswscale/swscale.h); PyAV 17 has no names for the last two.
_BILINEAR, _BICUBIC, _WHOLE_CHROMA, _EXACT_ROUNDING = 1 << 1, 1 << 2, 1 << 13, 1 << 18
_FULL = _BICUBIC | _WHOLE_CHROMA | _EXACT_ROUNDING
_QUICK = _BILINEAR

# Code points of ITU-T H.273, as the decoder gives them.
_RGB, _BT709, _UNKNOWN, _BT601, _BT2020 = 0, 1, 2, 5, 9
_TRANSFERS: dict[int, Transfer] = {16: "pq", 18: "hlg"}
_PRIMARIES = {1: "bt709", 11: "p3", 12: "p3"}
_HIGH_DEFINITION = (1280, 720)
_MOST_STRETCH = 1.02


class Painter:
    """Paints decoded frames as (height, width, 3) uint8 RGB, upright and with square pixels.

    One scaler is shared by all frames: a scaler per frame leaks.
    """

    def __init__(self, look: Look, width: int | None = None, *, small: bool = False) -> None:
        self.look = look
        self.width, self.height = look.sized(width)
        self._size = look.as_coded((self.width, self.height))
        self._flags = _QUICK if small else _FULL
        self._scaler = VideoReformatter()

    def paint(self, frame: VideoFrame) -> Frames:
        """(height, width, 3) uint8 RGB."""
        size = self._size if self._has_usual_shape(frame) else _inside(frame, self._size)
        return self.look.upright(_centred(self._coloured(frame, size), self._size))

    def _coloured(self, frame: VideoFrame, size: tuple[int, int]) -> Frames:
        transfer = _TRANSFERS.get(frame.color_trc)
        if transfer is not None:
            deep = self._scaled(frame, size, "rgb48le").astype(np.uint16, copy=False)
            primaries = _PRIMARIES.get(frame.color_primaries, "bt2020")
            return standard_range(deep, transfer, brightest_nits(frame, USUAL_PEAK), primaries)
        if any(component.is_alpha for component in frame.format.components):
            return _on_white(self._scaled(frame, size, "rgba").astype(np.uint8, copy=False))
        return self._scaled(frame, size, "rgb24").astype(np.uint8, copy=False)

    def _scaled(
        self, frame: VideoFrame, size: tuple[int, int], pixels: str
    ) -> NDArray[np.uint8] | NDArray[np.uint16]:
        matrix = matrix_of(frame)
        scaled = self._scaler.reformat(
            frame,
            width=size[0],
            height=size[1],
            format=pixels,
            src_colorspace=None if matrix == frame.colorspace else matrix,
            interpolation=self._flags,
        )
        return scaled.to_ndarray()  # type: ignore[return-value]

    def _has_usual_shape(self, frame: VideoFrame) -> bool:
        """Whether a frame is shaped as the first was; recordings of calls change it on the way."""
        width, height = self.look.coded
        stretch = (frame.width / frame.height) / (width / height)
        return 1 / _MOST_STRETCH < stretch < _MOST_STRETCH


def matrix_of(frame: VideoFrame) -> int:
    """The code point of a frame's colour matrix; where none is told, what players take.

    Untold, large pictures are BT.709 and small ones BT.601, unless the primaries say BT.2020.
    """
    if frame.colorspace not in (_UNKNOWN, 3) or frame.format.is_rgb:
        return frame.colorspace
    if frame.color_primaries == _BT2020:
        return _BT2020
    width, height = _HIGH_DEFINITION
    return _BT709 if frame.width >= width or frame.height >= height else _BT601


def _inside(frame: VideoFrame, size: tuple[int, int]) -> tuple[int, int]:
    scale = min(size[0] / frame.width, size[1] / frame.height)
    return max(1, round(frame.width * scale)), max(1, round(frame.height * scale))


def _centred(picture: Frames, size: tuple[int, int]) -> Frames:
    """A smaller picture in the middle of a black one."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    edges = top, size[1] - height - top, left, size[0] - width - left
    return cv2.copyMakeBorder(picture, *edges, cv2.BORDER_CONSTANT, value=(0, 0, 0)).astype(
        np.uint8
    )


def _on_white(picture: Frames) -> Frames:
    """(H, W, 4) RGBA laid on white paper, as a page would show it."""
    solid = picture[..., 3:].astype(np.uint16)
    mixed = picture[..., :3] * solid + 255 * (255 - solid)
    return ((mixed + 127) // 255).astype(np.uint8)
