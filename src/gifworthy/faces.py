"""Where faces are: the cascades that come with OpenCV, nothing to download."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np

from gifworthy.types import Box, Frames

CASCADES = ("haarcascade_frontalface_alt2.xml", "haarcascade_profileface.xml")
SMALLEST_SHARE = 0.09
NEIGHBOURS = 4


def faces(grey: Frames) -> tuple[Box, ...]:
    """Faces in one picture, seen from the front or from either side.

    Viola and Jones, "Rapid Object Detection using a Boosted Cascade of Simple Features", CVPR 2001.
    Fast and often wrong: believe what is found in several frames.

    Args: grey: (H, W) uint8, 200 pixels wide or more. Returns: boxes, none where OpenCV came without
        its cascades.
    """
    height, width = grey.shape
    even = np.asarray(cv2.equalizeHist(grey), np.uint8)
    least = max(20, round(SMALLEST_SHARE * width))
    found = []
    for name in CASCADES:
        for flipped in (False, True) if "profile" in name else (False,):
            seen = even[:, ::-1].copy() if flipped else even
            for x, y, w, h in _detect(name, seen, least):
                left = width - x - w if flipped else x
                found.append(Box(left / width, y / height, (left + w) / width, (y + h) / height))
    return tuple(found)


def _detect(name: str, grey: Frames, least: int) -> np.ndarray:
    cascade = _cascade(name)
    if cascade is None:
        return np.zeros((0, 4), int)
    return np.asarray(
        cascade.detectMultiScale(
            grey, scaleFactor=1.15, minNeighbors=NEIGHBOURS, minSize=(least, least)
        )
    ).reshape(-1, 4)


@cache
def _cascade(name: str) -> cv2.CascadeClassifier | None:
    path = Path(cv2.__file__).parent / "data" / name
    return cv2.CascadeClassifier(str(path)) if path.exists() else None
