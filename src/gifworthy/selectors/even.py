"""Evenly spread moments: what media servers show; a baseline that looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gifworthy.choosing import enough, unscored
from gifworthy.protocols import Ingredients
from gifworthy.sampling import spread
from gifworthy.types import Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class Even:
    """`count` segments at even distances, each in the middle of its share of the video."""

    count: int = 3

    @classmethod
    def load(cls, ingredients: Ingredients) -> Even:
        """With the number of highlights of the ingredients."""
        return cls(ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """For each moment the nearest segment not yet taken, in time. Raises: VideoTooShort."""
        left = list(enough(video, segments, self.count))
        taken = []
        for moment in spread(video.bounds, self.count).tolist():
            nearest = min(left, key=lambda piece: abs(piece.middle - moment))
            left.remove(nearest)
            taken.append(nearest)
        return unscored(taken, "even")
