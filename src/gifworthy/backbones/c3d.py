"""C3D: eight convolutions over space and time, then dense layers."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from gifworthy.backbones.blocks import ClipNetwork
from gifworthy.backbones.layouts import Layout

WIDTHS = {
    "conv1a": (3, 64),
    "conv2a": (64, 128),
    "conv3a": (128, 256),
    "conv3b": (256, 256),
    "conv4a": (256, 512),
    "conv4b": (512, 512),
    "conv5a": (512, 512),
    "conv5b": (512, 512),
}
LASAGNE_ORDER = (*WIDTHS, "fc6", "fc7", "head")

SPORTS_1M = Layout(
    "Sports-1M", (("^conv1\\.", "conv1a."), ("^conv2\\.", "conv2a."), ("^fc8", "head"))
)
OPENMMLAB = Layout("openmmlab", (("^backbone\\.", ""), ("^fc8", "head"), ("\\.conv\\.", ".")))
LASAGNE = Layout(
    "Lasagne, Theano",
    tuple(
        (f"^arr_{2 * index + is_bias}$", f"{layer}.{'bias' if is_bias else 'weight'}")
        for index, layer in enumerate(LASAGNE_ORDER)
        for is_bias in (0, 1)
    ),
    transposed=True,
)


class C3D(ClipNetwork):
    """Tran et al. 2015, "Learning spatiotemporal features with 3D convolutional networks".

        3 x 16 x 112 x 112
        conv1a  64 x 16 x 112 x 112  pool 1,2,2 ->  64 x 16 x 56 x 56
        conv2a 128 x 16 x  56 x  56  pool 2,2,2 -> 128 x  8 x 28 x 28
        conv3b 256 x  8 x  28 x  28  pool 2,2,2 -> 256 x  4 x 14 x 14
        conv4b 512 x  4 x  14 x  14  pool 2,2,2 -> 512 x  2 x  7 x  7
        conv5b 512 x  2 x   7 x   7  pool 2,2,2 -> 512 x  1 x  4 x  4 = 8192
        fc6 4096, the feature; fc7 4096, classes

    The last pool takes the odd 7 x 7 maps in the way of Caffe, where the weights were learnt: what
    is missing is added on the right and below. Padding on all sides, as some ports do, reads
    other neighbours.

    Args: classes: 487 for Sports-1M, 0 for the net up to fc6. shrink: every width is divided by it;
    above 1 for nets that are small enough to learn from nothing. side: pixels of the clips' sides,
    which fc6 must know.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (SPORTS_1M, OPENMMLAB, LASAGNE)
    classifier: ClassVar[tuple[str, ...]] = ("fc7", "head")

    def __init__(self, classes: int = 487, shrink: int = 1, side: int = 112) -> None:
        wide = 4096 // shrink
        super().__init__(wide, classes)
        for name, (inputs, outputs) in WIDTHS.items():
            narrow = inputs if name == "conv1a" else inputs // shrink
            self.add_module(name, nn.Conv3d(narrow, outputs // shrink, 3, padding=1))
        self.fc6 = nn.Linear(512 // shrink * math.ceil(side / 32) ** 2, wide)
        self.fc7 = nn.Linear(wide, wide) if classes else None
        self.begin_learning()

    def maps(self, clips_ncthw: Tensor) -> Tensor:
        """What fc6 reads: (N, 512, 1, 4, 4), pool5."""
        maps = functional.max_pool3d(self._convolved("conv1a", clips_ncthw), (1, 2, 2))
        maps = functional.max_pool3d(self._convolved("conv2a", maps), 2)
        for stage in "345":
            maps = self._convolved(f"conv{stage}b", self._convolved(f"conv{stage}a", maps))
            maps = functional.max_pool3d(maps, 2, ceil_mode=True)
        return maps

    def forward(self, clips_ncthw: Tensor) -> Tensor:
        """fc6 after its ReLU: (N, 4096). The clips must be 16 frames of `side` x `side`."""
        return functional.relu(self.fc6(torch.flatten(self.maps(clips_ncthw), 1)))

    def classify(self, clips_ncthw: Tensor) -> Tensor:
        """Logits: (N, K). Raises: ValueError when the net has no classes."""
        if self.fc7 is None or self.head is None:
            raise ValueError("this C3D was built without classes")
        logits_nk: Tensor = self.head(functional.relu(self.fc7(self(clips_ncthw))))
        return logits_nk

    def _convolved(self, name: str, maps: Tensor) -> Tensor:
        convolved: Tensor = self.get_submodule(name)(maps)
        return functional.relu(convolved)
