"""The frame that an editor chose as cover: the Yahoo thumbnails' protocol.

Shape letters: T frames, N spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judges.gifs import frames_inside
from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.arrays import best_first, checked_scores
from gifworthy.learning.metrics.covers import precision_at
from gifworthy.types import Floats

COUNTS = (1, 3, 5)


@dataclass(frozen=True)
class CoverTrial:
    """A video's seconds, and which of its frames look like the chosen cover. matches_t: (T,)."""

    spans: Floats
    matches_t: NDArray[np.bool_]
    fps: float
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """P@1, P@3, P@5 when each of the best seconds shows its middle frame."""
        scores = checked_scores(scores_n, len(self.spans))
        return self.judge_picks(self._middles[best_first(scores)].tolist())

    def judge_picks(self, frames: Sequence[int]) -> Floats:
        """P@1, P@3, P@5 of frame numbers, best first."""
        return np.array([precision_at(self.matches_t, frames, count) for count in COUNTS])

    def oracle(self) -> Floats:
        """Whether a second's middle frame matches."""
        return self.matches_t[self._middles].astype(np.float64)

    def human(self) -> Floats | None:
        """None: a video has one editor."""
        return None

    @property
    def _middles(self) -> NDArray[np.intp]:
        middles = (self.spans.mean(axis=1) * self.fps).astype(np.intp)
        return np.asarray(np.minimum(middles, len(self.matches_t) - 1))


@dataclass(frozen=True)
class CoverJudge:
    """One second after the other; labels are the spans whose frames look like the cover."""

    metrics: tuple[Metric, ...] = tuple(Metric(f"P@{count}") for count in COUNTS)
    by_topic: bool = False

    def takes(self, label: Label) -> bool:
        """Every label."""
        del label
        return True

    def trial(self, case: Case) -> CoverTrial | Skipped:
        """The case in seconds and frames."""
        count = max(1, int(case.duration))
        starts = np.arange(count) * (case.duration / count)
        spans = np.column_stack([starts, starts + case.duration / count])
        inside = frames_inside(case.spans, case.frames, case.fps)
        return CoverTrial(spans, np.asarray(inside[case.values > 0].any(axis=0)), case.fps)
