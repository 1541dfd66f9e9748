"""The frames of one framing: decoded, cropped and sized, each once."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from gifworthy.framing import Framing
from gifworthy.types import Clip, Floats, Frames, Style
from gifworthy.video import Video


@dataclass(frozen=True)
class Size:
    """What is asked of the decoder, and what is cut out of what it gives: pixels."""

    decoded: int
    width: int
    height: int


def shoot(video: Video, framing: Framing, moments: Floats, size: Size) -> Clip:
    """The frames shown at some moments, cut and sized.

    The decoder scales so that the crop already has its final size; nothing is scaled twice.

    Args: moments: (T,) seconds. Returns: (T, size.height, size.width, 3).
    """
    clip = video.frames_at(moments, width=size.decoded)
    if framing.crop is None:
        centres = np.full((len(moments), 2), 0.5)
    else:
        boxes = framing.crop.at(moments)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    moving = framing.crop is not None and not framing.crop.is_still
    cut = _cut_between if moving else _cut
    frames = [cut(frame, at, size) for frame, at in zip(clip.frames, centres, strict=True)]
    return Clip(np.stack(frames), clip.times)


def size_for(video: Video, framing: Framing, style: Style, even: bool) -> Size:
    """How large the frames of a framing become: within the style's width and height, never upscaled.

    Args: even: whether both sides must be even numbers, as 4:2:0 video wants; at least 2 then.
    """
    across, down = float(video.width), float(video.height)
    if framing.crop is not None:
        left, top, right, bottom = framing.crop.boxes[0]
        across, down = across * (right - left), down * (bottom - top)
    scale = min(1.0, style.width / across, (style.height or down) / down)
    width, height = (_side(length * scale, even) for length in (across, down))
    return Size(max(1, round(video.width * scale)), width, height)


def _side(length: float, even: bool) -> int:
    """Whole pixels; an even number never above the length, which may be a limit."""
    return max(2, int(length / 2 + 1e-6) * 2) if even else max(1, round(length))


def _cut(frame: Frames, centre: Floats, size: Size) -> Frames:
    """A crop at whole pixels, so that what stands still stays exactly still."""
    high, wide = frame.shape[:2]
    left = round(float(np.clip(centre[0] * wide - size.width / 2, 0, max(0, wide - size.width))))
    top = round(float(np.clip(centre[1] * high - size.height / 2, 0, max(0, high - size.height))))
    return _exactly(frame[top : top + size.height, left : left + size.width], size)


def _cut_between(frame: Frames, centre: Floats, size: Size) -> Frames:
    """A crop between pixels, so that a slow path glides instead of stepping."""
    high, wide = frame.shape[:2]
    # OpenCV counts from the middle of the first pixel
    x = float(np.clip(centre[0] * wide, size.width / 2, max(wide - size.width / 2, size.width / 2)))
    y = float(np.clip(centre[1] * high, size.height / 2, max(high - size.height / 2, 0)))
    cut = cv2.getRectSubPix(frame, (size.width, size.height), (x - 0.5, y - 0.5))
    return np.asarray(cut, np.uint8)


def _exactly(frame: Frames, size: Size) -> Frames:
    """The frame at that size; rounding may have left it a pixel short."""
    if frame.shape[:2] == (size.height, size.width):
        return frame
    resized = cv2.resize(frame, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return np.asarray(resized, np.uint8)
