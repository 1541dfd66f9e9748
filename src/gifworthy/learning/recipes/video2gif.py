"""Video2GIF (Gygli, Song, Cao, CVPR 2016): rank a segment that people made a GIF of above one they did not.

Every row of its table 2 that is not a rival's is a choice of fields; `docs/models/video2gif.md` lists them.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gifworthy.learning.contextual import (
    ContextRows,
    categories_in,
    decayed,
    fit_standard,
    grades,
    need_vectors,
    popularities,
    rated,
    vocabulary,
)
from gifworthy.learning.examples import Examples
from gifworthy.learning.pairs import Pairs, across_videos, chosen, graded, within_videos
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows
from gifworthy.learning.wordvectors import word_vectors
from gifworthy.models.context import Context
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.video2gif import RankNet

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Video2Gif:
    """The Robust Deep RankNet, sections 4.2 and 4.3; the defaults are the paper's, but for `standard`.

    backbone, frames, stride, mirrored: C3D, snippets of 16 frames, a new one every 8, with the mirror
        image; `stride=none` for one clip spread over each segment.
    loss: table 2's rows. delta: of the Huber forms; adaptive adds the GIF's popularity, 0..1.
    pairs: within one video; `agnostic` (across videos); `graded` (every two segments of a video with
        different labels, for data with more than chosen and not). negatives: for each video.
        overlap: share of a segment that must lie in a GIF.
    category, tags, position: the context. Tags as the mean of word vectors (`given`: `word_vectors`
        is a text file of them, otherwise they come from the tags themselves) or of vectors that are
        learned too (`learned`, the paper's future work), of `word_size` numbers, for the `words` most
        frequent words.
    width: units of the first layer. standard: bring each feature to mean 0 and spread 1 first, since
        those of other backbones are not on C3D's scale. copies: nets whose scores are averaged.
    decay: lambda of equation 3. rate_drop: by what the rate is multiplied every tenth epoch, not stated
        in the paper. watch: the validation metric that picks the best epoch.
    """

    backbone: str = "c3d"
    frames: int = 16
    stride: int | None = 8
    mirrored: bool = True
    loss: Literal["l1", "l2", "huber", "adaptive", "classification"] = "adaptive"
    delta: float = 1.5
    pairs: Literal["within", "agnostic", "graded"] = "within"
    negatives: int = 4
    overlap: float = 0.66
    category: bool = True
    tags: Literal["none", "given", "learned"] = "given"
    word_vectors: str | None = None
    words: int = 1000
    word_size: int = 300
    position: bool = True
    width: int = 512
    standard: bool = True
    copies: int = 1
    learning_rate: float = 1e-3
    momentum: float = 0.9
    decay: float = 1e-3
    rate_drop: float = 0.1
    batch: int = 50
    epochs: int = 25
    patience: int = 0
    watch: str = "nACC"

    def reading(self) -> Reading:
        """The backbone's vectors, as the paper averages them."""
        return Reading.vectors(self.backbone, self.frames, self.stride, self.mirrored)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Train each copy from weights of its own, then put them side by side."""
        import torch

        from gifworthy.models.video2gif import RankNet

        need_vectors(examples)
        rows = ContextRows(examples, self._context(examples))
        table = self._table(examples, rows.context)
        arguments = self._arguments(examples, rows.context, table)
        copies = []
        for place in range(self.copies):
            name = f"net {place + 1}" if self.copies > 1 else "net"
            run.start(name)
            network = RankNet(**arguments)  # type: ignore[arg-type]
            self._prepare(network, examples, table)
            run.fit(self._course(network, rows, run), examples, name)
            copies.append(network)
        whole = {**arguments, "copies": self.copies}
        network = side_by_side(copies, RankNet(**whole))  # type: ignore[arg-type]
        example = torch.zeros(2, rows.width)
        return Learned(network, "video2gif", whole, "video2gif", (example,), ("rows",))

    def _context(self, examples: Examples) -> Context:
        return Context(
            categories_in(examples) if self.category else (),
            vocabulary(examples, self.words) if self.tags != "none" else (),
            3 if self.position else 0,
        )

    def _table(self, examples: Examples, context: Context) -> Floats | None:
        """(V, D) vectors of the words, where they are not learned."""
        if self.tags != "given" or not context.words:
            return None
        texts = [example.case.tags for example in examples.train]
        return word_vectors(self.word_vectors, texts, context.words, self.word_size)

    def _arguments(
        self, examples: Examples, context: Context, table: Floats | None
    ) -> dict[str, Plain]:
        return {
            "features": int(examples.inputs.shape[1]),
            "categories": ";".join(context.categories),
            "words": ";".join(context.words),
            "word_size": self.word_size if table is None else table.shape[1],
            "position": context.position,
            "width": self.width,
        }

    def _prepare(self, network: RankNet, examples: Examples, table: Floats | None) -> None:
        if self.standard:
            fit_standard(network.standard, examples)
        if table is not None:
            network.give_words(table)

    def _pairs(self, examples: Examples, run: Run) -> Pairs:
        values, video = grades(examples)
        if self.pairs == "graded":
            return graded(values, video)
        picked = chosen(values, self.overlap)
        make = within_videos if self.pairs == "within" else across_videos
        return make(picked, video, run.random("pairs"), self.negatives)

    def _course(self, network: RankNet, rows: ContextRows, run: Run) -> Course:
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        pairs = self._pairs(rows.examples, run)
        optimizer = SGD(
            decayed(network, self.decay),
            self.learning_rate,
            self.momentum,
            nesterov=self.momentum > 0,
        )
        return Course(
            network,
            np.stack([pairs.better, pairs.worse], axis=1),
            self._loss(rows, run),
            optimizer,
            rate=lambda net, pieces: rated(net, rows.context, pieces, run),
            schedule=StepLR(optimizer, 10, self.rate_drop),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )

    def _loss(self, rows: ContextRows, run: Run) -> Loss:
        from gifworthy.learning import losses

        popular = popularities(rows.examples) if self.loss == "adaptive" else None
        if popular is not None and not popular.any():
            log.warning("the labels tell no views: the adaptive loss has one delta, %g", self.delta)

        def loss(net: nn.Module, batch: Rows, random: np.random.Generator) -> Tensor:
            del random
            scores = net(run.tensor(rows.of(batch.ravel()))).reshape(batch.shape)
            better, worse = scores[:, 0], scores[:, 1]
            if self.loss == "l1":
                return losses.l1_rank_loss(better, worse).mean()
            if self.loss == "l2":
                return losses.l2_rank_loss(better, worse).mean()
            if self.loss == "classification":
                return losses.classification_loss(better, worse).mean()
            delta = self.delta if popular is None else run.tensor(self.delta + popular[batch[:, 0]])
            return losses.huber_rank_loss(better, worse, delta).mean()

        return loss


def side_by_side(copies: list[RankNet], whole: RankNet) -> RankNet:
    """One net whose score is the mean of some nets'."""
    whole.standard.load_state_dict(copies[0].standard.state_dict())
    for head, copy in zip(whole.heads, copies, strict=True):
        head.load_state_dict(copy.heads[0].state_dict())
    whole.eval()
    return whole
