"""NetEase's GIF covers (S0): fine-tune a 3D-CNN so that an exciting segment scores above a dull one.

Segments of one video are compared, never of two. Ratings good, average, bad become the pairs good over
average, good over bad and average over bad.

Shape letters: M segments of a batch, P pairs of them, N segments of a video, S streams.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from gifworthy.backbones.preparing import Singles
from gifworthy.errors import LabelsUnreadable
from gifworthy.learning.comparing import comparable, compared
from gifworthy.learning.examples import Examples, Inputs
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.models.netease_inputs import STEP, Crop, batch_of
from gifworthy.protocols import Pieces
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from gifworthy.learning.run import Run
    from gifworthy.models.netease import NetEase as Network

Backbones = Literal[
    "i3d", "c3d", "p3d-199", "r2plus1d-18", "r2plus1d-34", "r3d-18", "mc3-18", "resnet3d-50", "s3d"
]
AT_A_TIME = 8
SMALL_SHRINK, SMALL_SIDE, SMALL_CROP, SMALL_HIDDEN = 8, 72, 64, 64
FROM_NOTHING = 0.1
"""Momentum of norms in a net that learns from nothing; I3D's own, 0.01, is for millions of steps."""


@dataclass(frozen=True)
class NetEase:
    """Pairwise ranking on 16 frames of each segment; what the paper does not state is chosen by us.

    backbone: the paper compares c3d, i3d, p3d-199 and R(2+1)D, and takes i3d.
    small: the same net with an eighth of the channels, 64 pixels a side and a fully connected layer of
        64, which learns from nothing in minutes on a CPU.
    pretrained: begin with the published weights of the backbone; none for yes, unless the net is small.
    begin: a folder that `train netease` wrote, to go on from: Video2GIF's pairs first, ratings of one's
        own after them, as the paper does.
    frozen: stages of the backbone that stay as they are, from the front; norms included.
    streams: `rgb` as in the paper; its future work `flow`, or `both`, each learning by itself, their
        scores averaged (late fusion).
    loss: `logistic` on the logits, or `margin` on the scores in 0..1, where a margin of 1 is out of reach.
    gap: by how much two labels must differ to make a pair (ratings are 0, 1, 2; shares of GIFs 0..1).
    frames: of each segment, evenly. segments: drawn of each video at a step. batch: videos at a step.
    hidden, dropout: of the fully connected layers; none for 512, or 64 of a small net.
    mirrored: learn from mirror images too; beside them, crops are drawn. learning_rate: of the head; none
        for 1e-3, or 3e-3 of a net that learns from nothing. backbone_rate: the backbone's share of it;
        none for 0.1, or 1 of a net that learns from nothing. decay: AdamW's.
    """

    backbone: Backbones = "i3d"
    small: bool = False
    pretrained: bool | None = None
    begin: str | None = None
    frozen: int = 0
    streams: Literal["rgb", "flow", "both"] = "rgb"
    loss: Literal["logistic", "margin"] = "logistic"
    margin: float = 0.3
    gap: float = 0.5
    frames: int = 16
    segments: int = 8
    batch: int = 4
    hidden: int | None = None
    dropout: float = 0.2
    mirrored: bool = True
    learning_rate: float | None = None
    backbone_rate: float | None = None
    decay: float = 1e-2
    epochs: int = 20
    patience: int = 5
    watch: str = "nACC"

    def __post_init__(self) -> None:
        if self.small and self.pretrained:
            raise ValueError("no weights were published for a small net; give pretrained=false")
        if self.begin and self.pretrained:
            raise ValueError("a net begins with one set of weights; give begin or pretrained")
        at_least(self, segments=2, batch=1, frames=1, frozen=0)
        if self.frozen and not self.begins_trained:
            raise ValueError("frozen stages that were never trained stay noise; give frozen=0")

    @property
    def begins_trained(self) -> bool:
        """Whether it goes on from weights, published ones or its own."""
        return bool(self.begin) or (not self.small if self.pretrained is None else self.pretrained)

    @property
    def sides(self) -> tuple[int, int]:
        """Pixels: of the square that is read, and of the crop that the net sees."""
        from gifworthy.backbones.published import PUBLISHED

        if self.small:
            return SMALL_SIDE, SMALL_CROP
        wanted = PUBLISHED[self.backbone].preparation
        shortest = wanted.size if isinstance(wanted.size, int) else min(wanted.size)
        return shortest, wanted.crop

    def reading(self) -> Reading:
        """Frames spread over each segment; for flow, each with one that follows it."""
        return Reading.clips(self.frames, self.sides[0], 0.0 if self.streams == "rgb" else STEP)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Fine-tune, or learn from nothing. Raises: WeightsMissing when published weights are not here."""
        from gifworthy.models.netease import NetEase as Network

        need_frames(examples, self.reading())
        run.start()
        arguments = self._arguments()
        network = Network(**arguments)  # type: ignore[arg-type]
        self._begin(network, run)
        run.fit(self._course(network, examples, run), examples)
        two = np.zeros((2, *examples.inputs.shape[1:]), np.uint8)
        inputs = tuple(run.tensor(part).cpu() for part in self._seen(two))
        return Learned(network, "netease", arguments, "netease", inputs, tuple(network.streams))

    def _arguments(self) -> dict[str, Plain]:
        return {
            "backbone": self.backbone,
            "streams": self.streams,
            "hidden": self.hidden or (SMALL_HIDDEN if self.small else 512),
            "dropout": self.dropout,
            "shrink": SMALL_SHRINK if self.small else 1,
            "side": self.sides[1],
        }

    def _begin(self, network: Network, run: Run) -> None:
        """Weights from elsewhere, and what of them is held; or norms that follow quickly."""
        from torch.nn import BatchNorm3d

        from gifworthy.learning.finetuning import go_on_from, published_state

        if self.begin:
            go_on_from(network, Path(self.begin))
        elif self.begins_trained:
            state = published_state(self.backbone, run.settings)
            for stream in network.each:
                stream.backbone.load_state_dict(state)
        else:
            for part in network.modules():
                if isinstance(part, BatchNorm3d):
                    part.momentum = FROM_NOTHING
        network.freeze(self.frozen)

    def _course(self, network: Network, examples: Examples, run: Run) -> Course:
        from torch.optim.lr_scheduler import CosineAnnealingLR

        optimizer = self._optimizer(network)
        return Course(
            network,
            comparable(examples.train, self.gap),
            self._loss(examples, run),
            optimizer,
            rate=lambda net, pieces: self._rated(net, pieces, run),
            schedule=CosineAnnealingLR(optimizer, self.epochs),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )

    def _optimizer(self, network: Network) -> Optimizer:
        """AdamW; a backbone that was trained learns slower than the head, which begins with nothing."""
        from torch.optim import AdamW

        rate = self.learning_rate or (1e-3 if self.begins_trained else 3e-3)
        share = self.backbone_rate or (0.1 if self.begins_trained else 1.0)
        groups = [
            {"params": [p for p in part.parameters() if p.requires_grad], "lr": own}
            for stream in network.each
            for part, own in ((stream.backbone, rate * share), (stream.head, rate))
        ]
        return AdamW([group for group in groups if group["params"]], rate, weight_decay=self.decay)

    def _loss(self, examples: Examples, run: Run) -> Loss:
        def loss(net: nn.Module, videos: Rows, random: np.random.Generator) -> Tensor:
            own = [examples.at(int(row)) for row in videos[:, 0]]
            shown = compared(own, self.segments, self.gap, random)
            clips = self._seen(examples.inputs[shown.rows], random)
            logits_ms = net(*(run.tensor(part) for part in clips))[1]
            return self._punished(logits_ms[shown.better], logits_ms[shown.worse])

        return loss

    def _punished(self, better_ps: Tensor, worse_ps: Tensor) -> Tensor:
        """The mean over pairs and streams; each stream is told of its own mistakes alone."""
        from gifworthy.learning.losses import l1_rank_loss, logistic_rank_loss

        if self.loss == "logistic":
            return logistic_rank_loss(better_ps, worse_ps).mean()
        return l1_rank_loss(better_ps.sigmoid(), worse_ps.sigmoid(), self.margin).mean()

    def _seen(
        self, frames: Inputs, random: np.random.Generator | None = None
    ) -> tuple[Singles, ...]:
        """What the net sees of segments as they were read: a drawn crop of each, or the middle."""
        side, size = self.sides
        crops = (
            Crop.middle(side, size)
            if random is None
            else Crop.drawn(side, size, random, mirrored=self.mirrored)
            for _ in frames
        )
        cut = (crop.of(clip) for crop, clip in zip(crops, frames, strict=True))
        return batch_of(cut, self.streams)

    def _rated(self, net: nn.Module, pieces: Pieces, run: Run) -> Floats:
        """The mean of the streams' logits, which ranks as the score does: (N,)."""
        said = []
        for first in range(0, len(pieces.segments), AT_A_TIME):
            clips = self._seen(pieces.inputs[first : first + AT_A_TIME])
            logits_ns = net(*(run.tensor(part) for part in clips))[1]
            said.append(logits_ns.float().mean(1).cpu().numpy())
        return np.concatenate(said).astype(np.float64)


def need_frames(examples: Examples, reading: Reading) -> None:
    """Vectors of another program cannot be fine-tuned. Raises: LabelsUnreadable."""
    wanted = (reading.frames * (2 if reading.step else 1), reading.side, reading.side, 3)
    if examples.inputs.shape[1:] != wanted:
        raise LabelsUnreadable(
            f"this recipe learns from frames, {wanted} for each segment, not from vectors of "
            f"{examples.inputs.shape[1:]}; give the videos with --videos instead of --features"
        )
