"""Rates of arms and the lift between two, with a variance that knows that people repeat.

Clicks are no independent coins: one person sees many covers. So the sums of each person are the data, and
the variance of a ratio of two sums is found by the delta method (Deng, Knoblich and Lu, "Applying the delta
method in metric analytics", KDD 2018, section 2.2). With person i's sums x_i = (clicks and views in each
arm), their totals T and a smooth f, Var f(T) = g' (sum over i of x_i x_i') g, where g is the gradient of f
at T. Rates and lifts are taken on the log scale, where f does not change when T is doubled, so that the g'
x_i add up to 0 and need no centring. The same person may stand in both arms: then the cross terms count.

Shape letters: U units (people), A arms, R rows of a tally.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.tally import Metric, Tally
from gifworthy.types import Floats


@dataclass(frozen=True)
class Estimate:
    """A number and its standard error, and how much more it errs because people repeat.

    repeats: the design effect: the variance over what it were if every view was another person's.
    """

    value: float
    error: float
    repeats: float = 1.0


UNKNOWN = Estimate(np.nan, np.nan)


def log_rate(tally: Tally, metric: Metric, arm: int) -> Estimate:
    """Logarithm of an arm's rate: log(sum of above / sum of below), weighted by 1/propensity."""
    return _log_ratio(tally, metric, {arm: 1.0})


def log_lift(tally: Tally, metric: Metric, arm: int, against: int) -> Estimate:
    """Logarithm of one arm's rate over another's."""
    return _log_ratio(tally, metric, {arm: 1.0, against: -1.0})


def video_log_lift(tally: Tally, metric: Metric, arm: int, against: int) -> Estimate:
    """Logarithm of the mean over videos of one arm's rate, over that of the other.

    Videos count alike here, views in `log_lift`. Only videos count for which both arms have a rate.
    """
    signs = {arm: 1.0, against: -1.0}
    rates = {each: _video_rates(tally, metric, each) for each in signs}
    shared = np.isfinite(rates[arm].values) & np.isfinite(rates[against].values)
    means = {
        each: float(rates[each].values[shared].mean()) if shared.any() else 0.0 for each in signs
    }
    if min(means.values()) <= 0:
        return UNKNOWN
    parts = np.zeros(len(tally))
    for each, sign in signs.items():
        mine = (tally.arm == each) & shared[tally.video]
        video = tally.video[mine]
        above, below = tally.weighted(metric.above)[mine], tally.weighted(metric.below)[mine]
        missed = above - rates[each].values[video] * below
        parts[mine] += sign * missed / rates[each].below[video] / shared.sum() / means[each]
    return _spread(float(np.log(means[arm] / means[against])), parts, tally)


def _log_ratio(tally: Tally, metric: Metric, signs: dict[int, float]) -> Estimate:
    value, parts = 0.0, np.zeros(len(tally))
    for arm, sign in signs.items():
        mine = tally.arm == arm
        above, below = tally.weighted(metric.above)[mine], tally.weighted(metric.below)[mine]
        total, base = float(above.sum()), float(below.sum())
        if total <= 0 or base <= 0:
            return UNKNOWN
        value += sign * float(np.log(total / base))
        parts[mine] += sign * (above / total - below / base)
    return _spread(value, parts, tally)


def _spread(value: float, parts: Floats, tally: Tally) -> Estimate:
    """parts: (R,) each row's share g' x in the estimate's error; the rows of one unit go together."""
    units = np.count_nonzero(np.bincount(tally.unit, parts != 0))
    apart = float((parts**2).sum())
    if units < 2 or apart <= 0:
        return Estimate(value, np.nan)
    together = float((np.bincount(tally.unit, parts) ** 2).sum()) * units / (units - 1)
    return Estimate(value, float(np.sqrt(together)), together / apart)


@dataclass(frozen=True)
class _Rates:
    values: Floats
    below: Floats


def _video_rates(tally: Tally, metric: Metric, arm: int) -> _Rates:
    mine, videos = tally.arm == arm, len(tally.videos)
    above = np.bincount(tally.video[mine], tally.weighted(metric.above)[mine], videos)
    below = np.bincount(tally.video[mine], tally.weighted(metric.below)[mine], videos)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _Rates(np.where(below > 0, above / below, np.nan), below.astype(np.float64))
