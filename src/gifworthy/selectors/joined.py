"""The best segments, where neighbours may be shown as one: a GIF need not end where a shot does."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gifworthy.choosing import enough, in_time
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.types import Scores, Segment, Storyboard
from gifworthy.video import Video

TOUCHING = 1e-3


@dataclass(frozen=True)
class JoinedSegments:
    """The `count` best segments, after neighbours were joined wherever the pair scores better than both.

    Video2GIF's future work (Gygli, Song, Cao, CVPR 2016, section 6: some GIFs range over several shots,
    "when to combine segments"). Each round scores the pieces and all unions of two that touch, in one
    call since scores compare only there, and takes the unions that gain most; until none gains.

    longest: seconds of a union at most.
    """

    scorer: Scorer
    count: int = 1
    longest: float = 12.0

    @classmethod
    def load(cls, ingredients: Ingredients) -> JoinedSegments:
        """With the scorer and the number of highlights of the ingredients."""
        return cls(ingredients.scorer(), ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The best pieces, in the order of time. Raises: VideoTooShort."""
        pieces = tuple(sorted(enough(video, segments, self.count)))
        while True:
            unions = self._unions(pieces)
            scores = self.scorer.score(video, pieces + unions)
            gaining = _gaining(scores, pieces, unions)
            if not gaining or len(pieces) - len(gaining) < self.count:
                best = (-scores.values[: len(pieces)]).argsort(kind="stable")[: self.count]
                return in_time((scores.highlight(int(index)) for index in best), "joined")
            pieces = _with(pieces, gaining)

    def _unions(self, pieces: tuple[Segment, ...]) -> tuple[Segment, ...]:
        return tuple(
            Segment(one.start, other.end)
            for one, other in pairwise(pieces)
            if other.start - one.end < TOUCHING and other.end - one.start <= self.longest
        )


def _gaining(
    scores: Scores, pieces: tuple[Segment, ...], unions: tuple[Segment, ...]
) -> list[Segment]:
    """Unions that score above both their parts, those that gain most first, none sharing a part."""
    value = dict(zip(scores.segments, scores.values.tolist(), strict=True))
    gains = {
        union: value[union] - max(value[piece] for piece in pieces if piece.shared_with(union))
        for union in unions
    }
    taken: list[Segment] = []
    for union in sorted(unions, key=lambda union: -gains[union]):
        if gains[union] > 0 and not any(union.shared_with(other) for other in taken):
            taken.append(union)
    return taken


def _with(pieces: tuple[Segment, ...], unions: list[Segment]) -> tuple[Segment, ...]:
    kept = [piece for piece in pieces if not any(piece.shared_with(union) for union in unions)]
    return tuple(sorted([*kept, *unions]))
