"""Clips with one label each: YouTube Highlights' protocol.

Shape letters: N clips.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.highlights import trapezoid_average_precision
from gifworthy.types import Floats


@dataclass(frozen=True)
class ClipTrial:
    """One video's clips and which of them are highlights. spans: (N, 2) seconds. truth_n: (N,)."""

    spans: Floats
    truth_n: NDArray[np.bool_]
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """AP by trapezoids; 0 for a video without a highlight."""
        return np.array([trapezoid_average_precision(self.truth_n, scores_n)])

    def oracle(self) -> Floats:
        """The labels themselves."""
        return self.truth_n.astype(np.float64)

    def human(self) -> Floats | None:
        """None: a clip has one label, made by matching a person's edited video with its source."""
        return None


@dataclass(frozen=True)
class ClipJudge:
    """UMT's protocol on YouTube Highlights: its validation videos; a label above 0 is a highlight;
    the mean over videos inside a domain, then over domains.

    who: whose labels are the truth. split: which videos are judged.
    """

    who: str
    split: str
    metrics: tuple[Metric, ...] = (Metric("mAP"),)
    by_topic: bool = True

    def takes(self, label: Label) -> bool:
        """The truth of the videos that are judged."""
        return label.who == self.who and label.split == self.split

    def trial(self, case: Case) -> ClipTrial | Skipped:
        """The case's clips in order of time."""
        spans, values = case.grid()
        return ClipTrial(spans, values[0] > 0)
