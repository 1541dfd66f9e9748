"""Where people put three shots together, whatever they show: the floor under every storyline."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gifworthy.choosing import enough
from gifworthy.protocols import Ingredients
from gifworthy.storylines import Habits, told
from gifworthy.types import Highlight, Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class Positions:
    """`count` segments, likeliest by their seconds from start, end and each other; nothing is looked at.

    Learned from the GIFs of GIF-Thumbnails' training part (`scripts/fit_storyline.py`): joint, so that
    neighbours keep their distance, and in the order that people choose most.
    """

    count: int = 3
    habits: Habits = field(default_factory=lambda: Habits.learned("duration"))

    @classmethod
    def load(cls, ingredients: Ingredients) -> Positions:
        """With the number of highlights of the ingredients."""
        return cls(ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The segments in showing order. Raises: VideoTooShort."""
        pieces = sorted(enough(video, segments, self.count))
        moments = np.array([piece.middle for piece in pieces]) - video.bounds.start
        chosen = told(self.habits, moments, video.bounds.duration, self.count)
        return Storyboard(tuple(Highlight(pieces[index], 0.0) for index in chosen), "positions")
