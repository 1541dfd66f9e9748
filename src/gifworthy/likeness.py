"""How like a picture another looks: structural similarity."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Frames

C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
WINDOW, SIGMA = (11, 11), 1.5

Grey = NDArray[np.float32]


def ssim(a: Frames, b: Frames) -> float:
    """Mean SSIM of luma, at most 1 (Wang, Bovik, Sheikh, Simoncelli, 2004, equation 13).

    Args: a, b: (H, W, 3) RGB. A smaller b is enlarged to the size of a, as a page would show it.
    """
    if a.shape != b.shape:
        size = a.shape[1], a.shape[0]
        b = np.asarray(cv2.resize(b, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    one, two = _luma(a), _luma(b)
    mean_one, mean_two = _blurred(one), _blurred(two)
    spread = _blurred(one * one + two * two) - mean_one * mean_one - mean_two * mean_two
    shared = _blurred(one * two) - mean_one * mean_two
    like = (2 * mean_one * mean_two + C1) * (2 * shared + C2)
    like /= (mean_one * mean_one + mean_two * mean_two + C1) * (spread + C2)
    return float(like.mean())


def _luma(frame: Frames) -> Grey:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)


def _blurred(grey: Grey) -> Grey:
    return np.asarray(cv2.GaussianBlur(grey, WINDOW, SIGMA), np.float32)
