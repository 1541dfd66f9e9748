"""Thumbnails made of drawn pictures, for tests of what watches them."""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.types import Frames

_BT601 = 5


def thumbnail(time: float, colours: Frames) -> Thumbnail:
    """What the scan makes of a frame, from (H, W, 3) uint8 RGB."""
    mix = cv2.cvtColor(colours, cv2.COLOR_RGB2YCrCb)[:, :, [0, 2, 1]]
    return Thumbnail(time, np.ascontiguousarray(mix, np.uint8), mix[:, :, 0], _BT601)  # type: ignore[arg-type]
