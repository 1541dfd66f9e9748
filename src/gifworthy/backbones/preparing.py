"""From a clip to what a net was trained on: which frames, how large, which order, how scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Clip, Frames

Singles = NDArray[np.float32]
Three = tuple[float, float, float]


@dataclass(frozen=True)
class Preparation:
    """What a net expects of its clips.

    frames: how many. size: (height, width) to which every frame is resized, whatever its shape; or
    one number, the short side. crop: side of the square cut from the middle. mean, std: subtracted
    and divided, per channel, in grey levels 0..255. order: of the channels. corner: (top, left) of
    the crop where the source does not round the middle; None for the middle.
    """

    frames: int
    size: tuple[int, int] | int
    crop: int
    mean: Three
    std: Three
    order: Literal["rgb", "bgr"] = "rgb"
    corner: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise ValueError(f"frames must be at least 1, not {self.frames}")
        shortest = self.size if isinstance(self.size, int) else min(self.size)
        if not 1 <= self.crop <= shortest:
            raise ValueError(f"crop must lie in 1..{shortest}, the shorter side, not {self.crop}")
        if min(self.std) <= 0:
            raise ValueError(f"std must be above 0, not {self.std}")
        if self.order not in ("rgb", "bgr"):
            raise ValueError(f"order must be rgb or bgr, not {self.order!r}")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(3, T, H, W) of a prepared clip."""
        return (3, self.frames, self.crop, self.crop)


def prepare(clip: Clip, to: Preparation, mean_clip: Singles | None = None) -> Singles:
    """One clip as a net wants it.

    A clip with another number of frames is sampled evenly: frame i of T is the one shown at
    (i + 0.5) / T of it, so a short clip repeats frames.

    Args:
        clip: (T', H', W', 3) RGB.
        to: the net's wishes.
        mean_clip: (3, T, h, w) grey levels that are subtracted in place of `to.mean`, in the net's
            channel order and at the size before the crop (C3D's mean snippet).

    Returns: (3, T, H, W).
    Raises: ValueError for a mean clip of another shape.
    """
    chosen = ((np.arange(to.frames) + 0.5) * len(clip) / to.frames).astype(int)
    height, width = _size(clip, to)
    top, left = to.corner or (round((height - to.crop) / 2), round((width - to.crop) / 2))
    area = np.s_[top : top + to.crop, left : left + to.crop]
    channels = slice(None, None, -1 if to.order == "bgr" else 1)
    small = _resized(clip.frames[chosen], height, width)[:, *area, channels]
    levels_cthw = small.transpose(3, 0, 1, 2).astype(np.float32)
    mean = _mean(to, mean_clip, (3, to.frames, height, width))
    levels_cthw -= mean if mean_clip is None else mean[:, :, *area]
    levels_cthw /= np.asarray(to.std, np.float32).reshape(3, 1, 1, 1)
    return levels_cthw


def _size(clip: Clip, to: Preparation) -> tuple[int, int]:
    if not isinstance(to.size, int):
        return to.size
    short = min(clip.height, clip.width)
    return clip.height * to.size // short, clip.width * to.size // short


def _resized(frames: Frames, height: int, width: int) -> Frames:
    """Bilinear between pixel middles, without smoothing first, as the nets saw it in training."""
    small = np.empty((len(frames), height, width, 3), np.uint8)
    for frame, place in zip(frames, small, strict=True):
        cv2.resize(frame, (width, height), dst=place, interpolation=cv2.INTER_LINEAR)
    return small


def _mean(to: Preparation, mean_clip: Singles | None, shape: tuple[int, ...]) -> Singles:
    if mean_clip is None:
        return np.asarray(to.mean, np.float32).reshape(3, 1, 1, 1)
    if mean_clip.shape != shape:
        raise ValueError(f"the mean clip must be {shape}, not {mean_clip.shape}")
    return mean_clip
