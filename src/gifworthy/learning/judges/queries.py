"""Clips graded for a query: QVHighlights' highlight detection.

Shape letters: N clips, R raters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.covers import hit_at_1
from gifworthy.learning.metrics.frames import average_precisions
from gifworthy.types import Floats

CLIP = 2.0
GRADES = {"Fair": 2, "Good": 3, "VeryGood": 4}
METRICS = tuple(Metric(f"{name} {what}") for name in GRADES for what in ("mAP", "HIT@1"))


@dataclass(frozen=True)
class QueryTrial:
    """A video's clips and what each rater gave them for one query. grades_rn: (R, N), 0..4."""

    spans: Floats
    grades_rn: Floats
    takes_any_length: ClassVar[bool] = True

    def judge(self, scores_n: Floats) -> Floats:
        """For each grade that may count as good: mean AP over raters, and HIT@1 of the kindest.

        As in the published evaluation, too many scores are cut for AP, missing ones are 0, and AP is
        0 for a rater who calls nothing good.
        """
        fitted = np.zeros(len(self.spans))
        fitted[: len(scores_n)] = scores_n[: len(fitted)]
        values: list[float] = []
        for grade in GRADES.values():
            good_rn = self.grades_rn >= grade
            precisions = average_precisions(good_rn, fitted)
            values.append(float(np.nan_to_num(precisions).mean()))
            values.append(hit_at_1(good_rn, scores_n))
        return np.array(values)

    def oracle(self) -> Floats:
        """The mean of all raters."""
        return np.asarray(self.grades_rn.mean(axis=0))

    def human(self) -> Floats | None:
        """Each rater in turn against the others, averaged."""
        if len(self.grades_rn) < 2:
            return None
        alone = []
        for rater in range(len(self.grades_rn)):
            others = QueryTrial(self.spans, np.delete(self.grades_rn, rater, axis=0))
            alone.append(others.judge(self.grades_rn[rater]))
        return np.asarray(np.mean(alone, axis=0))


@dataclass(frozen=True)
class QueryJudge:
    """2-second clips; a clip that no rater graded has grade 0."""

    metrics: tuple[Metric, ...] = METRICS
    by_topic: bool = False

    def takes(self, label: Label) -> bool:
        """Every label."""
        del label
        return True

    def trial(self, case: Case) -> QueryTrial | Skipped:
        """The whole video in clips."""
        count = int(case.duration / CLIP)
        if count < 2:
            return Skipped("a video of one clip cannot be ranked")
        starts = np.arange(count) * CLIP
        row = {who: index for index, who in enumerate(case.raters)}
        grades = np.zeros((len(row), count))
        for label in case.labels:
            if (place := round(label.start / CLIP)) < count:
                grades[row[label.who], place] = label.value
        return QueryTrial(np.column_stack([starts, starts + CLIP]), grades)
