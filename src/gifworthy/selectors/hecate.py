"""Hecate: the published way to find highlights, a baseline to be measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.choosing import in_time
from gifworthy.hecate import hecate_look
from gifworthy.models.hecate_highlights import Lengths, highlights
from gifworthy.protocols import Ingredients
from gifworthy.types import Highlight, Segment, Storyboard
from gifworthy.video import Video

SHORTEST_SECONDS, LONGEST_SECONDS = 1.5, 4.5


@dataclass(frozen=True)
class Hecate:
    """Highlights as the published program finds them (see `models/hecate.py`).

    It reads the video itself, every frame up to `most` (then every second, third ... one), and cuts
    its own segments, inside the video's bounds and outside its excluded spans. Of the segments given
    the longest is taken where Hecate finds none (the program writes no file then), and the storyboard
    says so.

    Each highlight's score is one over its rank in Hecate's list.
    """

    count: int = 1
    seed: int = 0
    most: int = 6000

    @classmethod
    def load(cls, ingredients: Ingredients) -> Hecate:
        """With the number of highlights and the seed of the ingredients."""
        return cls(ingredients.count, ingredients.seed)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """At most `count` segments of its own, in the order of time."""
        look = hecate_look(video, self.most)
        lengths = Lengths(round(SHORTEST_SECONDS * look.rate), round(LONGEST_SECONDS * look.rate))
        rng = np.random.default_rng(self.seed)
        found = highlights(look.measures, look.spans, lengths, self.count, rng)
        if not found:
            longest = max(segments, key=lambda segment: segment.duration)
            return Storyboard((Highlight(longest, 0.0),), "hecate (found nothing: longest segment)")
        edges = np.append(look.moments, video.bounds.end)
        return in_time(
            (
                Highlight(Segment(float(edges[first]), float(edges[last])), 1 / rank)
                for rank, (first, last) in enumerate(found, 1)
            ),
            "hecate",
        )
