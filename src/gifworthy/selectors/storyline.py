"""Shots chosen together: good, mutually different, spaced as people space them, in people's order."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import nlargest
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from gifworthy.appearance import appearance, unlikeness
from gifworthy.choosing import enough, finely
from gifworthy.flaws import flaws
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.storylines import Habits
from gifworthy.types import Floats, Scores, Segment, Storyboard
from gifworthy.video import Video

Takes = NDArray[np.intp]

CANDIDATES = 40
BEAM = 1000
LIKEST = 0.05
PIECES_A_SHOT = 4
FLAWED = 1 / 9
"""Share of a half that may be flawed; the gate has seen the whole only, and is as stern where it must be."""
APART = 3.0
"""Seconds between two shots of one take: 95 of 100 neighbours of GIF-Thumbnails keep them."""


@dataclass(frozen=True)
class Storyline:
    """`count` shots chosen jointly, the best sum of four things in log odds.

    - each shot is good: its score, standardised within the video, and where in the video it lies;
    - neighbours in time keep their distance (GIF-Thumbnails: not within a second and a half, rather
      a quarter of the video and more);
    - no two look alike: log of their unlikeness over the candidates' mean, for each pair; and two of one
      take, with no cut between them, are seconds apart, or they are one shot with a gap in it;
    - the order is one that people choose (31.9 % chronological, 14.7 % begin with the latest), and
      the shot that opens is a good one, because it is the still that is seen before anything moves.
      Shots of one take keep the order of time: a jump back in one take looks like a mistake.

    The first two weights are fitted; `unlike`, `near` and `opening` are ours: the data hold no pictures,
    and comments say nothing on which shot opens. Where there are few pieces, such as in a video of one
    take, they are halved, so that there is something to choose from. With another number of shots than
    three the order is that of time and gaps are measured as if there were three.
    """

    scorer: Scorer
    count: int = 3
    habits: Habits = field(default_factory=Habits.learned)
    unlike: float = 1.0
    near: float = 4.0
    opening: float = 0.5

    @classmethod
    def load(cls, ingredients: Ingredients) -> Storyline:
        """With the scorer and the number of highlights of the ingredients."""
        return cls(ingredients.scorer(), ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The shots in showing order. Raises: VideoTooShort."""
        scores = self.scorer.score(video, self._pieces(video, segments))
        goodness = standardised(scores.values)
        single = self.habits.goodness * goodness + self._positions(video, scores.segments)
        kept = _candidates(scores, single, max(CANDIDATES, self.count))
        pieces = [scores.segments[index] for index in kept]
        pairs = self.unlike * 2 / max(1, self.count - 1) * _differences(video, pieces)
        pairs = pairs - self.near * _nearness(video, pieces)
        chosen = best_set(single[kept], pairs, self._gaps(video, pieces), self.count)
        ordered = self._ordered(kept[list(chosen)], goodness, _takes(video, scores.segments))
        return Storyboard(tuple(scores.highlight(index) for index in ordered), "storyline")

    def _pieces(self, video: Video, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
        """The segments; halved where there are few, without the halves that hold the worst of them."""
        given = enough(video, segments, self.count)
        several = finely(given, PIECES_A_SHOT * self.count)
        bad = flaws(video.scan).any
        shares = [bad[video.scan.inside(piece)].mean() for piece in several]
        good = tuple(
            piece
            for piece, share in zip(several, shares, strict=True)
            if share <= FLAWED or piece in given
        )
        return good if len(good) >= self.count else several

    def _positions(self, video: Video, segments: tuple[Segment, ...]) -> Floats:
        middles = np.array([segment.middle for segment in segments]) - video.bounds.start
        return self.habits.places(middles, video.bounds.duration)

    def _gaps(self, video: Video, pieces: list[Segment]) -> Floats:
        middles = np.array([piece.middle for piece in pieces])
        return self.habits.distances(middles, video.bounds.duration, self.count)

    def _ordered(self, chosen: np.ndarray, goodness: Floats, takes: Takes) -> list[int]:
        """Args: chosen: in order of time. goodness, takes: of all pieces."""
        if self.count != 3:
            return [int(index) for index in chosen]
        orders = [order for order in permutations(range(3)) if _follows(order, takes[chosen])]
        best = max(
            orders,
            key=lambda order: (
                self.habits.orders[order] + self.opening * float(goodness[chosen[order[0]]])
            ),
        )
        return [int(chosen[place]) for place in best]


def standardised(values: Floats) -> Floats:
    """Values with mean 0 and standard deviation 1; zeros when all are alike."""
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)


