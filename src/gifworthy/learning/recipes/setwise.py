"""The modern choice beside Video2GIF: all segments of a video at once, a loss over the whole set.

Frozen vectors, relative position, a small transformer, a set-wise loss: see `docs/models/video2gif.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.learning.contextual import (
    ContextRows,
    decayed,
    fit_standard,
    need_vectors,
    rated,
)
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.recipe import Course, Learned, Loss, Rows
from gifworthy.models.context import Context
from gifworthy.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.setwise import SetNet


@dataclass(frozen=True)
class SetWise:
    """KL between the softmax of the labels and that of the scores of one video (SL-Module, ICCV 2021).

    backbone, frames: whose vectors, of how many frames spread over a segment (0: as many as it reads).
    position: timestamp, rank and relative position as inputs. layers: of attention, 0 for none.
    sharpness: what the labels are multiplied by, brought to 0..1 first; larger makes the best count
        more. segments: of a video that are compared at once, at most. batch: videos a step.
    """

    backbone: str = "pixels"
    frames: int = 0
    position: bool = True
    width: int = 128
    layers: int = 0
    sharpness: float = 2.0
    segments: int = 100
    learning_rate: float = 1e-3
    decay: float = 1e-4
    batch: int = 4
    epochs: int = 50
    patience: int = 10
    watch: str = "nACC"

    def reading(self) -> Reading:
        """One clip spread over each segment."""
        return Reading.vectors(self.backbone, self.frames)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One net."""
        import torch

        from gifworthy.models.setwise import SetNet

        need_vectors(examples)
        rows = ContextRows(examples, Context(position=3 if self.position else 0))
        arguments = {
            "features": int(examples.inputs.shape[1]),
            "position": rows.context.position,
            "width": self.width,
            "layers": self.layers,
        }
        run.start()
        network = SetNet(**arguments)
        fit_standard(network.standard, examples)
        run.fit(self._course(network, rows, run), examples)
        example = torch.zeros(2, rows.width)
        return Learned(network, "setwise", arguments, "setwise", (example,), ("rows",))

    def _course(self, network: SetNet, rows: ContextRows, run: Run) -> Course:
        from torch.optim import AdamW

        different = [e.first for e in rows.examples.train if e.values.min() < e.values.max()]
        return Course(
            network,
            np.array(different, np.intp)[:, None],
            self._loss(rows, run),
            AdamW(decayed(network, self.decay), self.learning_rate),
            rate=lambda net, pieces: rated(net, rows.context, pieces, run),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )

    def _loss(self, rows: ContextRows, run: Run) -> Loss:
        from gifworthy.learning.losses import set_loss

        scale = max(_spread(rows.examples), 1e-9)

        def loss(net: nn.Module, batch: Rows, random: np.random.Generator) -> Tensor:
            sets = [rows.examples.at(int(row)) for row in batch.ravel()]
            places = [self._drawn(example, random) for example in sets]
            video = np.repeat(np.arange(len(sets)), [len(some) for some in places])
            shown = np.concatenate([e.first + some for e, some in zip(sets, places, strict=True)])
            scores = net(run.tensor(rows.of(shown)), run.tensor(video)).reshape(-1).float()
            values = [e.values[some] / scale for e, some in zip(sets, places, strict=True)]
            there = np.arange(max(map(len, places))) < np.array([[len(some)] for some in places])
            filled = run.tensor(np.zeros(there.shape, np.float32))
            wanted, mask = filled.clone(), run.tensor(there)
            wanted[mask] = self.sharpness * run.tensor(np.concatenate(values))
            return set_loss(filled.masked_scatter(mask, scores), wanted, mask).mean()

        return loss

    def _drawn(self, example: Example, random: np.random.Generator) -> Rows:
        """Places of the segments that are compared: all, or as many as may be, drawn evenly."""
        places = np.arange(len(example))
        return (
            places if len(places) <= self.segments else random.permutation(places)[: self.segments]
        )


def _spread(examples: Examples) -> float:
    """From the worst to the best label of the training videos."""
    values = np.concatenate([example.values for example in examples.train])
    return float(values.max() - values.min())
