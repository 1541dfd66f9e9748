"""re-SEQ2SEQ: the retrospective encoder-decoder (Zhang, Grauman, Sha, ECCV 2018), GEVADEN's nearest rival.

One answer a video: what it tells is pulled to the video's own embedding and pushed from those of others.

Shape letters: B videos, K shots of a GIF (3), D feature size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.learning.contextual import fit_one_scale
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.learning.stories import Stories, mean_worth, worth
from gifworthy.models.context import Context
from gifworthy.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.reseq2seq import Learner


@dataclass(frozen=True)
class ReSeq2Seq:
    """Reconstruction, and looking back; GEVADEN's sizes and optimiser, as its authors adapted it.

    backbone, frames: whose vectors of each second. state: of the video, and of what was told. match: weight
        of the distance back to the video. mismatch: weight of other videos that are not `margin` farther.
    """

    backbone: str = "pixels"
    frames: int = 0
    state: int = 512
    match: float = 0.1
    mismatch: float = 0.1
    margin: float = 0.1
    squared: bool = False
    learning_rate: float = 3e-4
    batch: int = 16
    epochs: int = 100
    patience: int = 15
    watch: str = "shown"

    def __post_init__(self) -> None:
        at_least(self, state=1, match=0, mismatch=0, margin=0)

    def reading(self) -> Reading:
        """One clip spread over each second."""
        return Reading.vectors(self.backbone, self.frames)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One net. Raises: LabelsNotFound when no video has a GIF of three shots."""
        import torch

        from gifworthy.models.reseq2seq import Learner
        from gifworthy.models.reseq2seq import ReSeq2Seq as Network
        from gifworthy.models.storytelling import remember

        stories = Stories.of(examples, Context())
        size = int(examples.inputs.shape[1])
        arguments: dict[str, Plain] = {"features": size, "state": self.state}
        run.start()
        network = Network(size, self.state)
        remember(network.encoder, max(map(len, examples.train)))
        fit_one_scale(network.standard, examples)
        run.fit(self._course(Learner(network), stories, run), examples)
        return Learned(
            network,
            "reseq2seq",
            arguments,
            "",
            (torch.zeros(2, size),),
            ("shots",),
            "seconds",
            "reseq2seq",
        )

    def _course(self, learner: Learner, stories: Stories, run: Run) -> Course:
        from torch.optim import Adam

        return Course(
            learner,
            stories.items,
            self._loss(stories, run),
            Adam(learner.parameters(), self.learning_rate),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
            judge=lambda net, _: _judged(net, stories, run),
        )

    def _loss(self, stories: Stories, run: Run) -> Loss:
        from gifworthy.learning.storylosses import missed, retrospective

        def loss(net: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
            batch = stories.batch(rows, random)
            retelling = net(
                run.tensor(batch.shots), run.tensor(batch.lengths), run.tensor(batch.gifs)
            )
            rebuilt = missed(retelling.told, retelling.wanted, squared=self.squared)
            own, others = retrospective(retelling, self.margin)
            punished: Tensor = rebuilt + self.match * own + self.mismatch * others
            return punished.mean()

        return loss


def _judged(net: nn.Module, stories: Stories, run: Run) -> dict[str, float]:
    """Its one answer on the watched videos."""
    return mean_worth([_worth(net, stories, example, run) for example in stories.watched()])


def _worth(net: nn.Module, stories: Stories, example: Example, run: Run) -> dict[str, float]:
    shots = np.asarray(stories.examples.inputs[example.rows], np.float32)
    told = net.network(run.tensor(shots)).double().cpu().numpy()  # type: ignore[operator]
    unit = float(net.network.standard.spread[0])  # type: ignore[union-attr, index]
    return worth(told, shots, stories.gifs[example.first], unit)
