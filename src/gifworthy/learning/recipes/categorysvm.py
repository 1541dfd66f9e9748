"""Category-specific SVM: Video2GIF's rival after Potapov et al. (ECCV 2014), its section 5.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.contextual import categories_in, need_vectors
from gifworthy.learning.examples import Examples
from gifworthy.learning.linear import Standardised, learned, separating, topics_of
from gifworthy.learning.recipe import Learned
from gifworthy.reading import Reading

if TYPE_CHECKING:
    from gifworthy.learning.run import Run


@dataclass(frozen=True)
class CategorySvm:
    """A classifier of each category against the others; its confidence is taken for importance.

    It never sees which segments were chosen: what is typical of a surfing video is hoped to be what is
    worth showing of it. That proxy is why it loses in the paper.

    backbone, frames, stride, mirrored: as in `video2gif`. cost: C. segments: of each video that are
        shown to it at most, so that long videos do not outweigh the others. most: of all videos.
    """

    backbone: str = "c3d"
    frames: int = 16
    stride: int | None = 8
    mirrored: bool = True
    cost: float = 1.0
    segments: int = 20
    most: int = 20_000

    def reading(self) -> Reading:
        """The same vectors as Video2GIF."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One fit for each category. Raises: LabelsNotFound when there are fewer than two."""
        need_vectors(examples)
        categories = categories_in(examples)
        if len(categories) < 2:
            raise LabelsNotFound(
                f"a category SVM tells categories apart, and the training videos have "
                f"{len(categories)}; give labels with categories, or train ranksvm"
            )
        random, features = run.random("segments"), Standardised.of(examples)
        shown = [
            random.permutation(example.rows)[: self.segments]
            for example in examples.train
            if example.case.topic
        ]
        rows = np.sort(random.permutation(np.concatenate(shown))[: self.most])
        topics, seen = topics_of(examples)[rows], features[rows]
        fits = [separating(seen, topics == category, self.cost) for category in categories]
        weights, offsets = np.stack([fit[0] for fit in fits]), np.array([fit[1] for fit in fits])
        return learned(weights, features, categories, "categorysvm", offsets)
