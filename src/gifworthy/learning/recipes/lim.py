"""LIM (Xiong et al., "Less is More: Learning Highlight Detection from Video Duration", CVPR 2019).

Who shares a short video has cut it to its highlight: segments of short videos should score above segments
of long ones. Nobody's labels are read.

Shape letters: B pairs of a batch, F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.contextual import decayed, fit_standard, need_vectors
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.protocols import Pieces
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run

THIRD = 1 / 3


@dataclass(frozen=True)
class Lim:
    """Pairs of a segment of a short and one of a long video; a second net says how far each pair counts.

    Many pairs are wrong (a long video has highlights too), so a latent weight, a softmax over the pairs of
    a batch, is learned together with the ranker (the paper, section 3.3). Layers 512 and 128 as there.

    backbone, frames, stride, mirrored: as in `video2gif`. short, long: seconds; a video is short up to, or
    long from, so many; none for the shortest and the longest third. The paper's own limits are not in
    the notes. weighted: whether pairs have latent weights. pairs: drawn before training.
    """

    backbone: str = "c3d"
    frames: int = 16
    stride: int | None = 8
    mirrored: bool = False
    short: float | None = None
    long: float | None = None
    weighted: bool = True
    pairs: int = 20_000
    width: int = 512
    learning_rate: float = 1e-3
    decay: float = 1e-4
    batch: int = 64
    epochs: int = 10
    patience: int = 0
    watch: str = "nACC"

    def __post_init__(self) -> None:
        at_least(self, pairs=1, batch=1)

    def reading(self) -> Reading:
        """The backbone's vectors."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Train both nets; the ranker alone is kept. Raises: LabelsNotFound, LabelsUnreadable."""
        import torch
        from torch.optim import Adam

        from gifworthy.models.lim import Weighing
        from gifworthy.models.video2gif import RankNet

        need_vectors(examples)
        items = self._items(examples, run.random("pairs"))
        run.start()
        size = int(examples.inputs.shape[1])
        arguments: dict[str, Plain] = {"features": size, "width": self.width}
        ranker = RankNet(**arguments)  # type: ignore[arg-type]
        fit_standard(ranker.standard, examples)
        network = Weighing(ranker, size)
        course = Course(
            network,
            items,
            self._loss(examples, run),
            Adam(decayed(network, self.decay), self.learning_rate),
            rate=lambda net, pieces: _rated(net, pieces, run),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )
        run.fit(course, examples)
        return Learned(
            ranker, "video2gif", arguments, "learned", (torch.zeros(2, size),), ("rows",)
        )

    def _items(self, examples: Examples, random: np.random.Generator) -> Rows:
        """(P, 2) rows of a segment of a short and of a long video."""
        short, long = self._limits(examples.train)
        shorter = _rows(example for example in examples.train if example.duration <= short)
        longer = _rows(example for example in examples.train if example.duration >= long)
        if short >= long or not len(shorter) or not len(longer):
            raise LabelsNotFound(
                f"durations tell nothing: {len(shorter)} segments are of videos of {short:g} s or less, "
                f"{len(longer)} of videos of {long:g} s or more; give videos of other lengths, or short= "
                f"and long="
            )
        return np.stack([random.choice(rows, self.pairs) for rows in (shorter, longer)], axis=1)

    def _limits(self, videos: tuple[Example, ...]) -> tuple[float, float]:
        lengths = [example.duration for example in videos]
        third, rest = np.quantile(lengths, [THIRD, 1 - THIRD])
        return (
            float(third if self.short is None else self.short),
            float(rest if self.long is None else self.long),
        )

    def _loss(self, examples: Examples, run: Run) -> Loss:
        from gifworthy.learning.losses import l1_rank_loss

        def loss(net: nn.Module, items: Rows, random: np.random.Generator) -> Tensor:
            del random
            pairs = run.tensor(np.asarray(examples.inputs[items], np.float32))
            scores, weights = net(pairs)
            each = l1_rank_loss(scores[:, 0], scores[:, 1])
            found: Tensor = (weights * each).sum() if self.weighted else each.mean()
            return found

        return loss


def _rated(net: nn.Module, pieces: Pieces, run: Run) -> Floats:
    vectors = run.tensor(np.asarray(pieces.inputs, np.float32))
    scores = net(vectors[:, None].expand(-1, 2, -1))[0][:, 0]
    return np.asarray(scores.float().cpu().numpy(), np.float64)


def _rows(examples: object) -> Rows:
    rows = [example.rows for example in examples]  # type: ignore[attr-defined]
    return np.concatenate(rows) if rows else np.zeros(0, np.intp)
