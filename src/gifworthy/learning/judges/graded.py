"""A few spans of a video, each with a grade: people's ratings and clicks.

Shape letters: N spans, R raters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.arrays import checked_scores
from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.metrics.ranks import spearman
from gifworthy.learning.metrics.ratings import bad_case_rate
from gifworthy.types import Floats

NACC, RHO = Metric("nACC"), Metric("Spearman")
BAD_CASES = Metric("bad cases", larger_is_better=False)


@dataclass(frozen=True)
class GradedTrial:
    """Spans and their grades. grades_rn: (R, N), nan where a rater said nothing."""

    spans: Floats
    grades_rn: Floats
    has_bad_cases: bool
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """nACC and Spearman against the mean grade; what raters say of the best span."""
        scores = checked_scores(scores_n, len(self.spans))
        mean = self.oracle()
        values = [nacc(mean, scores), spearman(mean, scores)]
        if self.has_bad_cases:
            values.append(bad_case_rate(self.grades_rn[:, int(scores.argmax())].tolist()))
        return np.array(values)

    def oracle(self) -> Floats:
        """The mean grade of each span."""
        return np.asarray(np.nanmean(self.grades_rn, axis=0))

    def human(self) -> Floats | None:
        """Each rater who graded every span in turn against the others, averaged."""
        complete = np.flatnonzero(~np.isnan(self.grades_rn).any(axis=1))
        alone = []
        for rater in complete if len(self.grades_rn) > 1 else ():
            others = np.delete(self.grades_rn, rater, axis=0)
            if not np.isnan(others).all(axis=0).any():
                trial = GradedTrial(self.spans, others, self.has_bad_cases)
                alone.append(trial.judge(self.grades_rn[rater]))
        return np.asarray(np.mean(alone, axis=0)) if alone else None


@dataclass(frozen=True)
class GradedJudge:
    """Each video's graded spans. has_bad_cases: whether grade 0 is NetEase's `bad`."""

    has_bad_cases: bool = False
    by_topic: bool = False

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """nACC, Spearman, and bad cases where there is a word for them."""
        return (NACC, RHO, BAD_CASES) if self.has_bad_cases else (NACC, RHO)

    def takes(self, label: Label) -> bool:
        """Every label."""
        del label
        return True

    def trial(self, case: Case) -> GradedTrial | Skipped:
        """The case's spans and grades."""
        spans, grades = case.grid()
        mean = np.nanmean(grades, axis=0)
        if (mean == mean[0]).all():
            return Skipped("all spans have one grade")
        return GradedTrial(spans, grades, self.has_bad_cases)
