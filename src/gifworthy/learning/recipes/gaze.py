"""Learn from eye movements where people look: PLD-VHD's teacher (TASED-Net, Min and Corso, ICCV 2019).

Shape letters: B windows of a batch, K targets, H, W sides of a map, h, w of what people looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gifworthy.backbones.preparing import Singles
from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets.fixations import Looks, Watched
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.reading import Reading
from gifworthy.sliding import Around

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

    from gifworthy.learning.run import Run
    from gifworthy.models.pldvhd import PldVhd as Network

FULL, SMALL = (224, 384), (64, 96)
SMALL_SHRINK = 8
FROM_NOTHING = 0.1


@dataclass(frozen=True)
class Gaze:
    """TASED-Net's own recipe (`run_train.py`): KL divergence of maps that sum to 1, SGD, two rates.

    fixations: the folder of eye movements that the labels were read from.
    small: an eighth of the channels on frames of 64 x 96, learning from nothing.
    pretrained: begin with the encoder's S3D weights; none for yes, unless the net is small.
    rate: frames a second. learning_rate: of the decoder; encoder_rate: the encoder's share of it, none for
        0.01, or 1 of a net that learns from nothing. batch: windows a step; theirs is 8 x 5.
    """

    fixations: str = ""
    small: bool = False
    pretrained: bool | None = None
    rate: float = 30.0
    learning_rate: float = 0.1
    encoder_rate: float | None = None
    momentum: float = 0.9
    decay: float = 2e-7
    mirrored: bool = True
    batch: int = 8
    epochs: int = 20
    patience: int = 5
    watch: str = "CC"

    def __post_init__(self) -> None:
        if self.small and self.pretrained:
            raise ValueError("no weights were published for a small net; give pretrained=false")
        at_least(self, batch=1)

    @property
    def begins_trained(self) -> bool:
        """Whether the encoder has its published weights."""
        return not self.small if self.pretrained is None else self.pretrained

    def reading(self) -> Reading:
        """One window, whose target lies in the middle of each second."""
        height, width = SMALL if self.small else FULL
        return Reading.strips(1, height, width, self.rate)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Fine-tune, or learn from nothing. Raises: LabelsNotFound, WeightsMissing, WeightsBroken."""
        from gifworthy.learning.finetuning import published_state
        from gifworthy.models.pldvhd import PldVhd as Network

        if examples.inputs.shape[1:] != self.reading().shape:
            raise LabelsUnreadable(
                f"this recipe learns from frames, not from vectors of {examples.inputs.shape[1:]}; give "
                f"the videos with --videos instead of --features"
            )
        if not self.fixations:
            raise LabelsNotFound("name the folder of eye movements: fixations=FOLDER")
        looks = Watched(Path(self.fixations)).videos
        seen = {
            int(row): found
            for example in examples.train + examples.validation
            for row, found in self._seen(example, looks)
        }
        if not seen:
            raise LabelsNotFound(
                f"nobody looked at any of the {len(examples.train)} videos in {self.fixations}; give the "
                f"folder that the labels were read from"
            )
        run.start()
        arguments = self._arguments()
        network = Network(**arguments)  # type: ignore[arg-type]
        if self.begins_trained:
            network.encoder.load_state_dict(published_state("s3d", run.settings))
        else:
            network.settle(FROM_NOTHING)
        run.fit(self._course(network, examples, seen, run), examples)
        two = run.tensor(_levels(np.zeros((2, *examples.inputs.shape[1:]), np.uint8))).cpu()
        return Learned(network, "pldvhd", arguments, "pldvhd", (two,), ("strips",))

    def _arguments(self) -> dict[str, Plain]:
        height, width = SMALL if self.small else FULL
        shrink = SMALL_SHRINK if self.small else 1
        return {"targets": 1, "shrink": shrink, "height": height, "width": width}

    def _seen(self, example: Example, looks: Mapping[str, Looks]) -> list[tuple[int, Singles]]:
        """What people looked at in the target of each row that somebody watched."""
        found = []
        own = looks.get(example.case.video)
        for row, segment in zip(example.rows, example.segments, strict=True):
            moment = float(Around.of(segment, 1, self.rate).mapped[0])
            seen = own.at(moment, moment + 1e-3) if own else None
            if seen is not None:
                found.append((int(row), seen.astype(np.float32)))
        return found

    def _course(
        self, network: Network, examples: Examples, seen: Mapping[int, Singles], run: Run
    ) -> Course:
        from torch.optim.lr_scheduler import MultiStepLR

        optimizer = self._optimizer(network)
        rows = [row for example in examples.train for row in example.rows if int(row) in seen]
        drops = [max(1, round(share * self.epochs)) for share in (0.75, 0.95)]
        return Course(
            network,
            np.array(rows, np.intp)[:, None],
            self._loss(examples, seen, run),
            optimizer,
            schedule=MultiStepLR(optimizer, drops, 0.1),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
            judge=lambda net, watched: self._judged(net, watched, examples, seen, run),
        )

    def _optimizer(self, network: Network) -> Optimizer:
        from torch.optim import SGD

        share = self.encoder_rate or (0.01 if self.begins_trained else 1.0)
        groups = [
            {"params": list(network.encoder.parameters()), "lr": self.learning_rate * share},
            {"params": list(network.decoder.parameters()), "lr": self.learning_rate},
        ]
        return SGD(groups, self.learning_rate, self.momentum, weight_decay=self.decay)

    def _loss(self, examples: Examples, seen: Mapping[int, Singles], run: Run) -> Loss:
        from gifworthy.learning.losses import divergence

        def loss(net: nn.Module, items: Rows, random: np.random.Generator) -> Tensor:
            rows = items[:, 0]
            turned = self.mirrored & (random.random(len(rows)) < 0.5)
            levels = _turned(_levels(examples.inputs[rows]), turned)
            wanted = _turned(np.stack([seen[int(row)] for row in rows]), turned)
            logits = net(run.tensor(levels))[1][:, 0]
            return divergence(logits, _as_large(run.tensor(wanted), logits)).mean()

        return loss

    def _judged(
        self,
        net: nn.Module,
        watched: Sequence[Example],
        examples: Examples,
        seen: Mapping[int, Singles],
        run: Run,
    ) -> dict[str, float]:
        """CC: correlation of the map with what people looked at, mean over targets."""
        found = []
        for row in (int(row) for example in watched for row in example.rows if int(row) in seen):
            logits = net(run.tensor(_levels(examples.inputs[row : row + 1])))[1][0, 0]
            shown = logits.sigmoid().float().cpu().numpy()
            found.append(
                np.corrcoef(_fitted(shown, seen[row].shape).ravel(), seen[row].ravel())[0, 1]
            )
        return {"CC": float(np.nanmean(found)) if found else float("nan")}


def _levels(strips: NDArray[np.uint8] | Singles) -> Singles:
    """(B, T, H, W, 3) bytes -> (B, 3, T, H, W) single precision."""
    return np.ascontiguousarray(strips.transpose(0, 4, 1, 2, 3), np.float32)


def _turned(arrays: Singles, turned: NDArray[np.bool_]) -> Singles:
    """Some of them as in a mirror; width is the last axis."""
    arrays[turned] = arrays[turned][..., ::-1]
    return arrays


def _fitted(picture: Singles, shape: tuple[int, ...]) -> Singles:
    import cv2

    return np.asarray(cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_AREA), np.float32)


def _as_large(maps: Tensor, logits: Tensor) -> Tensor:
    from torch.nn.functional import interpolate

    return interpolate(maps[:, None], size=logits.shape[1:], mode="bilinear")[:, 0]
