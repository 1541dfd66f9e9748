"""PLD-VHD (S4): pixels of highlight frames learn what draws the eye there, all others that nothing is here.

Shape letters: B strips of a batch, K targets of a strip, H, W sides of a map, N segments of a video.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.backbones.preparing import Singles
from gifworthy.errors import LabelsUnreadable
from gifworthy.learning.examples import Example, Examples, Inputs
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.protocols import Pieces
from gifworthy.reading import Reading
from gifworthy.sliding import Around, inside, targets_in
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from gifworthy.learning.run import Run
    from gifworthy.learning.teachers import Bytes
    from gifworthy.models.pldvhd import PldVhd as Network

AT_A_TIME = 4
FULL, SMALL = (224, 384), (64, 96)
SMALL_SHRINK = 8
FROM_NOTHING = 0.1
"""Momentum of norms in what learns from nothing; S3D's own, 0.001, is for millions of steps."""


@dataclass(frozen=True)
class PldVhd:
    """Per-pixel cross-entropy on maps. What the paper does not state is chosen by us (docs/models/pldvhd.md).

    small: the same net with an eighth of the channels on frames of 64 x 96, which learns from nothing
        in minutes on a CPU.
    pretrained: begin with the encoder's published S3D weights; none for yes, unless the net is small.
    begin: a folder that `train pldvhd` wrote, or TASED-Net's weights (`tased`, or their file), to go on
        from.
    temporal: see the 31 frames before the target; without, the target alone. spatial: highlight frames
        learn the teacher's map; without, every pixel of them is a highlight. auxiliary: weight of a
        second map that says what draws the eye in every frame, highlight or not; 0 for none.
    teacher: `plain` (spectral residual, motion, centre), `tased` (published weights), or the place of
        weights, such as a folder that `train gaze` wrote.
    labels: `graded` scales the map by the label within the range of all; `binary` takes what is
        above the middle of that range for a highlight.
    pooling: of a map to a frame's score: `mean`, `max` or `top-tenth`.
    targets: maps of a strip of 32 + 8 (targets - 1) frames. rate: frames a second. batch: strips a step.
    mirrored: learn from mirror images too.
    learning_rate: of the decoder; none for 1e-3, or 3e-3 of a net that learns from nothing.
        encoder_rate: the encoder's share; none for 0.1, or 1 of a net that learns from nothing.
    decay: AdamW's.
    """

    small: bool = False
    pretrained: bool | None = None
    begin: str | None = None
    temporal: bool = True
    spatial: bool = True
    auxiliary: float = 0.0
    teacher: str = "plain"
    labels: Literal["graded", "binary"] = "graded"
    pooling: Literal["mean", "max", "top-tenth"] = "mean"
    targets: int = 5
    rate: float = 25.0
    batch: int = 8
    mirrored: bool = True
    learning_rate: float | None = None
    encoder_rate: float | None = None
    decay: float = 1e-2
    epochs: int = 20
    patience: int = 5
    watch: str = "nACC"

    def __post_init__(self) -> None:
        if self.small and (self.pretrained or self.begin == "tased"):
            raise ValueError("no weights were published for a small net; give small=false")
        if self.begin and self.pretrained:
            raise ValueError("a net begins with one set of weights; give begin or pretrained")
        at_least(self, targets=1, batch=1, auxiliary=0)
        if not self.rate > 0:
            raise ValueError(f"rate must be above 0, not {self.rate}")

    @property
    def begins_trained(self) -> bool:
        """Whether it goes on from weights, published ones or its own."""
        return bool(self.begin) or (not self.small if self.pretrained is None else self.pretrained)

    def reading(self) -> Reading:
        """A strip around the middle of each segment."""
        height, width = SMALL if self.small else FULL
        return Reading.strips(self.targets, height, width, self.rate)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Fine-tune, or learn from nothing. Raises: WeightsMissing, WeightsBroken, LabelsUnreadable."""
        from gifworthy.learning.teachers import told
        from gifworthy.models.pldvhd import PldVhd as Network

        _need_strips(examples, self.reading())
        run.start()
        arguments = self._arguments()
        network = Network(**arguments)  # type: ignore[arg-type]
        self._begin(network, run)
        shown = told(examples, self.teacher, self.rate, run)
        run.fit(self._course(network, examples, shown, run), examples)
        two = run.tensor(_levels(np.zeros((2, *examples.inputs.shape[1:]), np.uint8))).cpu()
        return Learned(network, "pldvhd", arguments, "pldvhd", (two,), ("strips",))

    def _arguments(self) -> dict[str, Plain]:
        height, width = SMALL if self.small else FULL
        return {
            "targets": self.targets,
            "shrink": SMALL_SHRINK if self.small else 1,
            "height": height,
            "width": width,
            "temporal": self.temporal,
            "pooling": self.pooling,
            "auxiliary": self.auxiliary > 0,
        }

    def _begin(self, network: Network, run: Run) -> None:
        """Weights from elsewhere. Norms stay slow only where published weights were made for them."""
        from gifworthy.checkpoints import CARD
        from gifworthy.learning.finetuning import go_on_from, published_state
        from gifworthy.learning.teachers import watching_net

        if self.begin and (Path(self.begin) / CARD).is_file():
            go_on_from(network, Path(self.begin))
            network.settle(FROM_NOTHING)
        elif self.begin:
            network.load_state_dict(watching_net(self.begin, run.settings).state_dict())
        elif self.begins_trained:
            network.encoder.load_state_dict(published_state("s3d", run.settings))
            network.settle(FROM_NOTHING, network.decoder)
        else:
            network.settle(FROM_NOTHING)

    def _course(self, network: Network, examples: Examples, shown: Bytes, run: Run) -> Course:
        from torch.optim.lr_scheduler import CosineAnnealingLR

        optimizer = self._optimizer(network)
        rows = np.concatenate([example.rows for example in examples.train])
        return Course(
            network,
            rows[:, None],
            self._loss(examples, shown, run),
            optimizer,
            rate=lambda net, pieces: self._rated(net, pieces, run),
            schedule=CosineAnnealingLR(optimizer, self.epochs),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
        )

    def _optimizer(self, network: Network) -> Optimizer:
        """AdamW; an encoder that was trained learns slower than the decoder."""
        from torch.optim import AdamW

        rate = self.learning_rate or (1e-3 if self.begins_trained else 3e-3)
        share = self.encoder_rate or (0.1 if self.begins_trained else 1.0)
        groups = [
            {"params": list(network.encoder.parameters()), "lr": rate * share},
            {"params": list(network.decoder.parameters()), "lr": rate},
        ]
        return AdamW(groups, rate, weight_decay=self.decay)

    def _loss(self, examples: Examples, shown: Bytes, run: Run) -> Loss:
        grades = self._grades(examples)

        def loss(net: nn.Module, items: Rows, random: np.random.Generator) -> Tensor:
            from gifworthy.learning.losses import known_cross_entropy

            rows = items[:, 0]
            turned = self.mirrored & (random.random(len(rows)) < 0.5)
            levels = _turned(_levels(examples.inputs[rows]), turned)
            eyes = run.tensor(_turned((shown[rows] / 255).astype(np.float32), turned))
            known = np.stack([grades[int(row)] for row in rows])
            _, *logits = net(_channels_last(run.tensor(levels)))
            eyes = _as_large(eyes, logits[0])
            wanted = run.tensor(np.nan_to_num(known))[:, :, None, None]
            target = wanted * eyes if self.spatial else wanted.expand_as(eyes)
            weight = run.tensor(np.isfinite(known).astype(np.float32))
            found = known_cross_entropy(logits[0], target, weight)
            if self.auxiliary:
                found = found + self.auxiliary * known_cross_entropy(logits[1], eyes, weight)
            return found

        return loss

    def _grades(self, examples: Examples) -> dict[int, Floats]:
        """How good each target of each row is by the labels, (K,) in 0..1; nan where nobody said."""
        values = np.concatenate([example.values for example in examples.train])
        low, high = float(values.min()), float(values.max())
        return {
            int(row): self._graded(example, place, low, high)
            for example in examples.train
            for place, row in enumerate(example.rows)
        }

    def _graded(self, example: Example, place: int, low: float, high: float) -> Floats:
        segment = example.segments[place]
        around = Around.of(segment, self.targets, self.rate)
        found = values_at(example, around.mapped)
        found[inside(segment, around.mapped)] = example.values[place]
        share = (found - low) / (high - low)
        return np.where(np.isnan(share), np.nan, share > 0.5) if self.labels == "binary" else share

    def _rated(self, net: nn.Module, pieces: Pieces, run: Run) -> Floats:
        """The mean score of the targets inside each segment: (N,)."""
        said = []
        for first in range(0, len(pieces.segments), AT_A_TIME):
            scores = net(run.tensor(_levels(pieces.inputs[first : first + AT_A_TIME])))[0]
            said.append(scores.float().cpu().numpy())
        mapped = (Around.of(segment, self.targets, self.rate).mapped for segment in pieces.segments)
        rows = zip(pieces.segments, mapped, np.concatenate(said), strict=True)
        return np.array([row[inside(segment, at)].mean() for segment, at, row in rows], np.float64)


def values_at(example: Example, moments: Floats) -> Floats:
    """The value of the segment that each moment lies in, nan where none does: (K,)."""
    found = np.full(len(moments), np.nan)
    for segment, value in zip(example.segments, example.values, strict=True):
        found[(moments >= segment.start) & (moments < segment.end)] = value
    return found


def _levels(strips: Inputs) -> Singles:
    """(B, T, H, W, 3) bytes -> (B, 3, T, H, W) single precision."""
    return np.ascontiguousarray(strips.transpose(0, 4, 1, 2, 3), np.float32)


def _channels_last(strips: Tensor) -> Tensor:
    """The same values, laid out so that mixed precision takes three fifths of the time on a CPU."""
    import torch

    return strips.contiguous(memory_format=torch.channels_last_3d)


def _turned(arrays: Singles, turned: NDArray[np.bool_]) -> Singles:
    """Some of them as in a mirror; width is the last axis."""
    arrays[turned] = arrays[turned][..., ::-1]
    return arrays


def _as_large(maps: Tensor, logits: Tensor) -> Tensor:
    from torch.nn.functional import interpolate

    size = logits.shape[2:]
    return maps if maps.shape[2:] == size else interpolate(maps, size=size, mode="bilinear")


def _need_strips(examples: Examples, reading: Reading) -> None:
    """Vectors of another program have no pixels. Raises: LabelsUnreadable."""
    if examples.inputs.shape[1:] != reading.shape:
        raise LabelsUnreadable(
            f"this recipe learns from {reading.shape} frames of each segment ({targets_in(reading.frames)} "
            f"maps), not from vectors of {examples.inputs.shape[1:]}; give the videos with --videos instead "
            f"of --features"
        )
