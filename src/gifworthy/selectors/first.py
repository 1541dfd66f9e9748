"""The beginning of the video: a baseline that looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gifworthy.choosing import enough, unscored
from gifworthy.protocols import Ingredients
from gifworthy.types import Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class First:
    """The first `count` segments: what a player shows before anybody chose."""

    count: int = 1

    @classmethod
    def load(cls, ingredients: Ingredients) -> First:
        """With the number of highlights of the ingredients."""
        return cls(ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The earliest segments, in the order of time. Raises: VideoTooShort."""
        pieces = sorted(enough(video, segments, self.count))
        return unscored(pieces[: self.count], "first")
