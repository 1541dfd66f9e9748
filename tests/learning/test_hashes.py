"""Perceptual hashes: the definition written twice, and what must not change them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawn import textured
from gifworthy.learning.hashes import distances, hashes


def grey(seed: int) -> np.ndarray:
    return np.asarray(cv2.cvtColor(textured(seed, 320, 180), cv2.COLOR_RGB2GRAY))


def reference(picture: np.ndarray) -> int:
    """pHash as its definition says: 32 x 32, cosine transform, 8 x 8 lowest, above their median."""
    small = cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:8, :8].ravel()
    bits = "".join("1" if value > np.median(low) else "0" for value in low)
    return int(bits, 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_hash_is_the_low_frequencies_above_their_median(seed: int) -> None:
    apart = bin(int(hashes(grey(seed)[None])[0]) ^ reference(grey(seed))).count("1")
    assert apart <= 1  # two transforms may round a coefficient that equals the median


def test_distances_count_bits() -> None:
    a = np.array([0, 1, 2**64 - 1], np.uint64)
    b = np.array([0, 3], np.uint64)
    assert distances(a, b).tolist() == [[0, 2], [1, 1], [64, 62]]


def test_no_picture_has_no_hash() -> None:
    assert hashes(np.zeros((0, 10, 10), np.uint8)).shape == (0,)


def test_size_light_and_few_levels_hardly_move_a_hash() -> None:
    picture = grey(1)
    small = cv2.resize(picture, (90, 60), interpolation=cv2.INTER_AREA)
    brighter = np.clip(picture.astype(int) + 20, 0, 255).astype(np.uint8)
    coarse = (picture // 32 * 32 + 16).astype(np.uint8)
    changed = [hashes(np.asarray(p, np.uint8)[None])[0] for p in (small, brighter, coarse)]
    apart = distances(hashes(picture[None]), np.array(changed, np.uint64))
    assert apart.max() <= 8
    others = np.concatenate([hashes(grey(seed)[None]) for seed in range(2, 20)])
    assert distances(hashes(picture[None]), others).mean() == pytest.approx(32, abs=4)
