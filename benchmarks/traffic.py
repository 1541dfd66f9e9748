"""Imagined viewers: who comes back, who clicks more, in which order they come; the truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.tally import Ints, Tally, measured
from gifworthy.types import Floats


@dataclass(frozen=True)
class Traffic:
    """What is true.

    rates: each arm's click-through rate. shares: of the arms. visits: views of one viewer on the mean,
    spread so that some have very many. likeness: how alike one viewer's clicks are: the intraclass
    correlation of a beta-binomial. lost: of each arm's units, the share that never reports.
    dwell: each arm's mean seconds a click. spread: strength of the Beta distribution of videos' rates around
    the arms', infinite when all are alike. own_lifts: whether each video answers to each arm in its own way.
    """

    rates: tuple[float, ...] = (0.05, 0.05)
    shares: tuple[float, ...] = (0.5, 0.5)
    visits: float = 4.0
    likeness: float = 0.05
    lost: tuple[float, ...] = (0.0, 0.0)
    dwell: tuple[float, ...] = (30.0, 30.0)
    videos: int = 20
    spread: float = np.inf
    own_lifts: bool = False

    def tally(self, views: int, random: np.random.Generator) -> Tally:
        """Views, in the order in which they came."""
        unit = self._visits(views, random)
        count = int(unit.max()) + 1
        arms = random.choice(len(self.rates), count, p=self.shares)
        arm = arms[unit]
        video = random.integers(self.videos, size=views)
        clicks = (
            random.random(views)
            < self._chances(arms, random)[unit] * self._factors(random)[video, arm]
        )
        kept = (random.random(count) >= np.array(self.lost)[arms])[unit]
        dwell = np.where(clicks, random.exponential(np.array(self.dwell)[arm]), 0.0)
        columns = measured(views, views=np.ones(views), clicks=clicks, dwell=dwell)
        tally = Tally(
            unit,
            video,
            arm,
            np.array(self.shares)[arm],
            np.arange(views, dtype=np.float64),
            columns,
            tuple(f"v{number}" for number in range(self.videos)),
            tuple("abcdefgh"[: len(self.rates)]),
        )
        return tally.only(kept)

    def _visits(self, views: int, random: np.random.Generator) -> Ints:
        """(views,) who came: old viewers return among new ones, and the keen return more often."""
        units = max(2, round(views / self.visits))
        keen = random.lognormal(0.0, 1.0, units)
        born = np.sort(random.random(units))
        who = random.choice(units, views, p=keen / keen.sum())
        when = born[who] + (1 - born[who]) * random.random(views)
        ordered = who[np.argsort(when)]
        return np.asarray(np.unique(ordered, return_inverse=True)[1].astype(np.int64))

    def _chances(self, arms: Ints, random: np.random.Generator) -> Floats:
        rates = np.array(self.rates)[arms]
        if self.likeness == 0:
            return rates
        strength = 1 / self.likeness - 1
        return random.beta(rates * strength, (1 - rates) * strength)

    def _factors(self, random: np.random.Generator) -> Floats:
        """(V, A) how much more a video is clicked than videos on the mean."""
        shape = (self.videos, len(self.rates))
        if np.isinf(self.spread):
            return np.ones(shape)
        rates = np.broadcast_to(self.rates, shape)
        if not self.own_lifts:
            rates = rates[:, :1]
        drawn = random.beta(rates * self.spread, (1 - rates) * self.spread) / rates
        return np.broadcast_to(np.minimum(drawn, 1 / np.max(self.rates)), shape)
