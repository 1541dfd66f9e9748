"""What giving up quality, frames or width saves and harms, measured on the clip at hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from gifworthy.likeness import ssim
from gifworthy.types import Clip, Floats, Frames

SLOWEST, NARROWEST, COARSEST = 5.0, 160, 10
"""Floors of frames a second, width in pixels and quality, as long as anything else can be given up."""
PROBED_QUALITY, PROBED_WIDTH = 0.45, 0.6
"""At what share of the style's quality and width the clip is tried."""
WIDTH_SHARES = (1.0, 0.75, 0.5, 0.35, 0.2)
QUALITY_STEP, FINE_QUALITY_STEP = 4, 2
LOOKED_AT = 8
RUNGS = 40
LEAST_HARM = 1e-4


@dataclass(frozen=True)
class Setting:
    """What may be given up. every: 1 shows every frame, 2 every second one, and so on."""

    quality: int
    width: int
    every: int = 1
    colours: int = 256


@dataclass(frozen=True)
class Tried:
    """What came of a setting. harm: 1 - SSIM against the clip itself, at its own size and moments."""

    size_bytes: int
    harm: float


Try = Callable[[Setting], Tried]


@dataclass(frozen=True)
class Path:
    """Settings from a style's own (left out) to the floors: each smaller and a little worse."""

    own: Setting
    settings: tuple[Setting, ...]
    harms: tuple[float, ...]
    predicted: _Predicted

    def finer(self, index: int) -> list[Setting]:
        """Of the width and rate at `index`: more quality, best first, none better than the one before."""
        here = self.settings[index]
        least = self.harms[index - 1] if index else self.predicted.harm(self.own)
        better = range(self.own.quality, here.quality, -FINE_QUALITY_STEP)
        settings = [replace(here, quality=quality) for quality in better]
        return [setting for setting in settings if self.predicted.harm(setting) >= least]


def least_harm_first(clip: Clip, own: Setting, fps: float, attempt: Try) -> Path:
    """Every setting worth taking, in the order in which they are given up.

    Sizes and harms of all settings are predicted from five files and from the clip itself: what leaving
    out frames or narrowing harms needs no file to be seen. Of the predictions those stay that no other
    beats in both, at even steps of size. Nothing here knows the budget.

    Args: own: the setting to step down from, at the clip's width. fps: frames a second of the clip.
    attempt: writes a setting.
    """
    predicted = _Predicted.by_trying(clip, own, fps, attempt)
    settings = [setting for setting in predicted.settings() if setting != own]
    sizes = np.array([predicted.log_size(setting) for setting in settings])
    harms = np.array([predicted.harm(setting) for setting in settings])
    order = np.lexsort((harms, sizes))  # smallest first
    best = np.minimum.accumulate(np.concatenate([[np.inf], harms[order]]))[:-1]
    chosen = _evenly(order[harms[order] < best][::-1], sizes)
    return Path(
        own,
        tuple(settings[index] for index in chosen),
        tuple(float(harms[index]) for index in chosen),
        predicted,
    )


def slowest(fps: float) -> int:
    """The most frames that one may stand for, so that at least 5 a second are left."""
    return max(1, int(fps / SLOWEST + 1e-6))


def thinned(clip: Clip, every: int) -> Clip:
    """Every so many-th frame."""
    return Clip(clip.frames[::every], clip.times[::every])


def narrowed(clip: Clip, width: int, unit: int = 1) -> Clip:
    """The clip at a smaller width; both sides are multiples of `unit`."""
    if width >= clip.width:
        return clip
    height = max(unit, round(clip.height * width / clip.width / unit) * unit)
    size = max(unit, width // unit * unit), height
    frames = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in clip.frames]
    return Clip(np.stack(frames).astype(np.uint8, copy=False), clip.times)


