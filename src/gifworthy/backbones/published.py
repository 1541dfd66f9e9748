"""The published 3D-CNNs: what each reads, what it gives, how large it is.

No torch is needed to know or to run them, only to build or train them: `network` names the class.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from gifworthy.backbones.preparing import Preparation, Singles, Three, prepare
from gifworthy.types import Clip, Floats

if TYPE_CHECKING:
    from gifworthy.backbones.blocks import ClipNetwork
    from gifworthy.backbones.layouts import NetworkClass

IMAGENET_MEAN: Three = (0.485 * 255, 0.456 * 255, 0.406 * 255)
IMAGENET_STD: Three = (0.229 * 255, 0.224 * 255, 0.225 * 255)
KINETICS_MEAN: Three = (0.43216 * 255, 0.394666 * 255, 0.37645 * 255)
KINETICS_STD: Three = (0.22803 * 255, 0.22145 * 255, 0.216989 * 255)
HALF: Three = (127.5, 127.5, 127.5)
ONE: Three = (1.0, 1.0, 1.0)


class Runs(Protocol):
    """A net that runs: exported, on whatever the machine has."""

    def __call__(self, clips_ncthw: Singles, /) -> Singles:
        """(N, 3, T, H, W) -> (N, D)."""
        ...


@dataclass(frozen=True)
class Published:
    """A published 3D-CNN.

    name: ours. network: `module:class` of its definition in torch. feature_size: D. parameters: with
    the head it was published with. headless: without it. preparation: what it expects of clips; the
    weights at hand may say otherwise.
    """

    name: str
    network: str
    feature_size: int
    parameters: int
    headless: int
    preparation: Preparation

    def __call__(
        self,
        net: Runs,
        preparation: Preparation | None = None,
        mean_clip: Singles | None = None,
        batch: int = 1,
    ) -> ClipBackbone:
        """A backbone that runs this net. batch: clips at a time."""
        return ClipBackbone(net, preparation or self.preparation, mean_clip, batch)

    def network_class(self) -> NetworkClass[ClipNetwork]:
        """Its definition. Raises: ImportError without torch."""
        module, _, name = self.network.partition(":")
        return cast("NetworkClass[ClipNetwork]", getattr(import_module(module), name))


@dataclass(frozen=True)
class ClipBackbone:
    """A backbone made of a running net and what that net expects of its clips."""

    net: Runs
    preparation: Preparation
    mean_clip: Singles | None = None
    batch: int = 1

    def encode(self, clips: Sequence[Clip]) -> Floats:
        """One feature vector per clip: (N, D). The next clips are prepared while the net runs."""
        batches = [clips[i : i + self.batch] for i in range(0, len(clips), self.batch)]
        if not batches:
            return np.empty((0, 0))
        parts = []
        with ThreadPoolExecutor(1, "preparer") as preparer:
            coming = preparer.submit(self._prepared, batches[0])
            for following in [*batches[1:], None]:
                prepared = coming.result()
                if following is not None:
                    coming = preparer.submit(self._prepared, following)
                parts.append(self.net(prepared).astype(np.float64))
        return np.concatenate(parts)

    def _prepared(self, clips: Sequence[Clip]) -> Singles:
        return np.stack([prepare(clip, self.preparation, self.mean_clip) for clip in clips])


C3D = Published(
    "c3d",
    "gifworthy.backbones.c3d:C3D",
    feature_size=4096,
    parameters=79_991_015,
    headless=61_214_464,
    preparation=Preparation(
        16, (128, 171), 112, mean=(104.0, 117.0, 128.0), std=ONE, order="bgr", corner=(8, 29)
    ),
)
I3D = Published(
    "i3d",
    "gifworthy.backbones.i3d:I3D",
    feature_size=1024,
    parameters=12_697_264,
    headless=12_287_264,
    preparation=Preparation(16, 256, 224, mean=HALF, std=HALF),
)
P3D_199 = Published(
    "p3d-199",
    "gifworthy.backbones.p3d:P3D",
    feature_size=2048,
    parameters=66_492_240,
    headless=65_672_640,
    preparation=Preparation(16, 256, 160, mean=IMAGENET_MEAN, std=IMAGENET_STD),
)
R2PLUS1D_18 = Published(
    "r2plus1d-18",
    "gifworthy.backbones.r2plus1d:R2Plus1D18",
    feature_size=512,
    parameters=31_505_325,
    headless=31_300_125,
    preparation=Preparation(16, (128, 171), 112, mean=KINETICS_MEAN, std=KINETICS_STD),
)
R2PLUS1D_34 = Published(
    "r2plus1d-34",
    "gifworthy.backbones.r2plus1d:R2Plus1D34",
    feature_size=512,
    parameters=63_697_175,
    headless=63_491_975,
    preparation=Preparation(8, (128, 171), 112, mean=KINETICS_MEAN, std=KINETICS_STD),
)
R3D_18 = Published(
    "r3d-18",
    "gifworthy.backbones.resnet3d:R3D18",
    feature_size=512,
    parameters=33_371_472,
    headless=33_166_272,
    preparation=Preparation(16, (128, 171), 112, mean=KINETICS_MEAN, std=KINETICS_STD),
)
MC3_18 = Published(
    "mc3-18",
    "gifworthy.backbones.resnet3d:MC318",
    feature_size=512,
    parameters=11_695_440,
    headless=11_490_240,
    preparation=Preparation(16, (128, 171), 112, mean=KINETICS_MEAN, std=KINETICS_STD),
)
RESNET3D_50 = Published(
    "resnet3d-50",
    "gifworthy.backbones.resnet3d:ResNet50",
    feature_size=2048,
    parameters=47_018_576,
    headless=46_198_976,
    preparation=Preparation(16, 112, 112, mean=(114.7748, 107.7354, 99.4750), std=ONE),
)
S3D = Published(
    "s3d",
    "gifworthy.backbones.s3d:S3D",
    feature_size=1024,
    parameters=8_320_048,
    headless=7_910_048,
    preparation=Preparation(16, (256, 256), 224, mean=KINETICS_MEAN, std=KINETICS_STD),
)

PUBLISHED: dict[str, Published] = {
    net.name: net
    for net in (
        *(C3D, I3D, P3D_199, R2PLUS1D_18, R2PLUS1D_34),
        *(R3D_18, MC3_18, RESNET3D_50, S3D),
    )
}
