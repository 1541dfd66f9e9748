"""Where one viewer picks: what people do in general, bent by where this viewer picked before. No pixels.

Shape letters: N segments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.habits import NOBODY, HabitTable, habit_numbers, habit_table, place_numbers
from gifworthy.settings import Settings
from gifworthy.types import Floats, History, Reason, Scores, Segment
from gifworthy.video import Video


@dataclass(frozen=True)
class Habits:
    """Scores a segment by where its middle lies, as people in general and one viewer pick."""

    table: HabitTable
    history: History = NOBODY

    @classmethod
    def load(cls, settings: Settings) -> Habits:
        """For nobody in particular; the package's own table, nothing else is needed."""
        del settings
        return cls(habit_table())

    def for_viewer(self, history: History) -> Habits:
        """The same, bound to what one viewer chose before."""
        return Habits(self.table, history)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is likelier to be picked; the reasons part people in general from this viewer."""
        spans = np.array([(segment.start, segment.end) for segment in segments])
        general, own = self._parts(spans, video.duration)
        reasons = tuple(
            (Reason("place", float(people)), Reason("habit", float(viewer)))
            for people, viewer in zip(general, own, strict=True)
        )
        return Scores(segments, general + own, reasons=reasons)

    def at(self, spans: Floats, duration: float) -> Floats:
        """The same for spans of a video that is not here. Args: spans: (N, 2) seconds. Returns: (N,)."""
        general, own = self._parts(spans, duration)
        return np.asarray(general + own)

    def _parts(self, spans: Floats, duration: float) -> tuple[Floats, Floats]:
        places = place_numbers(spans, duration)
        habits = habit_numbers(spans, duration, self.history, self.table)
        known = places.shape[1]
        return places @ self.table.weights[:known], habits @ self.table.weights[known:]
