"""BeautThumb: Hecate's thumbnails, each made a shot of a second; a baseline to be measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.assignment import SHOTS
from gifworthy.hecate import hecate_look
from gifworthy.models.hecate_thumbnails import thumbnails
from gifworthy.protocols import Ingredients
from gifworthy.types import Highlight, Segment, Storyboard
from gifworthy.video import Video

SECOND = 1.0


@dataclass(frozen=True)
class BeautThumb:
    """The best stills of the published program, threaded in the order of time, as GEVADEN's authors did.

    Each still stands for the second around it, moved where it would leave the segment it lies in, so that
    seconds that touch what the gate refused are not shown. Fewer are shown where the program finds
    fewer, or where two would overlap. Where none is left the longest segment is shown, and the
    storyboard says so. Each highlight's score is one over its rank.
    """

    count: int = SHOTS
    seed: int = 0
    most: int = 6000

    @classmethod
    def load(cls, ingredients: Ingredients) -> BeautThumb:
        """With the number of highlights and the seed of the ingredients."""
        return cls(ingredients.count, ingredients.seed)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """At most `count` seconds, in the order of time."""
        look = hecate_look(video, self.most)
        rng = np.random.default_rng(self.seed)
        found = thumbnails(look.measures, look.spans, self.count, rng)
        chosen: list[Highlight] = []
        for rank, frame in enumerate(found, 1):
            second = _second_around(float(look.moments[frame]), segments)
            if second and not any(second.shared_with(other.segment) for other in chosen):
                chosen.append(Highlight(second, 1 / rank))
        if not chosen:
            longest = max(segments, key=lambda segment: segment.duration)
            only = Highlight(longest, 0.0)
            return Storyboard((only,), "beautthumb (found nothing: longest segment)")
        best = sorted(chosen[: self.count], key=lambda highlight: highlight.segment)
        return Storyboard(tuple(best), "beautthumb")


def _second_around(moment: float, segments: tuple[Segment, ...]) -> Segment | None:
    """A second with the moment in it, inside a run of segments that touch; all of a shorter run."""
    for run in _runs(segments):
        if run.holds(moment):
            length = min(SECOND, run.duration)
            start = float(np.clip(moment - length / 2, run.start, run.end - length))
            return Segment(start, start + length)
    return None


def _runs(segments: tuple[Segment, ...]) -> list[Segment]:
    runs: list[Segment] = []
    for segment in sorted(segments):
        if runs and segment.start - runs[-1].end < 1e-6:
            runs[-1] = Segment(runs[-1].start, max(runs[-1].end, segment.end))
        else:
            runs.append(segment)
    return runs
