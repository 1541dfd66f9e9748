"""PHD-GIFs' baselines that need no training: how alike segments and a viewer's choices look.

Shape letters: N segments, H choices, F features.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np

from gifworthy.features import Features
from gifworthy.habits import NOBODY
from gifworthy.settings import Settings
from gifworthy.taste import likeness
from gifworthy.types import Floats, History, Scores, Segment
from gifworthy.video import Video

BACKBONE = "pixels"


@dataclass(frozen=True)
class MaximalSimilarity:
    """Cosine of the closest choice; 0 for every segment until it is bound to a viewer.

    Features are brought to one scale by the segments and the history together.
    """

    features: Features
    history: History = NOBODY

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """On the numbers of `pixels`, which need no weights."""
        return cls(Features.load(BACKBONE, settings))

    def for_viewer(self, history: History) -> Self:
        """The same, bound to what one viewer chose before: (H, F) features of `pixels`."""
        return replace(self, history=history)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is more alike."""
        return self.look(video, segments)(self.history)

    def look(self, video: Video, segments: tuple[Segment, ...]) -> Callable[[History], Scores]:
        """See the segments once, for any number of viewers."""
        vectors = cache(lambda: self.features.of(video, segments))

        def judged(history: History) -> Scores:
            if not history.features.size:
                return Scores(segments, np.zeros(len(segments)))
            return Scores(segments, self.joined(likeness(vectors(), history.features)))

        return judged

    def joined(self, alike_nh: Floats) -> Floats:
        """(N, H) -> (N,)."""
        return np.asarray(alike_nh.max(axis=1))


class VideoMmr(MaximalSimilarity):
    """Mean cosine to all choices: the relevance of Video-MMR (Li, Merialdo 2010), as PHD-GIFs uses it."""

    def joined(self, alike_nh: Floats) -> Floats:
        """(N, H) -> (N,)."""
        return np.asarray(alike_nh.mean(axis=1))
