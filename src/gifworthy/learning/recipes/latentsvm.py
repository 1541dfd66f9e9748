"""Latent rank SVM (Sun, Farhadi, Seitz, "Ranking Domain-specific Highlights", ECCV 2014)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.learning.contextual import categories_in, grades, need_vectors
from gifworthy.learning.examples import Examples
from gifworthy.learning.linear import Standardised, by_topic, learned, rank_weights, topics_of
from gifworthy.learning.manifest import runs
from gifworthy.learning.pairs import Pairs, chosen, within_videos
from gifworthy.learning.recipe import Learned
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from gifworthy.learning.run import Run


@dataclass(frozen=True)
class LatentSvm:
    """A rank SVM that asks, in turns, which part of a long selection is the highlight.

    Selections are loose: a run of chosen segments holds a highlight, and other things. Each round takes
    the best-scored share of every run for the highlight (E), and fits the rank SVM to these alone (M),
    until the choice stays. How many of a run count, and how many rounds, the paper's summaries do not say.

    backbone, frames, stride, mirrored, overlap, negatives: as in `video2gif`. by_category, cost,
        most_pairs: as in `ranksvm`. share: of each run, at least one segment. rounds: at most.
    """

    backbone: str = "c3d"
    frames: int = 16
    stride: int | None = 8
    mirrored: bool = True
    by_category: bool = True
    cost: float = 1.0
    overlap: float = 0.66
    negatives: int = 4
    most_pairs: int = 20_000
    share: float = 0.5
    rounds: int = 10

    def reading(self) -> Reading:
        """The same vectors as Video2GIF."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """The rounds of each category."""
        need_vectors(examples)
        values, video = grades(examples)
        picked = chosen(values, self.overlap)
        pairs = within_videos(picked, video, run.random("pairs"), self.negatives)
        features = Standardised.of(examples)
        stretches = _stretches(examples, picked)
        categories = categories_in(examples) if self.by_category else ()
        weights = by_topic(
            pairs,
            topics_of(examples),
            categories,
            lambda some: self._rounds(features, some, stretches),
        )
        return learned(weights, features, categories, "latentsvm")

    def _rounds(self, features: Standardised, pairs: Pairs, stretches: list[range]) -> Floats:
        weights, before = (
            rank_weights(features, pairs, self.cost, self.most_pairs),
            frozenset[int](),
        )
        compared = set(pairs.better.tolist())
        own = [rows for rows in stretches if rows[0] in compared]
        for _ in range(self.rounds):
            highlights = frozenset(
                row for rows in own for row in self._best(features, weights, rows)
            )
            if highlights == before:
                break
            before = highlights
            kept = np.flatnonzero(np.isin(pairs.better, list(highlights)))
            weights = rank_weights(features, pairs.part(kept), self.cost, self.most_pairs)
        return weights

    def _best(self, features: Standardised, weights: Floats, rows: range) -> list[int]:
        scores = features[np.array(rows)] @ weights
        count = max(1, math.ceil(self.share * len(rows)))
        return [rows[place] for place in (-scores).argsort(kind="stable")[:count]]


def _stretches(examples: Examples, picked: Floats) -> list[range]:
    """The rows of each run of chosen segments that follow one another in a video."""
    return [
        range(example.first + first, example.first + last)
        for example in examples.train
        for first, last in runs(picked[example.rows] == 1)
    ]
