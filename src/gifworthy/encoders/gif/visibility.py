"""How much an error in each pixel is seen, and what it may cost to mend it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Frames

Weights = NDArray[np.float32]

STEADY = 58.5225
"""SSIM's C2 = (0.03 x 255)^2 (Wang et al. 2004): contrast below which errors are not masked."""
SIGMA = 1.5
"""Of SSIM's own window, in pixels."""
LONELY, CROWDED = 3.0, 0.3
"""What a change costs, as a share of the price, far from other changes and among them."""
NEIGHBOURHOOD = 7


def visibility(frames: Frames) -> Weights:
    """The weight of a squared error in each pixel, 0..1: texture hides errors, flat areas show them.

    SSIM falls by about error^2 / (2 variance + C2) (Wang et al. 2004, equation 13, for an error that
    does not follow the picture), so that is the weight; smoothed, as SSIM's window is.

    Args: frames: (T, H, W, 3). Returns: (T, H, W).
    """
    return np.stack([_frame_visibility(frame) for frame in frames])


def _frame_visibility(frame: Frames) -> Weights:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.GaussianBlur(grey, (0, 0), SIGMA)
    variance = np.maximum(cv2.GaussianBlur(grey * grey, (0, 0), SIGMA) - mean * mean, 0)
    return cv2.GaussianBlur(STEADY / (2 * variance + STEADY), (0, 0), SIGMA).astype(np.float32)


def price_of_change(frames: Frames, seen: Weights, price: float) -> Weights:
    """What a change of each pixel costs: dear where nothing else moves, cheap in a crowd.

    A lonely change breaks a long run of transparent pixels into three; in a crowd there is no run to
    break. The crowd is the share of neighbours whose change since the frame before is worth `price`.

    Args: frames: (T, H, W, 3). seen: (T, H, W). price: visible squared error. Returns: (T, H, W).
    """
    prices = np.full(seen.shape, LONELY * price, np.float32)
    for now in range(1, len(frames)):
        moved = frames[now].astype(np.float32) - frames[now - 1]
        moves = np.square(moved).sum(-1) * np.minimum(seen[now], seen[now - 1]) > price
        crowd = cv2.blur(moves.astype(np.float32), (NEIGHBOURHOOD, NEIGHBOURHOOD))
        prices[now] -= (LONELY - CROWDED) * price * crowd
    return prices
