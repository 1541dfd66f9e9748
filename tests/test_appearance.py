"""How alike two small frames look."""

from __future__ import annotations

import numpy as np
import pytest

import drawn
from gifworthy.appearance import appearance, unlikeness


def test_rows_have_unit_length() -> None:
    frames = np.stack([drawn.textured(seed, 96, 54) for seed in range(3)])
    assert np.linalg.norm(appearance(frames), axis=1) == pytest.approx(1.0)


def test_alike_is_nothing_and_black_and_white_share_no_colour() -> None:
    black, white = np.zeros((54, 96, 3), np.uint8), np.full((54, 96, 3), 255, np.uint8)
    looks = appearance(np.stack([black, black, white]))
    assert unlikeness(looks[0], looks[1]) == pytest.approx(0.0)
    assert unlikeness(looks[0], looks[2]) == pytest.approx(0.5)


def test_the_same_colours_in_other_places_look_a_little_different() -> None:
    left = np.zeros((54, 96, 3), np.uint8)
    left[:, :48] = 255
    looks = appearance(np.stack([left, left[:, ::-1], np.full_like(left, 128)]))
    assert 0 < unlikeness(looks[0], looks[1]) < unlikeness(looks[0], looks[2])


def test_no_frames_have_no_rows() -> None:
    assert appearance(np.zeros((0, 54, 96, 3), np.uint8)).shape == (0, 144)
