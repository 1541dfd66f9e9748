"""A split that follows the clicks: each arm gets the chance that it is the best, and never less than a floor.

Thompson (1933); as a split that is worked out ahead, so that every propensity is known exactly and any
server gives arms without asking: Beta posteriors of the click rates, the chance of each to be the highest
by draws, then share = floor + (1 - arms x floor) x chance. The floor keeps every arm's rate measurable, and
with it every estimate of `offpolicy`.

Videos have their own posteriors, around a prior that all videos share: a new video begins where videos are
on the mean, and follows its own clicks as they come. Shape letters: V videos, A arms.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from gifworthy.experiments.ratios import log_rate
from gifworthy.experiments.tally import CTR, Tally
from gifworthy.records.experiments import Design, Split
from gifworthy.types import Floats

DRAWS = 4000
WEAKEST, STRONGEST = 20.0, 20_000.0


def resplit(design: Design, tally: Tally, random: Generator, draws: int = DRAWS) -> Split:
    """The next split, by what was counted so far; its version and time are given when it is kept.

    Where units see one arm everywhere all videos share one split; where pairs are drawn each video that
    was seen has its own.
    """
    views, clicks = (each / _repeats(tally) for each in sums(tally))

    def share(above: Floats, below: Floats) -> Floats:
        chances = chances_to_be_best(above, below, random, draws)
        return np.asarray(design.floor + (1 - len(design.arms) * design.floor) * chances)

    if design.by == "unit":
        return Split(0, _rounded(share(1 + clicks.sum(0), 1 + (views - clicks).sum(0))))
    above, below = posteriors(views, clicks)
    own = {
        tally.videos[video]: _rounded(share(above[video], below[video]))
        for video in np.flatnonzero(views.sum(axis=1))
    }
    return Split(0, _rounded(share(*posteriors(views, clicks, alone=True))), own)


def sums(tally: Tally) -> tuple[Floats, Floats]:
    """(V, A) views and (V, A) clicks."""
    shape = (len(tally.videos), len(tally.arms))
    place = tally.video * shape[1] + tally.arm
    counted = (
        np.bincount(place, tally.of(name), shape[0] * shape[1]) for name in ("views", "clicks")
    )
    views, clicks = (np.asarray(each, np.float64).reshape(shape) for each in counted)
    return views, clicks


def posteriors(views: Floats, clicks: Floats, *, alone: bool = False) -> tuple[Floats, Floats]:
    """Beta parameters (V, A) of each video's rates; with `alone`, (A,) of a video that was not seen yet.

    The prior of an arm is Beta(m r, m (1 - r)): r its pooled rate, and m, how alike videos are, by the
    method of moments: the spread of videos' rates beyond what chance alone would make.
    """
    total = np.maximum(views.sum(axis=0), 1.0)
    rate = (clicks.sum(axis=0) + 0.5) / (total + 1.0)
    strength = np.array([_strength(views[:, a], clicks[:, a], rate[a]) for a in range(len(rate))])
    prior = strength * rate, strength * (1 - rate)
    if alone:
        return prior
    return prior[0] + clicks, prior[1] + views - clicks


def chances_to_be_best(
    above: Floats, below: Floats, random: Generator, draws: int = DRAWS
) -> Floats:
    """(A,) how likely each of some Beta-distributed rates is the highest."""
    best = random.beta(above, below, (draws, len(above))).argmax(axis=1)
    return np.asarray(np.bincount(best, minlength=len(above)) / draws)


def _repeats(tally: Tally) -> float:
    """The design effect: people who come back tell less than as many others would."""
    found = [log_rate(tally, CTR, arm).repeats for arm in range(len(tally.arms))]
    return max(1.0, float(np.nanmean(found)))


def _strength(views: Floats, clicks: Floats, rate: float) -> float:
    """m of a beta-binomial: chance spreads rates by r (1 - r) / n, videos by r (1 - r) / (m + 1) more."""
    seen = views > 0
    n = views[seen]
    if len(n) < 2:
        return WEAKEST
    rates, weight = clicks[seen] / n, n / n.sum()
    spread = float((weight * (rates - rate) ** 2).sum())
    chance = float((weight * rate * (1 - rate) / n).sum())
    beyond = max(spread - chance, 1e-12)
    return float(np.clip(rate * (1 - rate) / beyond - 1, WEAKEST, STRONGEST))


def _rounded(shares: Floats) -> tuple[float, ...]:
    """Short numbers that still add up to 1, so that the split is small to keep and the same everywhere."""
    short = [round(float(share), 6) for share in shares]
    short[-1] = round(1 - sum(short[:-1]), 6)
    return tuple(short)
