"""Joint embedding of segments and words (after Liu et al., CVPR 2015): a rival of Video2GIF, section 5.1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.contextual import (
    ContextRows,
    decayed,
    fit_standard,
    grades,
    need_vectors,
    rated,
    vocabulary,
)
from gifworthy.learning.examples import Examples
from gifworthy.learning.pairs import chosen
from gifworthy.learning.recipe import Course, Learned, Loss, Rows
from gifworthy.learning.wordvectors import word_vectors
from gifworthy.models.context import Context
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.jointembedding import EmbeddingNet


@dataclass(frozen=True)
class JointEmbedding:
    """Chosen segments are drawn to the words of their own video and away from those of another.

    Triplets (segment, own words, other words); unchosen segments are not used. The paper's titles are
    the tags here, which is what the published data have.

    backbone, frames, stride, mirrored, overlap: as in `video2gif`. word_vectors: a text file of them
        (word2vec, as in the paper); otherwise TF-IDF with SVD of the tags. words, word_size: of the
        vocabulary, and of a vector. margin: not stated. The rest as in `video2gif`.
    """

    backbone: str = "c3d"
    frames: int = 16
    stride: int | None = 8
    mirrored: bool = True
    overlap: float = 0.66
    word_vectors: str | None = None
    words: int = 1000
    word_size: int = 300
    margin: float = 0.2
    width: int = 512
    learning_rate: float = 1e-2
    momentum: float = 0.9
    decay: float = 1e-4
    batch: int = 50
    epochs: int = 25
    patience: int = 0
    watch: str = "nACC"

    def reading(self) -> Reading:
        """The same vectors as Video2GIF."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One net. Raises: LabelsNotFound when fewer than two training videos have tags."""
        import torch

        from gifworthy.models.jointembedding import EmbeddingNet

        need_vectors(examples)
        rows = ContextRows(examples, Context(words=vocabulary(examples, self.words)))
        table = self._table(examples, rows.context)
        arguments = {
            "features": int(examples.inputs.shape[1]),
            "words": ";".join(rows.context.words),
            "word_size": table.shape[1],
            "width": self.width,
        }
        run.start()
        network = EmbeddingNet(**arguments)
        fit_standard(network.standard, examples)
        network.table.copy_(torch.from_numpy(table))
        network.usual.copy_(torch.from_numpy(_usual(rows, table)))
        run.fit(self._course(network, rows, run), examples)
        example = torch.zeros(2, rows.width)
        return Learned(
            network, "jointembedding", arguments, "jointembedding", (example,), ("rows",)
        )

    def _table(self, examples: Examples, context: Context) -> Floats:
        told = [example.case.tags for example in examples.train if example.case.tags]
        if len(told) < 2:
            raise LabelsNotFound(
                f"a joint embedding learns from the words of videos, and {len(told)} of "
                f"{len(examples.train)} training videos have tags; give labels with tags"
            )
        return word_vectors(self.word_vectors, told, context.words, self.word_size)

    def _course(self, network: EmbeddingNet, rows: ContextRows, run: Run) -> Course:
        from torch.optim import SGD

        values, _ = grades(rows.examples)
        told = [e.rows for e in rows.examples.train if rows.context.about("", e.case.tags).any()]
        items = np.intersect1d(
            np.flatnonzero(chosen(values, self.overlap) == 1), np.concatenate(told)
        )
        groups = decayed(network, self.decay)
        return Course(
            network,
            items[:, None],
            self._loss(rows, items, run),
            SGD(groups, self.learning_rate, self.momentum, nesterov=self.momentum > 0),
            rate=lambda net, pieces: rated(net, rows.context, pieces, run),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )

    def _loss(self, rows: ContextRows, items: Rows, run: Run) -> Loss:
        from gifworthy.learning.losses import l1_rank_loss

        width = int(rows.examples.inputs.shape[1])

        def loss(net: nn.Module, batch: Rows, random: np.random.Generator) -> Tensor:
            own = rows.of(batch.ravel())
            other = own.copy()
            other[:, width:] = rows.of(random.choice(items, len(own)))[:, width:]
            near = net(run.tensor(np.concatenate([own, other]))).reshape(2, -1)
            different = run.tensor((own[:, width:] != other[:, width:]).any(axis=1))
            return (l1_rank_loss(near[0], near[1], self.margin) * different).mean()

        return loss


def _usual(rows: ContextRows, table: Floats) -> Floats:
    """(D,) where the words of the training videos lie in the mean."""
    about = [rows.context.about("", example.case.tags) @ table for example in rows.examples.train]
    unit = [vector / np.linalg.norm(vector) for vector in about if np.linalg.norm(vector) > 0]
    return np.asarray(np.mean(unit, axis=0)) if unit else np.ones(table.shape[1])
