"""The byte budget is a promise: the least harmful setting that fits, or a clear refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from PIL import Image

from gifworthy.errors import BudgetUnreachable
from gifworthy.muxing import decoded
from gifworthy.protocols import Encoder
from gifworthy.tradeoffs import Setting, Tried, harm_of, least_harm_first, narrowed, thinned
from gifworthy.types import Clip, Frames, Style

LAST_WIDTHS = (136, 116, 96)
LAST_COLOURS = (128, 64, 32)
"""What is given up when nothing else is left: a cover narrower than 96 pixels is none."""


@dataclass(frozen=True)
class Fitted:
    """An animation that keeps its promise. gave_up: what that cost, in words."""

    data: bytes
    width: int
    height: int
    fps: float
    frames: int
    gave_up: tuple[str, ...] = ()


def fit(clip: Clip, encoder: Encoder, style: Style) -> Fitted:
    """The least harmful setting whose file has at most `style.max_bytes`; the style's own when it fits.

    Settings stand on one path, from the style's own to the floors, each smaller and a little worse than
    the one before (`tradeoffs`). The path depends on the clip and the style but never on the budget, and
    it is searched by plain bisection, so a larger budget never ends lower on the path.

    Args: clip: the animation at the style's size; `style.fps` is its frame rate.
    Raises: BudgetUnreachable, naming the smallest size reached.
    """
    writer = _Writer(clip, encoder, style)
    own = Setting(style.quality, clip.width, 1, style.colours)
    whole = writer.write(own)
    if style.max_bytes is None or len(whole.data) <= style.max_bytes:
        return whole
    path = least_harm_first(clip, own, style.fps, writer.attempt)
    last = path.settings[-1] if path.settings else own
    settings = [*path.settings, *_last_resorts(last, encoder.media_type)] or [own]
    index = _first_that_fits(settings, writer.write, style.max_bytes)
    if index >= len(path.settings):
        return writer.write(settings[index])
    finer = [*path.finer(index), settings[index]]
    return writer.write(finer[_first_that_fits(finer, writer.write, style.max_bytes)])


def _last_resorts(last: Setting, media_type: str) -> list[Setting]:
    narrow = [replace(last, width=width) for width in LAST_WIDTHS if width < last.width]
    if media_type != "image/gif":
        return narrow
    narrowest = narrow[-1] if narrow else last
    fewer = [count for count in LAST_COLOURS if count < last.colours]
    return narrow + [replace(narrowest, colours=count) for count in fewer]


def _first_that_fits(
    settings: list[Setting], write: Callable[[Setting], Fitted], max_bytes: int
) -> int:
    """By bisection: which setting, of some that grow smaller, is the first whose file fits."""
    smallest = write(settings[-1])
    if len(smallest.data) > max_bytes:
        raise _unreachable(smallest, max_bytes)
    low, high = 0, len(settings) - 1  # what lies at `high` fits
    while low < high:
        middle = (low + high) // 2
        if len(write(settings[middle]).data) <= max_bytes:
            high = middle
        else:
            low = middle + 1
    return high


def _unreachable(smallest: Fitted, max_bytes: int) -> BudgetUnreachable:
    return BudgetUnreachable(
        f"{max_bytes} bytes cannot be met: the smallest reached is {len(smallest.data)} bytes, at "
        f"{smallest.width} x {smallest.height} and {smallest.fps:g} frames a second; allow more "
        f"bytes, show fewer seconds or shots, or choose another format"
    )


class _Writer:
    """Writes the clip at a setting; the same setting is written once."""

    def __init__(self, clip: Clip, encoder: Encoder, style: Style) -> None:
        self.clip, self.encoder, self.style = clip, encoder, style
        self.unit = 2 if encoder.media_type.startswith("video/") else 1
        self.written: dict[Setting, Fitted] = {}

    def write(self, setting: Setting) -> Fitted:
        if setting not in self.written:
            self.written[setting] = self._written(setting)
        return self.written[setting]

    def attempt(self, setting: Setting) -> Tried:
        """How large the setting's file is, and what it harms beside leaving out and narrowing."""
        fitted = self.write(setting)
        shown = narrowed(thinned(self.clip, setting.every), setting.width, self.unit)
        seen = _seen(fitted.data, self.encoder.media_type, len(shown))
        return Tried(len(fitted.data), harm_of(shown, seen, 1))

    def _written(self, setting: Setting) -> Fitted:
        clip = narrowed(thinned(self.clip, setting.every), setting.width, self.unit)
        fps = self.style.fps / setting.every
        style = self.style.but(fps=fps, quality=setting.quality, colours=setting.colours)
        data = self.encoder.encode(clip, style)
        return Fitted(
            data, clip.width, clip.height, fps, len(clip), self._given_up(setting, clip.width, fps)
        )

    def _given_up(self, setting: Setting, width: int, fps: float) -> tuple[str, ...]:
        pairs = (
            ("quality", self.style.quality, setting.quality),
            ("fps", self.style.fps, fps),
            ("width", self.clip.width, width),
            ("colours", self.style.colours, setting.colours),
        )
        return tuple(f"{name} {was:g} -> {now:g}" for name, was, now in pairs if was != now)


def _seen(data: bytes, media_type: str, count: int) -> Frames:
    """What a file shows, at `count` evenly spaced moments: (count, H, W, 3)."""
    if media_type.startswith("video/"):
        return decoded(data)
    with Image.open(BytesIO(data)) as picture:
        frames, ends = [], []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGB")))
            ends.append(picture.info.get("duration", 0))
    shown_until = np.cumsum(ends)
    moments = (np.arange(count) + 0.5) * max(shown_until[-1], 1e-9) / count
    at = np.minimum(np.searchsorted(shown_until, moments, side="right"), len(frames) - 1)
    return np.stack([frames[index] for index in at])
