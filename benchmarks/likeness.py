"""Real clips, and how like them an animation is when it is decoded again."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifworthy.types import Clip, Frames
from gifworthy.video import open_video

VIDEOS = Path(__file__).resolve().parent.parent.parent / "shared" / "videos"
STARTS = {
    "sam2_01_dog.mp4": 2.0,
    "sam2_02_cups.mp4": 3.0,
    "sam2_03_blocks.mp4": 2.0,
    "bbb_60s_640x360.mp4": 20.0,
    "bbb_184-362s_contiguous_640x360.mp4": 60.0,
    "dizzy_cat_25s_480x360.mp4": 10.0,
    "dvrscan_traffic_23s_720p.mp4": 8.0,
    "mdn_cc0_flower_5s.mp4": 0.5,
    "mdn_cc0repo_elf.mp4": 1.0,
    "mdn_cc0repo_frog.mp4": 1.0,
    "chrome_30s_480x270.mp4": 12.0,
    "webrtc_out2_meeting_41s_720p.webm": 10.0,
}
"""Twelve real clips and the second at which each is taken."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
EVERY = 3

Pictures = NDArray[np.float32]


@dataclass(frozen=True)
class Likeness:
    """luma, colour: mean SSIM of luma, and of red, green and blue. psnr: decibels, over RGB."""

    luma: float
    colour: float
    psnr: float


def real_clips() -> list[str]:
    """The names of the clips that are there."""
    return [name for name in STARTS if (VIDEOS / name).exists()]


def real_clip(name: str, count: int, fps: float, width: int = 480) -> Clip:
    """`count` frames of a real clip at `fps` frames a second."""
    with open_video(VIDEOS / name) as video:
        clip = video.frames_at(STARTS[name] + np.arange(count) / fps, width=width)
    return Clip(clip.frames, np.arange(count) / fps)


def shown(data: bytes, moments: NDArray[np.float64]) -> Frames:
    """What an animated picture shows at some moments (seconds), as Pillow decodes it."""
    with Image.open(BytesIO(data)) as picture:
        frames, starts, now = [], [], 0.0
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGB")))
            starts.append(now)
            now += picture.info.get("duration", 0) / 1000
    at = np.searchsorted(np.array(starts), moments + 1e-6, side="right") - 1
    return np.stack([frames[index] for index in at])


def ssim(a: Pictures, b: Pictures) -> float:
    """Structural similarity (Wang, Bovik, Sheikh, Simoncelli, 2004): 11 x 11 Gaussian window, sigma 1.5.

    Args: a, b: (H, W) or (H, W, 3), 0..255. Returns: the mean over places and planes, where the whole
    window lies inside.
    """
    mean_a, mean_b = _blurred(a), _blurred(b)
    variance_a = _blurred(a * a) - mean_a * mean_a
    variance_b = _blurred(b * b) - mean_b * mean_b
    shared = _blurred(a * b) - mean_a * mean_b
    likeness = (2 * mean_a * mean_b + C1) * (2 * shared + C2)
    likeness /= (mean_a**2 + mean_b**2 + C1) * (variance_a + variance_b + C2)
    return float(likeness[5:-5, 5:-5].mean())


def likeness(true: Frames, seen: Frames) -> Likeness:
    """How like (T, H, W, 3) frames others are; every third frame is looked at.

    Smaller ones are enlarged first, as a page would.
    """
    size = true.shape[2], true.shape[1]
    luma, colour, errors = [], [], []
    for index in range(0, len(true), EVERY):
        a, b = true[index].astype(np.float32), seen[index]
        if b.shape[:2] != a.shape[:2]:
            b = np.asarray(cv2.resize(b, size, interpolation=cv2.INTER_CUBIC), np.uint8)
        c = b.astype(np.float32)
        luma.append(ssim(a @ LUMA, c @ LUMA))
        colour.append(ssim(a, c))
        errors.append(float(np.square(a - c).mean()))
    psnr = 10 * np.log10(255**2 / max(float(np.mean(errors)), 1e-9))
    return Likeness(float(np.mean(luma)), float(np.mean(colour)), float(psnr))


def _blurred(picture: Pictures) -> Pictures:
    return np.asarray(cv2.GaussianBlur(picture, (11, 11), 1.5), np.float32)
