"""Shots chosen together: good, mutually different, spaced as people space them, in people's order."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from heapq import nlargest
from importlib.resources import files
from itertools import permutations

import numpy as np

from gifworthy.appearance import appearance, unlikeness
from gifworthy.choosing import enough
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.types import Floats, Scores, Segment, Storyboard
from gifworthy.video import Video

CANDIDATES = 40
BEAM = 1000
LIKEST = 0.05


@dataclass(frozen=True)
class Habits:
    """What people do when they put three shots together, in log odds; learned from GIF-Thumbnails.

    goodness: of one standard deviation of a shot's score. positions: (P,) of a shot in each P-th of
    the video. gap_edges: (E,) shares of the video; gaps: (E + 1,) of the distance between
    neighbours in time. orders: of showing the k-th shot in time at each place.
    """

    goodness: float
    positions: Floats
    gap_edges: Floats
    gaps: Floats
    orders: dict[tuple[int, ...], float]

    @classmethod
    def learned(cls) -> Habits:
        """The table in the package, made by `scripts/fit_storyline.py`."""
        table = json.loads(files("gifworthy").joinpath("data/storyline.json").read_text())
        return cls(
            goodness=float(table["goodness"]),
            positions=np.array(table["positions"]),
            gap_edges=np.array(table["gap_edges"]),
            gaps=np.array(table["gaps"]),
            orders={tuple(map(int, name)): value for name, value in table["orders"].items()},
        )


@dataclass(frozen=True)
class Storyline:
    """`count` shots chosen jointly, the best sum of four things in log odds.

    - each shot is good: its score, standardised within the video, and where in the video it lies;
    - neighbours in time keep their distance (GIF-Thumbnails: within 4 % of the video is avoided);
    - no two look alike: log of their unlikeness over the candidates' mean, for each pair;
    - the order is one that people choose (31.9 % chronological, 14.7 % begin with the latest), and
      the shot that opens is a good one, because it is the still that is seen before anything moves.

    The first two weights are fitted; `unlike` and `opening` are ours: the data hold no pictures, and
    comments say nothing on which shot opens. With another number of shots than three the order is that
    of time and gaps are measured as if there were three.
    """

    scorer: Scorer
    count: int = 3
    habits: Habits = field(default_factory=Habits.learned)
    unlike: float = 1.0
    opening: float = 0.5

    @classmethod
    def load(cls, ingredients: Ingredients) -> Storyline:
        """With the scorer and the number of highlights of the ingredients."""
        return cls(ingredients.scorer(), ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """The shots in showing order. Raises: VideoTooShort."""
        scores = self.scorer.score(video, enough(video, segments, self.count))
        goodness = standardised(scores.values)
        single = self.habits.goodness * goodness + self._positions(video, scores.segments)
        kept = _candidates(scores, single, max(CANDIDATES, self.count))
        pieces = [scores.segments[index] for index in kept]
        pairs = self.unlike * 2 / max(1, self.count - 1) * _differences(video, pieces)
        chosen = best_set(single[kept], pairs, self._gaps(video, pieces), self.count)
        ordered = self._ordered(kept[list(chosen)], goodness)
        return Storyboard(tuple(scores.highlight(index) for index in ordered), "storyline")

    def _positions(self, video: Video, segments: tuple[Segment, ...]) -> Floats:
        table, bounds = self.habits.positions, video.bounds
        middles = np.array([segment.middle for segment in segments])
        place = (middles - bounds.start) / bounds.duration * len(table)
        return np.asarray(table[np.clip(place.astype(int), 0, len(table) - 1)])

    def _gaps(self, video: Video, pieces: list[Segment]) -> Floats:
        middles = np.array([piece.middle for piece in pieces])
        apart = np.abs(middles[:, None] - middles) / video.bounds.duration * self.count / 3
        return np.asarray(self.habits.gaps[np.digitize(apart, self.habits.gap_edges)])

    def _ordered(self, chosen: np.ndarray, goodness: Floats) -> list[int]:
        if self.count != 3:
            return [int(index) for index in chosen]
        orders = permutations(range(3))
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
