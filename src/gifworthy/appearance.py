"""What a small frame looks like, as a vector: for telling alike from different, not good from bad."""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.types import Floats, Frames

HUES, SATURATIONS, BRIGHTNESSES = 8, 4, 4
GRID = 4
LAYOUT_SHARE = 0.5


def appearance(frames: Frames) -> Floats:
    """Colours and their places in each frame.

    The square root of an HSV histogram (so that a product of two is the Bhattacharyya coefficient)
    beside the grey levels of a coarse grid, each of unit length, weighed half and half: the first
    tells places apart, the second tells framings of one place apart.

    Args: frames: (T, H, W, 3) uint8 RGB.
    Returns: (T, 144) rows of unit length; the product of two rows lies in 0..1, 1 for alike.
    """
    rows = [np.concatenate([_colours(frame), _layout(frame)]) for frame in frames]
    return np.array(rows) if rows else np.zeros((0, 144))


def unlikeness(one: Floats, other: Floats) -> Floats:
    """How different two appearances are, 0..1: (..., 144) and (..., 144) -> (...)."""
    return np.asarray(1.0 - np.clip((one * other).sum(-1), 0.0, 1.0))


def _colours(frame: Frames) -> Floats:
    hsv = cv2.cvtColor(frame, cv2.COLOR_RGB2HSV)
    bins, ranges = [HUES, SATURATIONS, BRIGHTNESSES], [0, 180, 0, 256, 0, 256]
    counts = cv2.calcHist([hsv], [0, 1, 2], None, bins, ranges).ravel().astype(np.float64)
    return np.asarray(np.sqrt((1 - LAYOUT_SHARE) * counts / counts.sum()))


def _layout(frame: Frames) -> Floats:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    grid = cv2.resize(grey, (GRID, GRID), interpolation=cv2.INTER_AREA).ravel().astype(np.float64)
    length = float(np.linalg.norm(grid))
    even = np.full(GRID * GRID, 1.0 / GRID)
    return np.asarray(np.sqrt(LAYOUT_SHARE) * (grid / length if length else even))
