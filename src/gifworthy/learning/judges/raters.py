"""Spans that several people rated: TVSum's and SumMe's protocols, and shop data.

Shape letters: N spans, R raters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.arrays import checked_scores
from gifworthy.learning.metrics.highlights import top5_average_precision
from gifworthy.learning.metrics.ranks import centred_ranks
from gifworthy.learning.metrics.summaries import best_summary
from gifworthy.types import Floats

TOP5 = Metric("top-5 mAP")
METRICS = (Metric("F1"), Metric("Spearman"), Metric("Kendall"))
TICKS_PER_SECOND = 10
Top5 = Literal["asked", "not of this video", "not asked"]


@dataclass(frozen=True)
class RaterTrial:
    """Spans and what each rater gave them.

    spans: (N, 2) seconds. ratings_rn: (R, N). top5: whether top-5 AP is asked, and of this video.
    are_summaries: whether ratings are summaries already (1 in, 0 out) rather than grades. f1_of:
    what is made of the F1 with each rater.
    """

    spans: Floats
    ratings_rn: Floats
    top5: Top5
    are_summaries: bool
    f1_of: Callable[[Floats], np.float64]
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """Top-5 AP, F1 of the best 15 %, and rank correlations, each against every rater."""
        scores = checked_scores(scores_n, len(self.spans))
        top5 = np.nan
        if self.top5 == "asked":
            top5 = top5_average_precision(self.ratings_rn, scores)
        shown = self._summary(scores)
        rho = _correlations(self._ranks, centred_ranks(scores))
        tau = _correlations(self._signs, self._pair_signs(scores))
        return self._columns(top5, self.f1_of(self._f1(shown)), rho.mean(), tau.mean())

    def oracle(self) -> Floats:
        """The mean of all raters; even that falls short, since they do not agree."""
        return np.asarray(self.ratings_rn.mean(axis=0))

    def human(self) -> Floats | None:
        """Each rater in turn against the others, averaged."""
        count = len(self.ratings_rn)
        if count < 2:
            return None
        others = ~np.eye(count, dtype=bool)
        top5 = np.nan
        if self.top5 == "asked":
            each = zip(self.ratings_rn, others, strict=True)
            alone = [top5_average_precision(self.ratings_rn[o], r) for r, o in each]
            top5 = float(np.mean(alone))
        overlaps = [self.f1_of(self._f1(w)[o]) for w, o in zip(self._wanted, others, strict=True)]
        rho, tau = self._ranks @ self._ranks.T, self._signs @ self._signs.T
        return self._columns(top5, np.mean(overlaps), rho[others].mean(), tau[others].mean())

    def _columns(self, top5: float, *others: np.floating) -> Floats:
        return np.array(others if self.top5 == "not asked" else (top5, *others))

    def _f1(self, shown_n: NDArray[np.bool_]) -> Floats:
        """F1 of a summary against each rater's, by length: (R,)."""
        shared = (self._wanted & shown_n) @ self._ticks
        total = self._wanted @ self._ticks + shown_n @ self._ticks
        return np.asarray(2 * shared / np.maximum(total, 1))

    def _summary(self, scores_n: Floats) -> NDArray[np.bool_]:
        return best_summary(_from_zero(scores_n), self._ticks)

    @cached_property
    def _ticks(self) -> NDArray[np.int64]:
        """Length of each span in tenths of a second: (N,)."""
        lengths = np.diff(self.spans, axis=1).ravel() * TICKS_PER_SECOND
        return np.maximum(1, lengths.round()).astype(np.int64)

    @cached_property
    def _wanted(self) -> NDArray[np.bool_]:
        """The spans in each rater's own summary: (R, N)."""
        if self.are_summaries:
            return np.asarray(self.ratings_rn > 0)
        return np.array([self._summary(ratings) for ratings in self.ratings_rn])

    @cached_property
    def _ranks(self) -> Floats:
        return np.array([_unit(centred_ranks(ratings)) for ratings in self.ratings_rn])

    @cached_property
    def _signs(self) -> Floats:
        return np.array([_unit(self._pair_signs(ratings)) for ratings in self.ratings_rn])

    @cached_property
    def _pairs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        return np.triu_indices(len(self.spans), 1)

    def _pair_signs(self, values_n: Floats) -> Floats:
        return np.asarray(np.sign(values_n[self._pairs[0]] - values_n[self._pairs[1]]))


@dataclass(frozen=True)
class RaterJudge:
    """Every span that somebody rated; a rater who left one out gave it nothing (the lowest rating).

    has_top5: whether top-5 AP is asked at all. top5_split: of which videos; all when empty.
    are_summaries: see RaterTrial. nearest: F1 against the rater who agrees most, not the mean.
    """

    has_top5: bool = True
    top5_split: str = ""
    are_summaries: bool = False
    nearest: bool = False
    by_topic: bool = False

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """Top-5 AP where it is asked, F1, Spearman and Kendall."""
        return (TOP5, *METRICS) if self.has_top5 else METRICS

    def takes(self, label: Label) -> bool:
        """Every label."""
        del label
        return True

    def trial(self, case: Case) -> RaterTrial | Skipped:
        """The case's spans and ratings."""
        spans, ratings = case.grid()
        if len(spans) < 2:
            return Skipped("one span alone cannot be ranked")
        lowest = np.nanmin(ratings, axis=1, keepdims=True)
        ratings = np.where(np.isnan(ratings), np.minimum(lowest, 0), ratings)
        if (ratings == ratings[:, :1]).all():
            return Skipped("no rater tells one span from another")
        are_summaries = self.are_summaries and bool(np.isin(ratings, (0, 1)).all())
        f1_of = np.max if self.nearest else np.mean
        return RaterTrial(spans, ratings, self._top5(case), are_summaries, f1_of)

    def _top5(self, case: Case) -> Top5:
        if not self.has_top5:
            return "not asked"
        return "asked" if self.top5_split in ("", case.labels[0].split) else "not of this video"


def _correlations(units_rk: Floats, values_k: Floats) -> Floats:
    """Of each row, which has length 1, with a list: (R,)."""
    return np.asarray(units_rk @ values_k / max(float(np.sqrt(values_k @ values_k)), 1e-12))


def _unit(values: Floats) -> Floats:
    """The list at length 1, so that correlations are products; all 0 where it says nothing."""
    return np.asarray(values / max(float(np.sqrt(values @ values)), 1e-12))


def _from_zero(scores_n: Floats) -> Floats:
    """Scores moved and scaled to 0..1, as a summary's values must not be negative."""
    reach = scores_n.max() - scores_n.min()
    return np.asarray((scores_n - scores_n.min()) / (reach if reach > 0 else 1.0))
