"""The best segments of a scorer."""

from __future__ import annotations

from dataclasses import dataclass

from gifworthy.choosing import enough, in_time
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.types import Highlight, Scores, Segment, Storyboard
from gifworthy.video import Video


@dataclass(frozen=True)
class TopSegments:
    """The `count` best segments without overlap: what turns any scorer into a selector.

    Shown in the order of time, since a jump backwards looks like a mistake unless it was meant
    (`storyline` means it); each highlight carries its score, so the ranking is not lost.
    """

    scorer: Scorer
    count: int = 1

    @classmethod
    def load(cls, ingredients: Ingredients) -> TopSegments:
        """With the scorer and the number of highlights of the ingredients."""
        return cls(ingredients.scorer(), ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The best segments, in the order of time. Raises: VideoTooShort."""
        scores = self.scorer.score(video, enough(video, segments, self.count))
        return in_time(best_apart(scores, self.count), "top")


def best_apart(scores: Scores, count: int) -> list[Highlight]:
    """The best `count` segments that do not overlap, best first; equal scores keep their order."""
    best: list[Highlight] = []
    for index in (-scores.values).argsort(kind="stable"):
        candidate = scores.highlight(int(index))
        if all(not candidate.segment.shared_with(other.segment) for other in best):
            best.append(candidate)
        if len(best) == count:
            break
    return best
