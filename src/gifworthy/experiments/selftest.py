"""A/A: does the machinery cry wolf on this very traffic?

The logged views are given to arms anew, by lot, unit by unit, so that there is nothing to be found; then one
peeks many times, as a person would. The share of such imagined experiments in which a winner is ever seen
must be at most the promised 5 %. What could break the promise is in the traffic: few units with very many
views, or amounts of which very few are very large. (That one person hides behind many units it cannot know.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.stats import norm

from gifworthy.experiments.lifts import LEVEL, lift
from gifworthy.experiments.mismatch import mismatch
from gifworthy.experiments.tally import CTR, Ints, Tally
from gifworthy.types import Floats

RUNS, LOOKS, FIRST = 200, 20, 100


@dataclass(frozen=True)
class SelfTest:
    """How many of some experiments without a difference looked as if they had one, at some look.

    alarms: by the intervals of the report. plain: by a z test at each look that takes every view for
    another person's. mismatches: the split refused.
    """

    runs: int
    looks: int
    alarms: int
    plain: int
    mismatches: int

    @property
    def passes(self) -> bool:
        """Whether the alarms are no more than chance makes of the promised share, 99 times of 100."""
        most = LEVEL * self.runs + norm.isf(0.01) * np.sqrt(LEVEL * (1 - LEVEL) * self.runs)
        return bool(self.alarms <= most)


def self_test(
    tally: Tally, planned: float, random: Generator, *, by_pair: bool = False, runs: int = RUNS
) -> SelfTest:
    """Relabel logged views `runs` times, half and half, and peek `LOOKS` times at each.

    Raises: ValueError when fewer than 100 views are counted.
    """
    if len(tally) < FIRST:
        raise ValueError(f"an A/A test needs at least {FIRST} counted views, not {len(tally)}")
    tally = tally.only(np.argsort(tally.at, kind="stable"))
    draw = tally.unit * len(tally.videos) + tally.video if by_pair else tally.unit
    drawn, draw = np.unique(draw, return_inverse=True)
    cuts = np.unique(np.geomspace(FIRST, len(tally), LOOKS).astype(int))
    found = np.zeros(3, np.int64)
    for _ in range(runs):
        labels = random.integers(2, size=len(drawn))
        arms = tally.relabelled(labels[draw], np.full(len(tally), 0.5))
        found += _peeked(arms, cuts, planned)
        found[2] += mismatch(labels, np.full((len(labels), 2), 0.5)).is_found
    return SelfTest(runs, len(cuts), int(found[0]), int(found[1]), int(found[2]))


def _peeked(tally: Tally, cuts: Ints, planned: float) -> Ints:
    """Whether the interval, and whether the z test, ever says that the arms differ."""
    ours = False
    for cut in cuts:
        seen = lift(tally.only(slice(0, cut)), CTR, (1, 0), planned)
        ours = ours or (seen.is_known and not seen.low <= 0 <= seen.high)
    return np.array([ours, bool((np.abs(plain_z(tally)[cuts - 1]) > norm.isf(LEVEL / 2)).any()), 0])


def plain_z(tally: Tally) -> Floats:
    """(R,) after each view, the z of two proportions as if every view was another person's."""
    clicks = tally.of("clicks")
    in_arm = [np.cumsum(tally.arm == arm) for arm in (0, 1)]
    hits = [np.cumsum(np.where(tally.arm == arm, clicks, 0.0)) for arm in (0, 1)]
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (hits[0] + hits[1]) / (in_arm[0] + in_arm[1])
        error = np.sqrt(pooled * (1 - pooled) * (1 / in_arm[0] + 1 / in_arm[1]))
        return np.asarray(np.nan_to_num((hits[1] / in_arm[1] - hits[0] / in_arm[0]) / error))