def harm_of(clip: Clip, seen: Frames, every: int) -> float:
    """1 - SSIM of what is seen where each frame stands for `every` of the clip's: (T', h, w, 3)."""
    looked = range(
        0, len(clip), max(1, len(clip) // LOOKED_AT) | 1
    )  # odd: not in step with `every`
    likes = [ssim(clip.frames[at], seen[min(at // every, len(seen) - 1)]) for at in looked]
    return max(LEAST_HARM, 1 - float(np.mean(likes)))


@dataclass(frozen=True)
class _Predicted:
    """A model of one clip: log size and log harm are straight in quality, log size in log width.

    thin, narrow: harm of leaving out frames (by `every` - 1) and of each of `WIDTH_SHARES`. slopes: of
    log size along quality, log width, log every, and both last together. harms: of coding, at own and at
    probed quality.
    """

    own: Setting
    low: Setting
    size: float
    slopes: Floats
    harms: tuple[float, float]
    thin: Floats
    narrow: Floats

    @classmethod
    def by_trying(cls, clip: Clip, own: Setting, fps: float, attempt: Try) -> _Predicted:
        low = replace(own, quality=max(1, round(own.quality * PROBED_QUALITY)))
        narrow_low = replace(low, width=max(1, round(own.width * PROBED_WIDTH)))
        every = min(2, slowest(fps))
        whole, coarse, small = attempt(own), attempt(low), attempt(narrow_low)
        narrowing = math.log(own.width / narrow_low.width)
        wide_thinning = _slope(coarse, attempt(replace(low, every=every)), math.log(every))
        small_thinning = _slope(small, attempt(replace(narrow_low, every=every)), math.log(every))
        slopes = np.array(
            [
                _slope(whole, coarse, own.quality - low.quality),
                _slope(coarse, small, narrowing),
                wide_thinning,
                (small_thinning - wide_thinning) / max(narrowing, 1e-9),
            ]
        )
        thin = [harm_of(clip, thinned(clip, k).frames, k) for k in range(1, slowest(fps) + 1)]
        narrow = [
            harm_of(clip, narrowed(clip, max(1, round(own.width * share))).frames, 1)
            for share in WIDTH_SHARES
        ]
        size = math.log(whole.size_bytes)
        harms = whole.harm, coarse.harm
        return cls(own, low, size, slopes, harms, np.array(thin), np.array(narrow))

    def settings(self) -> list[Setting]:
        """Every setting that may be taken, the floors included."""
        last = min(COARSEST, self.own.quality)
        qualities = [*range(self.own.quality, last, -QUALITY_STEP), last]
        return [
            replace(self.own, quality=quality, width=width, every=every)
            for quality in qualities
            for width in widths(self.own.width)
            for every in range(1, len(self.thin) + 1)
        ]

    def log_size(self, setting: Setting) -> float:
        """Natural logarithm of the predicted bytes."""
        narrowing, thinning = math.log(self.own.width / setting.width), math.log(setting.every)
        coarsening = self.own.quality - setting.quality
        steps = coarsening, narrowing, thinning, narrowing * thinning
        return self.size - float(self.slopes @ steps)

    def harm(self, setting: Setting) -> float:
        """Predicted 1 - SSIM: what coding, leaving out frames and narrowing leave of 1, multiplied."""
        fine, coarse = (-math.log1p(-min(harm, 0.99)) for harm in self.harms)
        span = max(1, self.own.quality - self.low.quality)
        done = (self.own.quality - setting.quality) / span
        coding = fine * math.pow(max(coarse, fine * 1.01) / fine, done)
        share = setting.width / self.own.width
        narrow = float(np.interp(-share, -np.array(WIDTH_SHARES), self.narrow))
        thin = float(self.thin[setting.every - 1])
        return 1 - math.exp(-coding) * (1 - thin) * (1 - narrow)


def widths(width: int) -> list[int]:
    """Widths to step down to, each about a twelfth smaller, to 160 pixels."""
    steps, last = [width], min(NARROWEST, width)
    while steps[-1] * 0.92 > last:
        steps.append(max(last, int(steps[-1] * 0.92) // 4 * 4))
    return [*steps, last] if steps[-1] > last else steps


def _slope(before: Tried, after: Tried, step: float) -> float:
    """How fast log size falls; never less than a little, so that giving up always seems to save."""
    if step <= 0:
        return 0.0
    return max(1e-3, math.log(before.size_bytes / after.size_bytes) / step)


def _evenly(front: np.ndarray, sizes: Floats) -> list[int]:
    """At most `RUNGS` of the front, at even steps of log size; the last one always."""
    if not len(front):
        return []
    wanted = np.linspace(sizes[front[0]], sizes[front[-1]], RUNGS)
    nearest = np.abs(sizes[front][None] - wanted[:, None]).argmin(1)
    return [int(front[index]) for index in dict.fromkeys(nearest.tolist())]
