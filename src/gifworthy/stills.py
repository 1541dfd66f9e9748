"""The one frame that stands for the whole: chosen, decoded large, written as JPEG."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
from PIL import Image

from gifworthy.framing import Framing
from gifworthy.measures import sharpness
from gifworthy.shooting import shoot, size_for
from gifworthy.types import Clip, Floats, Frames, Style
from gifworthy.video import Video

POSTER_WIDTH = 1280
POSTER_QUALITY = 90
AROUND = (-0.08, -0.04, 0.0, 0.04, 0.08)
"""Seconds around the chosen moment among which the sharpest frame is taken."""
LIKENESS = 0.5
"""What looking like the rest of its shot is worth, where full sharpness is worth 1."""
THUMBNAIL = (32, 18)


def best_frame(clip: Clip) -> int:
    """Which frame shows best what the clip is about: sharp, and like the rest.

    Sharpness relative to the sharpest frame, plus half of how little the frame differs from the mean of
    all, relative to the one that differs most: motion blur and half-way movements lose to poses.
    """
    sharp = np.array([sharpness(_grey(frame)) for frame in clip.frames])
    small = np.stack([cv2.resize(f, THUMBNAIL, interpolation=cv2.INTER_AREA) for f in clip.frames])
    unlike = np.abs(small.astype(np.float32) - small.mean(0)).mean((1, 2, 3))
    return int((_share(sharp) - LIKENESS * _share(unlike)).argmax())


def poster(video: Video, framing: Framing, moment: float, style: Style) -> bytes:
    """The still: the sharpest frame around a moment, cropped as the animation is, at most 1280 wide.

    Returns: JPEG bytes.
    """
    large = replace(style, width=max(style.width, POSTER_WIDTH), height=None)
    if style.height is not None:
        large = replace(large, height=round(style.height * large.width / style.width))
    moments = np.clip(moment + np.array(AROUND), framing.window.start, framing.window.end)
    clip = shoot(video, framing, moments, size_for(video, framing, large, even=False))
    sharpest = max(clip.frames, key=lambda frame: sharpness(_grey(frame)))
    file = BytesIO()
    Image.fromarray(sharpest).save(file, "JPEG", quality=POSTER_QUALITY, optimize=True)
    return file.getvalue()


def _share(values: Floats) -> Floats:
    return np.asarray(values / max(float(values.max()), 1e-9), np.float64)


def _grey(frame: Frames) -> Frames:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
