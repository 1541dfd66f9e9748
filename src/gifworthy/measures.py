"""What one picture looks like, and how much two differ: pure arithmetic."""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.types import Frames

DETAIL_SIDE = 320
_BLOCK = 16
_SHARPEST_SHARE = 0.1
_STEPS = 4
_OPPONENT = np.array([[1, -1, 0], [0.5, 0.5, -1]], np.float32)


def brightness_and_contrast(grey: Frames) -> tuple[float, float]:
    """Mean and standard deviation of a (H, W) grey picture, 0..255."""
    mean, deviation = cv2.meanStdDev(grey)
    return float(mean[0, 0]), float(deviation[0, 0])


def sharpness(grey: Frames) -> float:
    """Mean slope of the sharpest tenth of a (H, W) picture: 0..63 grey levels a pixel of 320 a side.

    The sharpest tenth, because a sharp face before a blurred room is a sharp picture.
    """
    scale = min(1.0, DETAIL_SIDE / max(grey.shape))
    if scale < 1:
        size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
        method = cv2.INTER_LINEAR if scale > 0.5 else cv2.INTER_AREA
        grey = cv2.resize(grey, size, interpolation=method).astype(np.uint8, copy=False)
    wide, high = max(1, grey.shape[1] // _BLOCK), max(1, grey.shape[0] // _BLOCK)
    slopes = _slopes(grey)[: high * _BLOCK, : wide * _BLOCK]
    blocks = cv2.resize(slopes, (wide, high), interpolation=cv2.INTER_AREA).ravel()
    best = np.sort(blocks)[-max(1, int(blocks.size * _SHARPEST_SHARE)) :]
    return float(best.mean()) / _STEPS


def _slopes(grey: Frames) -> Frames:
    """Slope across plus slope down, in quarters of a grey level a pixel, up to 63: whole numbers are fast."""
    axes = [cv2.Sobel(grey, cv2.CV_16S, right, 1 - right) for right in (0, 1)]
    across, down = (cv2.convertScaleAbs(axis, alpha=_STEPS / 8) for axis in axes)
    return cv2.add(across, down).astype(np.uint8, copy=False)


def colourfulness(colours: Frames) -> float:
    """How colourful people call a (H, W, 3) RGB picture, 0..~150.

    Hasler and Suesstrunk, "Measuring colourfulness in natural images", 2003: how wide the colours
    spread on the red-green and yellow-blue axes, and how far from grey they lie.
    """
    mean, deviation = cv2.meanStdDev(cv2.transform(colours.astype(np.float32), _OPPONENT))
    return float(np.hypot(*deviation.ravel()) + 0.3 * np.hypot(*mean.ravel()))


def in_hsv(colours: Frames) -> Frames:
    """(H, W, 3) uint8 RGB -> HSV, hue in 0..179 as OpenCV has it."""
    return cv2.cvtColor(colours, cv2.COLOR_RGB2HSV).astype(np.uint8, copy=False)


def content_difference(before: Frames, after: Frames) -> float:
    """Mean distance of two (H, W, 3) HSV pictures over pixels and channels, 0..255.

    The `content_val` of PySceneDetect's ContentDetector with its default weights.
    """
    return float(cv2.norm(before, after, cv2.NORM_L1)) / before.size


def change(before: Frames, after: Frames) -> float:
    """Mean change of two (H, W, 3) Y, Cb, Cr pictures: half the sum of the channels', 0..255.

    Unlike hue, which is noise where a picture is dark or pale (so that fades to black or white score as
    cuts), colour differences shrink there, as they should.
    """
    return float(cv2.norm(before, after, cv2.NORM_L1) / (before.shape[0] * before.shape[1] * 2))
