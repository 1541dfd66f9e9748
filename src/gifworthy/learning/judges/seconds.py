"""Seconds that people put together: GIF-Thumbnails.

Shape letters: N seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.arrays import best_first, checked_scores
from gifworthy.learning.metrics.frames import average_precision
from gifworthy.types import Floats

SHOTS = 3


@dataclass(frozen=True)
class SecondTrial:
    """A video's seconds, and those that are in any GIF. chosen_n: (N,)."""

    spans: Floats
    chosen_n: NDArray[np.bool_]
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """AP of the chosen seconds; share of the best three seconds that somebody chose."""
        scores = checked_scores(scores_n, len(self.spans))
        best = best_first(scores)[:SHOTS]
        return np.array([average_precision(self.chosen_n, scores), self.chosen_n[best].mean()])

    def oracle(self) -> Floats:
        """The labels themselves."""
        return self.chosen_n.astype(np.float64)

    def human(self) -> Floats | None:
        """None: only what annotators agreed on was published."""
        return None


@dataclass(frozen=True)
class SecondJudge:
    """One-second shots; a second that is in any GIF was chosen. Order is not looked at here."""

    metrics: tuple[Metric, ...] = (Metric("AP"), Metric(f"P@{SHOTS}"))
    by_topic: bool = False

    def takes(self, label: Label) -> bool:
        """Every label."""
        del label
        return True

    def trial(self, case: Case) -> SecondTrial | Skipped:
        """The case's seconds, as many as the video has and its GIFs need."""
        count = max(int(case.duration), int(case.spans[:, 1].max()))
        chosen = np.zeros(count, dtype=bool)
        chosen[case.spans[:, 0].astype(np.intp)] = True
        starts = np.arange(count, dtype=np.float64)
        return SecondTrial(np.column_stack([starts, starts + 1]), chosen)