def best_set(single: Floats, pairs: Floats, gaps: Floats, count: int) -> tuple[int, ...]:
    """The `count` candidates with the largest sum, in order of time.

    A beam over candidates in order of time; exact for three shots, as it is wider than all pairs.

    Args: single: (N,) of each. pairs: (N, N) of every two. gaps: (N, N) of neighbours.
    """
    states: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for size in range(count):
        last = len(single) - (count - size) + 1
        states = nlargest(
            BEAM,
            (
                (value + _gain(chosen, index, single, pairs, gaps), (*chosen, index))
                for value, chosen in states
                for index in range(chosen[-1] + 1 if chosen else 0, last)
            ),
        )
    return states[0][1]


def _gain(
    chosen: tuple[int, ...], index: int, single: Floats, pairs: Floats, gaps: Floats
) -> float:
    if not chosen:
        return float(single[index])
    return float(single[index] + gaps[chosen[-1], index] + pairs[list(chosen), index].sum())


def _takes(video: Video, segments: tuple[Segment, ...]) -> Takes:
    """In which take, counted by cuts, each segment's middle lies: (N,)."""
    middles = np.array([segment.middle for segment in segments])
    return np.searchsorted(video.scan.cuts, middles, side="right")


def _follows(order: tuple[int, ...], takes: Takes) -> bool:
    """Whether shots of one take are shown in the order of time. Args: takes: (3,) in order of time."""
    shown = takes[list(order)]
    return all(
        earlier < later
        for place, earlier in enumerate(order)
        for later, take in zip(order[place + 1 :], shown[place + 1 :], strict=True)
        if take == shown[place]
    )


def _nearness(video: Video, pieces: list[Segment]) -> Floats:
    """1 for two pieces of one take whose seconds may touch, 0 where 3 s lie between them: (N, N).

    Which second of a piece is shown is not known yet: halfway between the closest that they can come and
    the distance of their middles.
    """
    spans = np.array([(piece.start, piece.end) for piece in pieces])
    middles = spans.mean(axis=1)
    usual = np.abs(middles[:, None] - middles) - 1.0
    closest = np.maximum(
        spans[:, None, 0] - spans[None, :, 1], spans[None, :, 0] - spans[:, None, 1]
    )
    takes = _takes(video, tuple(pieces))
    between = (usual + np.maximum(closest, 0.0)) / 2
    return np.where(takes[:, None] == takes, np.clip(1 - between / APART, 0.0, 1.0), 0.0)


def _candidates(scores: Scores, single: Floats, most: int) -> np.ndarray:
    best = np.sort((-single).argsort(kind="stable")[:most])
    starts = [scores.segments[index].start for index in best]
    return np.asarray(best[np.argsort(starts, kind="stable")])


def _differences(video: Video, pieces: list[Segment]) -> Floats:
    looks = appearance(video.scan.frames)
    means = np.stack([looks[video.scan.inside(piece)].mean(0) for piece in pieces])
    apart = unlikeness(means[:, None], means[None])
    usual = apart[np.triu_indices(len(pieces), 1)].mean() if len(pieces) > 1 else 0.0
    return np.log(np.maximum(apart / usual, LIKEST)) if usual > 1e-9 else np.zeros_like(apart)
