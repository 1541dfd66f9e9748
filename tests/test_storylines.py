"""Where, how far apart and in which order people put three shots together."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from gifworthy.storylines import Habits, baseline, likeliest, smoothed, told, within_reach


@pytest.mark.parametrize("seed", range(6))
def test_the_likeliest_is_the_best_of_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    single, distances = rng.normal(size=9), rng.normal(size=(9, 9))

    def total(chosen: tuple[int, ...]) -> float:
        steps = sum(distances[a, b] for a, b in pairwise(chosen))
        return float(single[list(chosen)].sum() + steps)

    for count in (1, 2, 3, 4, 9):
        best = max(combinations(range(9), count), key=total)
        assert likeliest(single, distances, count).tolist() == list(best)


def test_too_few_moments_are_said() -> None:
    with pytest.raises(ValueError, match="3 shots cannot be told from 2 moments"):
        likeliest(np.zeros(2), np.zeros((2, 2)), 3)


def test_within_reach_adds_up_what_lies_two_seconds_around() -> None:
    odds = np.log(np.array([1.0, 1, 1, 1, 1, 1, 5]))
    assert np.exp(within_reach(odds)).tolist() == pytest.approx([3, 4, 5, 5, 9, 8, 7])


def test_smoothed_comments_hide_the_peak_second() -> None:
    comments = np.ones(100)
    comments[50] = 30
    blurred = smoothed(comments)
    assert blurred.argmax() == 50
    assert blurred[50] - blurred[49] < 0.05 * (blurred[50] - blurred[0])
    assert (blurred.mean(), blurred.std()) == pytest.approx((0, 1))
    assert smoothed(np.zeros(10)).tolist() == [0] * 10


@pytest.mark.parametrize("knowing", ["scores", "duration"])
def test_the_habits_in_the_package_are_those_of_the_data(knowing: str) -> None:
    """31.9 % of the real GIFs are chronological, 14.7 % begin with the latest; 5 % start before 5 s."""
    habits = Habits.learned("scores" if knowing == "scores" else "duration")
    share = {order: np.exp(odds) / 6 for order, odds in habits.orders.items()}
    assert sum(share.values()) == pytest.approx(1.0, abs=0.01)
    assert share[0, 1, 2] == pytest.approx(0.319, abs=0.03)
    assert share[2, 0, 1] + share[2, 1, 0] == pytest.approx(0.147, abs=0.04)
    assert habits.order() == (0, 1, 2)
    assert (habits.goodness > 0.5) == (knowing == "scores")
    at = habits.places(np.array([0.5, 10.5, 99.0, 198.5]), 200.0)
    assert at[[0, 3]].max() < at[[1, 2]].min() - 1
    apart = habits.distances(np.array([50.0, 51.0, 110.0]), 200.0)
    assert apart[0, 1] < apart[0, 2] - 1
    for edges, values in (
        (habits.end_edges, habits.end),
        (habits.gap_edges, habits.gaps),
        (habits.share_edges, habits.shares),
    ):
        assert len(values) == len(edges) + 1


def test_a_video_shorter_than_any_seen_is_taken_as_longer() -> None:
    habits = Habits.learned("duration")
    moments = np.arange(20.0)
    assert habits.places(moments / 4, 5.0) == pytest.approx(habits.places(moments, 20.0))
    assert habits.distances(moments / 4, 5.0) == pytest.approx(habits.distances(moments, 20.0))


def test_three_are_told_apart_and_in_order() -> None:
    chosen = told(Habits.learned("duration"), np.arange(188.0), 188.0)
    assert chosen.tolist() == sorted(chosen.tolist())
    assert chosen[0] >= 5
    assert min(b - a for a, b in pairwise(chosen.tolist())) >= 2


def test_a_long_film_is_told_in_no_time() -> None:
    chosen = told(Habits.learned("duration"), np.arange(10_800.0), 10_800.0)
    assert len(set(chosen.tolist())) == 3


def test_baselines_are_shares() -> None:
    assert baseline("shares_by_place").sum(axis=1) == pytest.approx(np.ones(3), abs=1e-3)
    for name in ("comments_by_share", "comments_by_second"):
        assert 0.1 < baseline(name).min() < baseline(name).max() < 0.6
