"""The middle of the video: a baseline that looks at nothing."""

from __future__ import annotations

from dataclasses import dataclass

from gifworthy.choosing import enough, unscored
from gifworthy.protocols import Ingredients
from gifworthy.types import Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class Middle:
    """The `count` segments nearest to the middle of the video."""

    count: int = 1

    @classmethod
    def load(cls, ingredients: Ingredients) -> Middle:
        """With the number of highlights of the ingredients."""
        return cls(ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The segments nearest to the middle, in the order of time. Raises: VideoTooShort."""
        middle = video.bounds.middle
        pieces = enough(video, segments, self.count)
        nearest = sorted(pieces, key=lambda piece: distance(piece, middle))
        return unscored(nearest[: self.count], "middle")


def distance(segment: Segment, moment: float) -> tuple[float, float]:
    """How far a segment is from a moment: the gap between them in seconds, then that of its middle."""
    gap = max(segment.start - moment, moment - segment.end, 0.0)
    return gap, abs(segment.middle - moment)
