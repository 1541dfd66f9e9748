"""The byte budget is a promise: the least harmful setting that fits, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from gifworthy.errors import BudgetUnreachable
from gifworthy.protocols import Encoder
from gifworthy.types import Clip, Style

FilmAt = Callable[[float], Clip]
RATES = (50.0, 40.0, 33.3, 30.0, 25.0, 20.0, 16.7, 15.0, 12.5, 10.0, 8.0, 6.25, 5.0)
"""Frames a second to step down to: delays of whole centiseconds, or nearly."""
SLOWEST, NARROWEST, COARSEST = 5.0, 96, 10
"""Floors of frames a second, width in pixels and quality: below them a cover is none."""
STEPS = 31
FEWEST_COLOURS = (128, 64, 32)


@dataclass(frozen=True)
class Setting:
    """What may be given up."""

    quality: int
    fps: float
    width: int
    colours: int


@dataclass(frozen=True)
class Fitted:
    """An animation that keeps its promise. gave_up: what that cost, in words."""

    data: bytes
    width: int
    height: int
    fps: float
    frames: int
    gave_up: tuple[str, ...] = ()


def fit(film: FilmAt, encoder: Encoder, style: Style) -> Fitted:
    """The best setting whose file has at most `style.max_bytes`; the style's own when that fits.

    Settings stand on one path, from the style's own to the floors, each a little smaller and a little
    worse than the one before. The path depends on the clip and the style but never on the budget, and it
    is searched by plain bisection, so a larger budget never gives a worse cover.

    Args: film: the animation at a frame rate, at the style's width.
    Raises: BudgetUnreachable, naming the smallest size reached.
    """
    writer = _Writer(film, encoder, style)
    whole = writer.write(writer.own)
    if style.max_bytes is None or len(whole.data) <= style.max_bytes:
        return whole
    settings = path(writer.own, encoder.media_type == "image/gif")
    return _first_that_fits(settings, writer.write, style.max_bytes)


def path(own: Setting, has_palette: bool) -> list[Setting]:
    """From a style's own setting (left out) to the floors, least harm first.

    Quality goes first, then frame rate and width with it; colours last, where there is a palette.
    """
    settings: list[Setting] = []
    for step in range(1, STEPS + 1):
        done = step / STEPS
        settings.append(
            Setting(
                round(own.quality + (min(own.quality, COARSEST) - own.quality) * done),
                _slower(own.fps, max(0.0, done - 0.15)),
                _narrower(own.width, max(0.0, done - 0.25) / 0.75),
                own.colours,
            )
        )
    fewer = [count for count in FEWEST_COLOURS if count < own.colours] if has_palette else []
    last = settings[-1]
    settings += [Setting(last.quality, last.fps, last.width, count) for count in fewer]
    return list(dict.fromkeys(settings))


def _slower(fps: float, share: float) -> float:
    wanted = fps * (min(SLOWEST, fps) / fps) ** share
    return min((rate for rate in (fps, *RATES) if wanted - 1e-6 <= rate <= fps), default=fps)


def _narrower(width: int, share: float) -> int:
    wanted = width * (min(NARROWEST, width) / width) ** share
    return width if width - wanted < 8 else max(2, round(wanted / 8) * 8)


def _first_that_fits(
    settings: list[Setting], write: Callable[[Setting], Fitted], max_bytes: int
) -> Fitted:
    best = write(settings[-1])
    if len(best.data) > max_bytes:
        raise _unreachable(best, max_bytes)
    low, high = 0, len(settings) - 1  # what lies at `high` fits
    while low < high:
        middle = (low + high) // 2
        tried = write(settings[middle])
        if len(tried.data) <= max_bytes:
            best, high = tried, middle
        else:
            low = middle + 1
    return best


def _unreachable(smallest: Fitted, max_bytes: int) -> BudgetUnreachable:
    return BudgetUnreachable(
        f"{max_bytes} bytes cannot be met: the smallest reached is {len(smallest.data)} bytes, at "
        f"{smallest.width} x {smallest.height} and {smallest.fps:g} frames a second; allow more "
        f"bytes, show fewer seconds or shots, or choose another format"
    )


class _Writer:
    """Writes the film at a setting; frames are decoded once for each frame rate."""

    def __init__(self, film: FilmAt, encoder: Encoder, style: Style) -> None:
        self.encoder, self.style = encoder, style
        self.film = lru_cache(maxsize=2)(film)
        self.own = Setting(style.quality, style.fps, self.film(style.fps).width, style.colours)

    def write(self, setting: Setting) -> Fitted:
        clip = self._sized(self.film(setting.fps), setting.width)
        style = self.style.but(
            fps=setting.fps, quality=setting.quality, width=clip.width, colours=setting.colours
        )
        data = self.encoder.encode(clip, style)
        return Fitted(
            data, clip.width, clip.height, setting.fps, len(clip), self._given_up(setting)
        )

    def _sized(self, clip: Clip, width: int) -> Clip:
        if width == clip.width:
            return clip
        unit = 2 if self.encoder.media_type.startswith("video/") else 1
        height = max(unit, round(clip.height * width / clip.width / unit) * unit)
        size = (max(unit, width // unit * unit), height)
        frames = [cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in clip.frames]
        return Clip(np.stack(frames).astype(np.uint8, copy=False), clip.times)

    def _given_up(self, setting: Setting) -> tuple[str, ...]:
        names = ("quality", "fps", "width", "colours")
        pairs = ((name, getattr(self.own, name), getattr(setting, name)) for name in names)
        return tuple(f"{name} {was:g} -> {now:g}" for name, was, now in pairs if was != now)
