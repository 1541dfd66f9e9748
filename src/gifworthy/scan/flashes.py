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


class FlashCounter:
    """Counts opposing changes of light, block by block.

    WCAG 2.3.1: a flash is a pair of opposing changes in relative luminance of 10 % or more of the
    maximum, where the darker is below 0.80. ITU-R BT.1702: over a quarter of the picture.
    """

    def __init__(self) -> None:
        self._extreme: Floats | None = None
        self._rising = np.ones(_BLOCKS[0] * _BLOCKS[1], bool)
        self._changes = np.zeros(_BLOCKS[0] * _BLOCKS[1])

    def see(self, thumbnail: Thumbnail) -> None:
        """Take the next frame."""
        light = cv2.resize(cv2.LUT(thumbnail.grey, _LIGHT), _BLOCKS, interpolation=cv2.INTER_AREA)
        now: Floats = light.ravel().astype(np.float64)
        last = now if self._extreme is None else self._extreme
        extreme = np.where(self._rising, np.maximum(last, now), np.minimum(last, now))
        turned = (np.abs(extreme - now) >= _STEP) & (np.minimum(extreme, now) < _BRIGHT)
        self._changes += turned
        self._rising ^= turned
        self._extreme = np.where(turned, now, extreme)

    def take(self) -> float:
        """Flashes since the last call: so many were seen by at least a quarter of the blocks."""
        count = float(np.quantile(self._changes, 1 - _QUARTER, method="lower")) / 2
        self._changes[:] = 0
        return count


def _light() -> Floats:
    """Relative luminance 0..1 of each grey level (IEC 61966-2-1)."""
    code = np.arange(256) / 255
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


_LIGHT = _light()
