from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawn import textured
from gifworthy.movement import movement, own_speed
from gifworthy.types import Frames

EIGHTH = 1 / 8


def scene(shift: float = 0.0, ball: int | None = None) -> Frames:
    """A detailed view, 96 by 54, seen by a camera `shift` pixels to the right; perhaps with a ball."""
    wide = cv2.cvtColor(cv2.GaussianBlur(textured(3, 160, 54), (0, 0), 1.5), cv2.COLOR_RGB2GRAY)
    turn = np.array([[1, 0, -30 - shift], [0, 1, 0]], np.float32)
    view = cv2.warpAffine(wide, turn, (96, 54)).astype(np.uint8)
    if ball is not None:
        cv2.circle(view, (ball, 27), 8, 250, -1)
        cv2.circle(view, (ball, 27), 4, 10, -1)
    return view


def test_nothing_moves_between_equal_pictures() -> None:
    moved = movement(scene(), scene(), EIGHTH)
    assert (moved.camera, moved.subject, moved.moving) == (0, 0, 0)


def test_a_pan_is_the_cameras() -> None:
    moved = movement(scene(), scene(2.0), EIGHTH)
    assert moved.camera == pytest.approx(2 / 96 / EIGHTH, rel=0.3)
    assert moved.moving < 0.01


def test_a_ball_is_a_subject() -> None:
    moved = movement(scene(ball=44), scene(ball=49), EIGHTH)
    assert moved.moving > 0.01
    assert moved.subject > 0.02


def test_a_ball_is_seen_while_the_camera_pans() -> None:
    panned = movement(scene(), scene(1.5), EIGHTH)
    both = movement(scene(ball=44), scene(1.5, ball=49), EIGHTH)
    assert both.moving > 3 * panned.moving + 0.005


def test_own_speed_is_where_the_ball_is() -> None:
    speed = own_speed(scene(ball=70), scene(ball=75), EIGHTH)
    column = speed.sum(axis=0).argmax() * 3
    assert 50 < column < 92
