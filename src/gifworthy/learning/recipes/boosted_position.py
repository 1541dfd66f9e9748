"""Where people pick, learned by boosted trees from where the chosen segments of many videos lie.

Shape letters: M segments of all videos, F numbers of a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import MissingExtra
from gifworthy.learning.examples import Examples
from gifworthy.learning.recipe import Learned, at_least
from gifworthy.learning.run import Run
from gifworthy.reading import NOTHING, Reading
from gifworthy.scorers.boosted_position import FALLING, places_of
from gifworthy.types import Floats

if TYPE_CHECKING:
    import lightgbm


@dataclass(frozen=True)
class BoostedPosition:
    """Boosted trees on where a segment lies: the floor that a model with eyes must clear.

    objective: `rank` orders the segments of each video (LambdaRank); `choose` asks of each segment
    alone whether it was chosen. chosen: what value counts as chosen. falling: never score a later
    segment of a video higher; trees that may are worse on PHD-GIFs (docs/log.md). trees, leaves,
    learning_rate, least: how many trees, leaves of each, how far each goes, and segments a leaf must hold.
    """

    objective: Literal["rank", "choose"] = "choose"
    chosen: float = 0.66
    falling: bool = True
    trees: int = 200
    leaves: int = 15
    learning_rate: float = 0.05
    least: int = 200

    def __post_init__(self) -> None:
        at_least(self, trees=1, leaves=2, least=1)

    def reading(self) -> Reading:
        """Nothing: where a segment lies is in the labels."""
        return NOTHING

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Grow the trees in one go. Raises: MissingExtra without LightGBM."""
        import torch

        from gifworthy.learning.boosting import trees_of

        videos = [(example.segments, example.duration) for example in examples.train]
        places_mf = np.concatenate([places_of(*video) for video in videos]).astype(np.float32)
        values_m = np.concatenate([example.values for example in examples.train])
        sizes = [len(example) for example in examples.train]
        trees = trees_of(self._grown(places_mf, values_m, sizes, run.number("trees")))
        arguments = {
            "trees": trees.feature.shape[0],
            "nodes": trees.feature.shape[1],
            "depth": trees.depth,
            "size": trees.size,
        }
        return Learned(trees, "trees", arguments, "boosted-position", (torch.zeros(2, trees.size),))

    def _grown(
        self, places_mf: NDArray[np.float32], values_m: Floats, sizes: list[int], seed: int
    ) -> lightgbm.Booster:
        try:
            import lightgbm
        except ImportError:
            raise MissingExtra(
                "boosted trees need lightgbm; pip install 'gifworthy[train]'"
            ) from None
        chosen_m = (values_m > self.chosen).astype(np.float32)
        data = lightgbm.Dataset(
            places_mf, chosen_m, group=sizes if self.objective == "rank" else None
        )
        settings = {
            "objective": "lambdarank" if self.objective == "rank" else "binary",
            "num_leaves": self.leaves,
            "learning_rate": self.learning_rate,
            "min_data_in_leaf": min(self.least, max(1, len(places_mf) // 10)),
            "monotone_constraints": [int(self.falling) * way for way in FALLING],
            "seed": seed % 2**31,
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }
        return lightgbm.train(settings, data, self.trees)
