"""How many views an experiment needs, before it begins.

On the log scale of `ratios` one view in an arm of share s and click rate p adds 1 / ((1 - p) / (p s)) of
information, less by the design effect when people repeat. A lift of log size d is found with a power when

    d = error (multiplier + z_power),

with 1.96 for the multiplier when one looks once, at the end, and the confidence sequence's when one may look
at any time: that costs about twice the views, but a true lift larger than planned then ends it sooner.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, comb, isfinite, log

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

from gifworthy.experiments.sequences import best_progress, multiplier, progress

LEVEL, POWER = 0.05, 0.8
MOST = 1e15
"""Views beyond which nobody waits for an answer."""


@dataclass(frozen=True)
class Question:
    """What is to be found out.

    rate: the control's click-through rate, 0..1. lift: the smallest relative lift that matters, 0.1 for a
    tenth more; below 0 for a loss. arms: how many; every pair is compared. share: of the views in the
    smaller arm of a pair. repeats: the design effect of people who repeat, at least 1; the report of an
    earlier experiment tells it.
    """

    rate: float
    lift: float
    arms: int = 2
    share: float = 0.5
    repeats: float = 1.0
    level: float = LEVEL
    power: float = POWER

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("rate", self.rate, 0, 1),
            ("level", self.level, 0, 0.5),
            ("power", self.power, 0.05, 1),
            ("share", self.share, 0, 1),
        ):
            if not low < value < high:
                raise ValueError(f"{name} must lie between {low} and {high}, not {value:g}")
        if not isfinite(self.lift) or self.lift == 0 or not 0 < self.rate * (1 + self.lift) < 1:
            raise ValueError(
                f"a lift of {100 * self.lift:g} % on a rate of {100 * self.rate:g} % is nothing one can "
                f"find; give one that is not 0 and leaves the rate between 0 and 100 %"
            )
        if self.arms < 2 or self.repeats < 1:
            raise ValueError(
                "an experiment needs at least 2 arms, and a design effect of 1 or more"
            )


@dataclass(frozen=True)
class Needed:
    """Views over the arms of one pair, and what they find. peeking: whether one may look at any time."""

    views: int
    lift: float
    peeking: bool


def needed(question: Question, peeking: bool = True) -> Needed:
    """The views of a pair of arms at which the lift is found with the wanted power."""
    reach = _reach(question, peeking)
    size = abs(log(1 + question.lift))
    return Needed(
        ceil(_per_view(question, question.lift) * (reach / size) ** 2), question.lift, peeking
    )


def needed_as_planned(question: Question, planned: float) -> Needed:
    """The same while one looks at any time, where the intervals are narrowest at `planned` views of a pair.

    What was planned for another number of views than it takes waits longer than `needed` says; a running
    experiment cannot change it. Raises: ValueError when no number of views finds so small a lift.
    """
    level = question.level / comb(question.arms, 2)
    certain = float(norm.isf(1 - question.power))
    size, per_view = abs(log(1 + question.lift)), _per_view(question, question.lift)

    def short(log_views: float) -> float:
        views = np.exp(log_views)
        k = progress(views * question.repeats, planned, level)
        return size - float(np.sqrt(per_view / views) * (multiplier(k, level) + certain))

    if short(log(MOST)) < 0:
        raise ValueError(
            f"a lift of {100 * question.lift:g} % is too small to be found by any views"
        )
    return Needed(ceil(np.exp(brentq(short, 0.0, log(MOST)))), question.lift, peeking=True)


def findable(question: Question, views: int, peeking: bool = True) -> Needed:
    """The smallest rise that some number of views finds with the wanted power. Raises: ValueError."""
    reach = _reach(question, peeking)
    highest = (1 / question.rate - 1) * (1 - 1e-9)

    def short(lift: float) -> float:
        return log(1 + lift) - reach * float(np.sqrt(_per_view(question, lift) / views))

    if views < 1 or short(highest) < 0:
        raise ValueError(f"{views} views are too few to find any lift; plan for more")
    return Needed(views, float(brentq(short, 1e-12, highest)), peeking)


def _reach(question: Question, peeking: bool) -> float:
    """Standard errors between no lift and one that is found with the wanted power."""
    level = question.level / comb(question.arms, 2)
    k = best_progress(level)
    found = float(multiplier(k, level)) if peeking else float(norm.isf(level / 2))
    return found + float(norm.isf(1 - question.power))


def _per_view(question: Question, lift: float) -> float:
    """Variance of the log lift times the views."""
    before, after = question.rate, question.rate * (1 + lift)
    own, other = question.share, 1 - question.share
    return question.repeats * ((1 - before) / (before * other) + (1 - after) / (after * own))
