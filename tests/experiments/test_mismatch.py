"""The split: sound ones pass however often one looks, odd ones do not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import chisquare

from gifworthy.experiments.mismatch import LEVEL, TUNED, mismatch, of_sums


def fixed(counted: list[int], shares: list[float]) -> tuple[bool, float, float]:
    share, count = np.array(shares), sum(counted)
    covariance = count * (np.diag(share) - np.outer(share, share))
    found = of_sums(np.array(counted, np.float64), count * share, covariance)
    return found.is_found, found.chi_square, found.chi_square_p


@pytest.mark.parametrize(
    ("counted", "shares", "odd"),
    [
        ([1000, 1000], [0.5, 0.5], False),
        ([1000, 1040], [0.5, 0.5], False),
        ([1000, 1250], [0.5, 0.5], True),
        ([500_000, 510_000], [0.5, 0.5], True),
        ([9_000, 1_000], [0.9, 0.1], False),
        ([9_000, 1_300], [0.9, 0.1], True),
        ([3_000, 3_000, 3_400], [1 / 3, 1 / 3, 1 / 3], True),
        ([0, 0], [0.5, 0.5], False),
    ],
)
def test_odd_splits_are_found(counted: list[int], shares: list[float], odd: bool) -> None:
    assert fixed(counted, shares)[0] is odd


@pytest.mark.parametrize("counted", [[480, 520], [100, 220, 310], [40, 10, 30, 20]])
def test_the_plain_test_is_the_chi_square(counted: list[int]) -> None:
    even = [1 / len(counted)] * len(counted)
    _, statistic, p = fixed(counted, even)
    plain = chisquare(counted)
    assert (statistic, p) == pytest.approx((plain.statistic, plain.pvalue))


def test_two_two_four_by_hand() -> None:
    """Due are 8/3 each: the statistic is (4/9 + 4/9 + 16/9) / (8/3) = 1, and its p-value e^-0.5."""
    _, statistic, p = fixed([2, 2, 4], [1 / 3] * 3)
    assert (statistic, p) == pytest.approx((1.0, math.exp(-0.5)))


def test_draw_by_draw_is_the_same_as_sums() -> None:
    arms = np.array([0] * 70 + [1] * 30)
    shares = np.tile([0.6, 0.4], (100, 1))
    found = mismatch(arms, shares)
    assert found.counted == (70, 30)
    assert found.expected == pytest.approx((60, 40))
    assert found.chi_square_p == pytest.approx(chisquare([70, 30], [60, 40]).pvalue)


def test_the_chance_by_hand() -> None:
    """Two arms, n units: surplus S = 60 of n = 1000, variance n / 4 = 250, the mixture's e-value inverted."""
    from gifworthy.experiments.sequences import best_progress

    k = best_progress(LEVEL) * 250 / (TUNED / 4)
    e = math.exp(60**2 / 250 * k / (2 * (1 + k))) / math.sqrt(1 + k)
    share = np.array([0.5, 0.5])
    covariance = 1000 * (np.diag(share) - np.outer(share, share))
    found = of_sums(np.array([560.0, 440.0]), 1000 * share, covariance)
    assert found.chance == pytest.approx(1 / e)


def test_shares_that_change_on_the_way_are_no_mismatch() -> None:
    """Half and half, then 1 to 9: 550 to 950 in all is as it should be, though no single share says so."""
    random = np.random.default_rng(0)
    shares = np.repeat([[0.5, 0.5], [0.1, 0.9]], 5_000, axis=0)
    arms = (random.random(10_000) >= shares[:, 0]).astype(np.int64)
    assert not mismatch(arms, shares).is_found
    assert mismatch(arms, np.full((10_000, 2), 0.5)).is_found


def test_peeking_refuses_few_sound_splits_where_the_chi_square_refuses_many() -> None:
    random = np.random.default_rng(1)
    ones = random.integers(2, size=(200, 5_000)).cumsum(axis=1)
    refused = plain = 0
    for run in ones:
        looks = [
            fixed([n - int(run[n - 1]), int(run[n - 1])], [0.5, 0.5])
            for n in range(200, 5_001, 200)
        ]
        refused += any(look[0] for look in looks)
        plain += any(look[1] < 0.05 for look in looks)
    assert refused / 200 <= 0.01
    assert plain / 200 > 0.2
