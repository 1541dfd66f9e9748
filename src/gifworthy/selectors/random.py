"""Drawn by lot: the baseline that every other choice must beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.choosing import enough, unscored
from gifworthy.protocols import Ingredients
from gifworthy.types import Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class Random:
    """`count` segments drawn without repeats; the same seed draws the same."""

    count: int = 1
    seed: int = 0

    @classmethod
    def load(cls, ingredients: Ingredients) -> Random:
        """With the number of highlights and the seed of the ingredients."""
        return cls(ingredients.count, ingredients.seed)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """Segments by lot, in the order of time. Raises: VideoTooShort."""
        pieces = enough(video, segments, self.count)
        drawn = np.random.default_rng(self.seed).choice(len(pieces), self.count, replace=False)
        return unscored((pieces[index] for index in drawn), "random")
