"""Did the arms get as many units as they should? If not, nothing else may be believed.

A sample ratio mismatch means that units were lost or doubled in one arm, so that the arms are no longer
alike. The usual test is a chi-square at 0.001, which is right at one look only. To look all the time, each
arm's surplus S = sum over units of (given the arm - its propensity) is a martingale with the known variance
V = sum of propensity (1 - propensity), and the mixture of `sequences` bounds it for all times, with the
propensities as they were at each time, so that bandits are covered too. For a fixed split this is the
normal approximation of Lindon and Malek, "Anytime-valid inference for multinomial count data" (NeurIPS
2022).

Shape letters: N draws of an arm, A arms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from gifworthy.experiments.sequences import evidence, progress
from gifworthy.experiments.tally import Ints
from gifworthy.types import Floats

LEVEL = 0.01
"""At most this share of sound experiments is ever refused, however often they are looked at."""
TUNED = 20_000.0
"""Draws, by halves, around which the test is sharpest; it loses little at a hundred times as many."""


@dataclass(frozen=True)
class Mismatch:
    """What was expected in each arm and what came.

    chance: at most how likely a split this odd ever comes up by chance, 0..1. chi_square: the statistic,
    and chi_square_p: its p-value, right for one look only.
    """

    expected: tuple[float, ...]
    counted: tuple[int, ...]
    chance: float
    chi_square: float
    chi_square_p: float

    @property
    def is_found(self) -> bool:
        """Whether the split is so odd that no winner may be named."""
        return self.chance < LEVEL


def mismatch(arms: Ints, shares: Floats) -> Mismatch:
    """Compare which arm each draw gave with the shares it was drawn by.

    Args: arms: (N,) the arms that were given. shares: (N, A) the propensities of all arms at each draw.
    """
    counted = np.bincount(arms, minlength=shares.shape[1]).astype(np.float64)
    expected = shares.sum(axis=0)
    return of_sums(counted, expected, np.diag(expected) - shares.T @ shares)


def of_sums(counted: Floats, expected: Floats, covariance: Floats) -> Mismatch:
    """The same from sums over the draws. Args: (A,), (A,) and the (A, A) covariance of what is counted."""
    surplus = counted - expected
    chances = [_chance(s, v) for s, v in zip(surplus, np.diag(covariance), strict=True)]
    tests = 1 if len(counted) == 2 else len(counted)
    return Mismatch(
        tuple(map(float, expected)),
        tuple(map(int, counted)),
        min(1.0, tests * min(chances)),
        *_chi_square(surplus, covariance),
    )


def _chance(surplus: float, variance: float) -> float:
    if variance <= 0:
        return 1.0 if abs(surplus) < 0.5 else 0.0
    k = progress(variance, TUNED / 4, LEVEL)
    return min(1.0, 1 / float(evidence(surplus / np.sqrt(variance), k)))


def _chi_square(surplus: Floats, covariance: Floats) -> tuple[float, float]:
    """The statistic and its p-value, of one arm fewer than there are, as they add up.

    The statistic is surplus' covariance^-1 surplus.
    """
    some, of_some = surplus[:-1], covariance[:-1, :-1]
    if np.linalg.matrix_rank(of_some) < len(some):
        return 0.0, 1.0
    statistic = float(some @ np.linalg.solve(of_some, some))
    return statistic, float(chi2.sf(statistic, len(some)))
