"""Domain-specific rank SVM: Video2GIF's strongest rival (its section 5.1, after Sun et al., ECCV 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gifworthy.learning.contextual import categories_in, grades, need_vectors
from gifworthy.learning.examples import Examples
from gifworthy.learning.linear import Standardised, by_topic, learned, rank_weights, topics_of
from gifworthy.learning.pairs import chosen, within_videos
from gifworthy.learning.recipe import Learned
from gifworthy.reading import Reading

if TYPE_CHECKING:
    from gifworthy.learning.run import Run


@dataclass(frozen=True)
class RankSvm:
    """A linear rank SVM for each category, from the pairs of its videos.

    A category without a pair gets the weights that all pairs give; a video of an unknown one, the mean of
    all categories'. The latent part of Sun et al. is left out, as Video2GIF does; `latentsvm` has it.

    backbone, frames, stride, mirrored, overlap, negatives: as in `video2gif`. by_category: weights for
        each category, or one set for all. cost: C. most_pairs: of a category, drawn evenly.
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

    def reading(self) -> Reading:
        """The same vectors as Video2GIF."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One fit for each category."""
        need_vectors(examples)
        values, video = grades(examples)
        picked = chosen(values, self.overlap)
        pairs = within_videos(picked, video, run.random("pairs"), self.negatives)
        features = Standardised.of(examples)
        categories = categories_in(examples) if self.by_category else ()
        weights = by_topic(
            pairs,
            topics_of(examples),
            categories,
            lambda some: rank_weights(features, some, self.cost, self.most_pairs),
        )
        return learned(weights, features, categories, "ranksvm")
