"""Where the light goes up and down: what can harm people with photosensitive epilepsy."""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.types import Floats

_BLOCKS = (8, 6)
_STEP = 0.1
_BRIGHT = 0.8
_QUARTER = 0.25
_AT_ONCE = 0.05


class FlashCounter:
    """Counts opposing changes of light that much of the picture goes through at once.

    WCAG 2.3.1: a flash is a pair of opposing changes in relative luminance of 10 % or more of the
    maximum, where the darker is below 0.80, and only what flashes concurrently adds up; ITU-R BT.1702:
    to over a quarter of the picture. A texture that rushes by changes everywhere, but not everywhere
    at once: it does not flash.
    """

    def __init__(self) -> None:
        count = _BLOCKS[0] * _BLOCKS[1]
        self._extreme: Floats | None = None
        self._rising = np.ones(count, bool)
        self._turned_at = np.full(count, -np.inf)
        self._got_lighter: bool | None = None
        self._changes = 0

    def see(self, thumbnail: Thumbnail) -> None:
        """Take the next frame."""
        light = cv2.resize(cv2.LUT(thumbnail.grey, _LIGHT), _BLOCKS, interpolation=cv2.INTER_AREA)
        now: Floats = light.ravel().astype(np.float64)
        last = now if self._extreme is None else self._extreme
        extreme = np.where(self._rising, np.maximum(last, now), np.minimum(last, now))
        turned = (np.abs(extreme - now) >= _STEP) & (np.minimum(extreme, now) < _BRIGHT)
        self._rising ^= turned
        self._extreme = np.where(turned, now, extreme)
        self._turned_at[turned] = thumbnail.time
        self._count(thumbnail.time)

    def _count(self, time: float) -> None:
        lately = time - self._turned_at <= _AT_ONCE
        for lighter in (False, True):
            together = float((lately & (self._rising == lighter)).mean())
            if together > _QUARTER and self._got_lighter != lighter:
                self._changes += 1
                self._got_lighter = lighter
                self._turned_at[self._rising == lighter] = -np.inf

    def take(self) -> float:
        """Flashes since the last call."""
        changes, self._changes = self._changes, 0
        return changes / 2


def _light() -> Floats:
    """Relative luminance 0..1 of each grey level (IEC 61966-2-1)."""
    code = np.arange(256) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


_LIGHT = _light()
