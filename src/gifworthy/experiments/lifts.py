"""An arm beside another: by how much a rate is higher, and an interval that may be looked at any time."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from gifworthy.experiments.ratios import Estimate, log_lift, log_rate, video_log_lift
from gifworthy.experiments.sequences import evidence, multiplier, progress
from gifworthy.experiments.tally import Metric, Tally

LEVEL = 0.05
FEWEST = 20
"""Non-zero rows that each arm needs before anything is said: below, logarithms are far from normal."""


@dataclass(frozen=True)
class Lift:
    """By how much one arm's rate is above another's, 0.1 for a tenth; between low and high.

    evidence: e-value against "no difference". repeats: the design effect of people who repeat. Nothing is
    known yet when the interval reaches from -1 to infinity.
    """

    metric: Metric
    arm: int
    against: int
    value: float
    low: float
    high: float
    evidence: float
    repeats: float

    @property
    def is_known(self) -> bool:
        """Whether there is enough to say anything."""
        return bool(np.isfinite(self.high))

    @property
    def reversed(self) -> Lift:
        """The same comparison, told from the other arm."""
        value, low, high = (_turned(each) for each in (self.value, self.high, self.low))
        return Lift(
            self.metric, self.against, self.arm, value, low, high, self.evidence, self.repeats
        )


@dataclass(frozen=True)
class Rate:
    """An arm's rate, in the metric's units, between low and high; nan with nothing to rate."""

    metric: Metric
    arm: int
    value: float
    low: float
    high: float


def lift(
    tally: Tally,
    metric: Metric,
    pair: tuple[int, int],
    planned: float,
    *,
    level: float = LEVEL,
    over_videos: bool = False,
) -> Lift:
    """One arm against another.

    Args: pair: the arm, and the one it is compared with. planned: views of both after which the interval is
    narrowest. level: how often an interval may ever miss. over_videos: whether videos count alike.
    """
    arm, against = pair
    enough = min(_heard(tally, metric, each) for each in pair) >= FEWEST
    estimate = (video_log_lift if over_videos else log_lift)(tally, metric, arm, against)
    if not enough or not np.isfinite(estimate.error):
        value = float(np.expm1(estimate.value))
        return Lift(metric, arm, against, value, -1.0, np.inf, 1.0, estimate.repeats)
    k = _k(tally, pair, estimate, planned, level)
    reach = estimate.error * float(multiplier(k, level))
    low, value, high = np.expm1(estimate.value + np.array([-reach, 0.0, reach]))
    e = float(evidence(estimate.value / estimate.error, k))
    return Lift(metric, arm, against, value, low, high, e, estimate.repeats)


def rate(tally: Tally, metric: Metric, arm: int, planned: float, level: float = LEVEL) -> Rate:
    """An arm's rate with its interval; 0 to infinity where too little is known."""
    estimate = log_rate(tally, metric, arm)
    value = metric.per * float(np.exp(estimate.value))
    if not np.isfinite(value):
        value = 0.0 if tally.total(metric.below, arm) > 0 else np.nan
    if _heard(tally, metric, arm) < FEWEST or not np.isfinite(estimate.error):
        return Rate(metric, arm, value, 0.0, np.inf)
    k = _k(tally, (arm,), estimate, planned / 2, level)
    reach = estimate.error * float(multiplier(k, level))
    return Rate(metric, arm, value, value * np.exp(-reach), value * np.exp(reach))


def pairs(arms: int) -> tuple[tuple[int, int], ...]:
    """All pairs of arms, each once, the later against the earlier."""
    return tuple((arm, against) for arm in range(arms) for against in range(arm))


def shared_level(arms: int, level: float = LEVEL) -> float:
    """Each pair's level, so that all pairs together miss no more often than `level` (Bonferroni)."""
    return level / comb(arms, 2)


def _heard(tally: Tally, metric: Metric, arm: int) -> int:
    """Rows that speak for an arm's rate; of few units they would say little, so these count at most."""
    mine = tally.arm == arm
    return min(
        int(np.count_nonzero(tally.of(metric.above)[mine])),
        int(np.count_nonzero(np.bincount(tally.unit, mine & (tally.of(metric.below) != 0)))),
    )


def _k(
    tally: Tally, arms: tuple[int, ...], estimate: Estimate, planned: float, level: float
) -> float:
    """How far the experiment has come, in views that tell as much as if no one repeated.

    The running sum behind the estimate has the variance (views x error)^2, which grows as views x design
    effect does. With this clock, people who come back only make crossings rarer (Slepian's inequality, as
    what they do later goes with what they did before).
    """
    views = float(tally.of("views")[np.isin(tally.arm, arms)].sum())
    return float(progress(views * estimate.repeats, planned, level))


def _turned(lift: float) -> float:
    if lift == -1.0:
        return np.inf
    return -1.0 if np.isinf(lift) else float(1 / (1 + lift) - 1)
