"""Perceptual hashes: 64 bits that say what a picture looks like, and how many of them differ.

Shape letters: T pictures, A and B two lists of hashes.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats, Frames

Hashes = NDArray[np.uint64]

SIDE, KEPT = 32, 8
BITS = KEPT * KEPT


def hashes(greys: Frames) -> Hashes:
    """The DCT hash of each picture, as pHash and ImageHash define it; Video2GIF, section 3, aligns by it.

    The picture is squeezed to 32 x 32, the 8 x 8 lowest frequencies of its cosine transform are kept, and
    each gives one bit: whether it lies above their median. Size, palette and light hardly move them.

    Args: greys: (T, H, W) uint8.
    Returns: (T,) 64 bits each, row by row, the lowest frequency first.
    """
    if not len(greys):
        return np.zeros(0, np.uint64)
    small = np.stack([_squeezed(grey) for grey in greys])
    low = (_cosines() @ small @ _cosines().T).reshape(len(greys), BITS)
    bits = low > np.median(low, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(">u8").ravel().astype(np.uint64)


def distances(a: Hashes, b: Hashes) -> Floats:
    """How many bits differ, each with each: (A,) and (B,) -> (A, B), 0..64; unrelated pictures: about 32.

    One product of matrices of plus and minus ones counts them all: bits that agree add 1, others take 1
    away. That is exact, and faster than counting the ones of every pair.
    """
    return np.asarray((BITS - _signs(a) @ _signs(b).T) / 2, np.float64)


def _squeezed(grey: Frames) -> NDArray[np.float32]:
    squeezed = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return squeezed.astype(np.float32)


@cache
def _cosines() -> NDArray[np.float32]:
    """The lowest frequencies of the orthonormal DCT-II as rows: (8, 32)."""
    frequency, place = np.arange(KEPT)[:, None], np.arange(SIDE)[None, :]
    rows = np.cos(np.pi * frequency * (2 * place + 1) / (2 * SIDE)) * np.sqrt(2 / SIDE)
    rows[0] /= np.sqrt(2)
    return np.asarray(rows, np.float32)


def _signs(values: Hashes) -> NDArray[np.float32]:
    bits = np.unpackbits(values.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)
    return np.asarray(bits.astype(np.float32) * 2 - 1)
