"""What another plan would have earned, from what was logged while this one ran.

Every view was given its arm with a known chance, so a view in the arm that the new plan would have given
stands for others too. With w = new share / logged propensity, r the clicks, q a guess of the click rate by
video and arm:

- IPS, inverse propensity scoring: mean of w r. No bias; errs much where w is large (Horvitz and Thompson
  1952);
- SNIPS, self-normalised: sum of w r / sum of w. Nearly no bias, and errs less (Swaminathan and Joachims,
  "The self-normalized estimator for counterfactual learning", NeurIPS 2015);
- DR, doubly robust: mean of sum over arms of share q, + w (r - q): right when either the propensities or q
  are, and errs little (Dudik, Langford and Li, "Doubly robust policy evaluation and learning", ICML 2011). q
  is learned from other units than those it is used on.

The errors are by unit, as in `ratios`; the intervals hold at every look. Shape letters: V videos, A arms, R
rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gifworthy.errors import PlanUnjudgeable
from gifworthy.experiments.lifts import LEVEL
from gifworthy.experiments.sequences import best_progress, multiplier
from gifworthy.experiments.tally import Ints, Tally
from gifworthy.experiments.thompson import posteriors, sums
from gifworthy.types import Floats

FOLDS = 5
PLANNED = 20_000.0


@dataclass(frozen=True)
class Value:
    """Clicks a view, 0..1, that a plan would have had, between low and high."""

    method: str
    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class Judged:
    """A plan by the three estimates, beside what was shown in fact.

    effective: how many views would tell as much if all weighed the same: (sum of w)^2 / sum of w^2.
    heaviest: the largest w. views: of the videos for which the plan says something; others are left out.
    """

    logged: float
    values: tuple[Value, ...]
    effective: float
    heaviest: float
    views: int
    left_out: int


def judge(tally: Tally, plan: Mapping[str, tuple[float, ...]], seed: int = 0) -> Judged:
    """Judge a plan: of each video, the arms' shares that it would give.

    Raises: PlanUnjudgeable when no view is of its videos, or it wants arms that were never logged there;
        ValueError when its shares do not fit the arms.
    """
    shares = _shares(tally, plan)
    named = np.asarray(np.isfinite(shares[:, 0]))
    rows = tally.only(named[tally.video])
    if not len(rows):
        raise PlanUnjudgeable(
            "no counted view is of a video that the plan names; give a plan for the videos of the experiment"
        )
    _check_support(rows, shares)
    weight = shares[rows.video, rows.arm] / rows.propensity
    clicks, views = rows.of("clicks"), rows.of("views")
    guess, hoped = _guesses(rows, shares, seed)
    values = (
        _ratio("IPS", weight * clicks, views, rows.unit),
        _ratio("SNIPS", weight * clicks, weight * views, rows.unit),
        _ratio("DR", hoped * views + weight * (clicks - guess * views), views, rows.unit),
    )
    effective = float((weight * views).sum() ** 2 / (weight**2 * views).sum())
    logged = float(clicks.sum() / views.sum())
    count = int(views.sum())
    return Judged(
        logged, values, effective, float(weight.max()), count, int(tally.of("views").sum()) - count
    )


def _shares(tally: Tally, plan: Mapping[str, tuple[float, ...]]) -> Floats:
    """(V, A) the plan; nan for videos of which it says nothing."""
    table = np.full((len(tally.videos), len(tally.arms)), np.nan)
    for number, video in enumerate(tally.videos):
        if video in plan:
            given = plan[video]
            if len(given) != len(tally.arms) or min(given) < 0 or abs(sum(given) - 1) > 1e-6:
                raise ValueError(
                    f"the plan's shares for {video[:80]} must be one for each arm and add up to 1: {given}"
                )
            table[number] = given
    return table


def _check_support(rows: Tally, shares: Floats) -> None:
    """What was never shown tells nothing: not even how little one knows."""
    views, _ = sums(rows)
    seen = views.sum(axis=1) > 0
    unknown = (shares > 0) & (views == 0) & seen[:, None]
    if unknown.any():
        video, arm = np.argwhere(unknown)[0]
        raise PlanUnjudgeable(
            f"the plan shows {rows.arms[arm]!r} for {rows.videos[video][:80]}, which was never shown there "
            f"({int(unknown.any(axis=1).sum())} such videos); leave these videos out of the plan"
        )


def _guesses(rows: Tally, shares: Floats, seed: int) -> tuple[Floats, Floats]:
    """(R,) q of what was shown and (R,) the plan's mean q, learned from the other folds' units."""
    fold = np.random.default_rng(seed).integers(FOLDS, size=int(rows.unit.max()) + 1)[rows.unit]
    guess, hoped = np.zeros(len(rows)), np.zeros(len(rows))
    for number in range(FOLDS):
        here = fold == number
        above, below = posteriors(*sums(rows.only(~here)))
        q = above / (above + below)
        guess[here] = q[rows.video[here], rows.arm[here]]
        hoped[here] = (np.nan_to_num(shares) * q).sum(axis=1)[rows.video[here]]
    return guess, hoped


def _ratio(method: str, above: Floats, below: Floats, unit: Ints) -> Value:
    """sum of above / sum of below, with its error by unit (delta method, as in `ratios`)."""
    base = float(below.sum())
    value = float(above.sum()) / base if base > 0 else np.nan
    parts = np.bincount(unit, (above - value * below) / base) if base > 0 else np.zeros(2)
    units = len(np.unique(unit))
    if units < 2 or not np.isfinite(value):
        return Value(method, value, np.inf, -np.inf, np.inf)
    error = float(np.sqrt((parts**2).sum() * units / (units - 1)))
    k = best_progress(LEVEL) * len(unit) / PLANNED
    reach = error * float(multiplier(k, LEVEL))
    return Value(method, value, error, value - reach, value + reach)
