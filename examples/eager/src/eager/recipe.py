"""The recipe: how the net learns. Read it from the top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, from_numpy, nn, zeros
from torch.nn.functional import softplus
from torch.optim import AdamW

from eager.model import Line
from gifworthy.learning.examples import Examples
from gifworthy.learning.ordering import ordered_pairs
from gifworthy.learning.recipe import Course, Learned, Rows
from gifworthy.learning.run import Run
from gifworthy.protocols import Pieces
from gifworthy.reading import Reading
from gifworthy.types import Floats


@dataclass(frozen=True)
class EagerRecipe:
    """A line through a backbone's vectors that puts the better piece of a video before the worse.

    backbone: whose vectors. gap: how much better the better piece of a pair must be.
    """

    backbone: str = "pixels"
    gap: float = 0.5
    learning_rate: float = 0.01
    decay: float = 0.01
    batch: int = 32
    epochs: int = 20
    patience: int = 5

    def reading(self) -> Reading:
        """One vector a segment."""
        return Reading.vectors(self.backbone)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Pairs inside one video, logistic loss."""
        size = examples.inputs.shape[1]
        run.start()
        line = Line(size)
        rows = np.concatenate([example.rows for example in examples.train])
        line.mean.copy_(from_numpy(examples.inputs[rows].mean(axis=0)))
        line.spread.copy_(from_numpy(examples.inputs[rows].std(axis=0) + 1e-3))

        def loss(network: nn.Module, rows_b2: Rows, random: np.random.Generator) -> Tensor:
            del random
            vectors = run.tensor(examples.inputs[rows_b2.ravel()])
            better, worse = network(vectors).reshape(-1, 2).T
            return softplus(worse - better).mean()

        def rate(network: nn.Module, pieces: Pieces) -> Floats:
            scores = network(run.tensor(pieces.inputs))[:, 0]
            return np.asarray(scores.float().cpu().numpy(), np.float64)

        run.fit(
            Course(
                line,
                ordered_pairs(examples.train, self.gap, 0, run.random("pairs")),
                loss,
                AdamW(line.parameters(), self.learning_rate, weight_decay=self.decay),
                rate,
                batch=self.batch,
                epochs=self.epochs,
                patience=self.patience,
            ),
            examples,
        )
        return Learned(line, "eager", {"size": size}, "eager", (zeros(2, size),))
