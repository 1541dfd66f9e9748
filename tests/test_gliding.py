"""The calmest path through what is wanted: still when it may be, never faster than is good to look at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gifworthy.gliding import FASTEST, FIERCEST, Wanted, drawn_out, glide
from gifworthy.types import Floats

GAP = 1 / 8


def wanted(lows: Floats, highs: Floats, closed: bool = False) -> Wanted:
    return Wanted(lows, highs, np.ones(len(lows)), 0.0, 0.7, GAP, closed)


def test_where_one_place_is_always_wanted_it_stands_still_there() -> None:
    rng = np.random.default_rng(0)
    lows, highs = rng.uniform(0.0, 0.3, 24), rng.uniform(0.32, 0.7, 24)
    path = glide(wanted(lows, highs))
    assert np.ptp(path) < 1e-6
    assert lows.max() - 1e-6 <= path[0] <= highs.min() + 1e-6


def test_it_follows_what_moves_and_keeps_inside() -> None:
    centre = np.linspace(0.05, 0.6, 24)
    path = glide(wanted(centre - 0.05, centre + 0.05))
    assert (path >= centre - 0.05 - 1e-6).all()
    assert (path <= centre + 0.05 + 1e-6).all()
    assert np.abs(np.diff(path, 2)).max() < 1e-6, "a straight way is walked straight"


def test_shaking_is_not_followed() -> None:
    shaken = np.array([0.33, 0.27] * 12)
    path = glide(wanted(shaken - 0.01, shaken + 0.01))
    assert np.abs(np.diff(path)).max() < 0.002, "the wanted place jumps by 0.06 each time"


def test_a_jump_becomes_a_glide() -> None:
    there = np.where(np.arange(24) < 12, 0.1, 0.6)
    path = glide(wanted(there - 0.02, there + 0.02))
    assert path[0] == pytest.approx(0.1, abs=0.03)
    assert path[-1] == pytest.approx(0.6, abs=0.03)
    assert (np.diff(path) > -1e-9).all()


def test_closed_it_ends_where_it_began() -> None:
    centre = 0.35 - 0.25 * np.cos(np.linspace(0, 1.8 * np.pi, 32))
    assert np.ptp(glide(wanted(centre - 0.03, centre + 0.03, closed=True))[[0, -1]]) < 1e-6


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 40), st.booleans())
def test_speed_and_acceleration_are_bounded_whatever_is_wanted(
    seed: int, count: int, closed: bool
) -> None:
    rng = np.random.default_rng(seed)
    centre = rng.uniform(0, 0.7, count)
    points = glide(wanted(centre - 0.02, centre + 0.02, closed))
    assert points.min() >= -1e-9
    assert points.max() <= 0.7 + 1e-9
    seconds, curve = drawn_out(points, GAP)
    if len(curve) < 3:
        return
    step = seconds[1] - seconds[0]
    assert np.abs(np.diff(curve)).max() / step <= FASTEST + 1e-6
    assert np.abs(np.diff(curve, 2)).max() / step**2 <= FIERCEST + 1e-6
    shown = np.interp(np.arange(0.0, seconds[-1], 1 / 25), seconds, curve)
    assert np.abs(np.diff(shown, 2)).max(initial=0.0) * 25**2 <= FIERCEST


def test_the_curve_begins_and_ends_at_its_ends() -> None:
    points = np.array([0.1, 0.12, 0.2, 0.3, 0.32])
    seconds, curve = drawn_out(points, GAP)
    assert (seconds[0], seconds[-1]) == (0.0, pytest.approx(4 * GAP))
    assert (curve[0], curve[-1]) == (pytest.approx(0.1), pytest.approx(0.32))
