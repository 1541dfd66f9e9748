"""Where a list of moments lies in another: worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.learning.matching import Fits, fit, likely_stretches, speeds_for

TICKS = np.arange(20)


def costs_of(places: list[int]) -> np.ndarray:
    """Moment g of the GIF is like tick `places[g]` alone."""
    return np.array([np.where(place == TICKS, 0.0, 10.0) for place in places])


@pytest.mark.parametrize(("speed", "places"), [(1.0, [4, 5, 6, 7]), (2.0, [4, 6, 8, 10])])
def test_start_and_speed_are_found(speed: float, places: list[int]) -> None:
    found = fit(costs_of(places), np.arange(4.0), 1.0, np.array([0.5, 1.0, 2.0]))
    assert found.best == 4
    assert found.speeds[4] == speed
    assert found.costs[4] == 0


def test_nothing_starts_so_late_that_it_would_end_after_the_video() -> None:
    found = fit(np.zeros((4, 20)), np.arange(4.0), 1.0, np.array([1.0, 2.0]))
    assert np.isfinite(found.costs).tolist() == [True] * 17 + [False] * 3


def test_of_two_speeds_that_fit_alike_the_usual_one_is_taken() -> None:
    found = fit(np.ones((4, 20)), np.arange(4.0), 1.0, np.array([0.5, 1.0, 2.0]))
    assert set(found.speeds[:17]) == {1.0}


def test_speeds_lie_so_close_that_the_end_is_not_missed() -> None:
    speeds = speeds_for(4.0, 8.0)
    assert speeds.min() == pytest.approx(0.4)
    assert speeds.max() == pytest.approx(2.5)
    assert 1.0 in speeds
    assert (np.diff(speeds) * 4.0 <= 2.5 / 8.0 + 1e-9).all()


def test_a_still_has_one_speed() -> None:
    assert speeds_for(0.0, 8.0).tolist() == [1.0]


def test_stretches_hold_the_cheapest_starts_and_join() -> None:
    costs = np.full(20, 9.0)
    costs[[3, 5, 15]] = 1.0, 2.0, 1.5
    fits = Fits(costs, np.ones(20))
    assert likely_stretches(fits, np.full(20, 2.0), 1, 1.0, 99) == [(2, 9), (14, 19)]
    assert likely_stretches(fits, np.full(20, 2.0), 1, 0.2, 99) == [(2, 7)]
    assert likely_stretches(fits, np.full(20, 2.0), 1, 1.0, 4) == [(2, 7)]
