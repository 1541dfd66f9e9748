"""What R3D, MC3 and R(2+1)D share: a ResNet of basic blocks whose convolutions are interchangeable.

Tran et al. 2018, "A closer look at spatiotemporal convolutions for action recognition".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from gifworthy.backbones.blocks import PLAIN, ClipNetwork, ConvNorm, Norm, Residual, Size, named


class Kernel(Protocol):
    """One kind of 3 x 3 x 3 convolution."""

    def __call__(self, channels: Channels, stride: int, *, active: bool) -> nn.Module:
        """The convolution with its norm, and its ReLU when `active`."""
        ...

    def skip(self, stride: int) -> Size:
        """The stride of a shortcut beside it."""
        ...


@dataclass(frozen=True)
class Channels:
    """Inputs and outputs of a convolution, and those between its two halves when it is factored."""

    inputs: int
    outputs: int
    between: int


def between(inputs: int, outputs: int) -> int:
    """As many channels between the halves as give a full convolution's number of weights (section 3.5)."""
    return inputs * outputs * 27 // (inputs * 9 + 3 * outputs)


@dataclass(frozen=True)
class Shape:
    """blocks: of each of the four stages. width: channels of the first stage, doubled at every next.

    own_between: both halves of a block's second convolution are joined by its own number of channels,
    as in the authors' nets; torchvision's R(2+1)D-18 takes that of the first convolution.
    """

    blocks: tuple[int, int, int, int]
    width: int = 64
    norm: Norm = PLAIN
    own_between: bool = True


TORCHVISION_BLOCKS = (
    *((rf"^layer{stage + 1}\.", f"layers.stage{stage + 1}.") for stage in range(4)),
    ("^stem", "layers.stem"),
    (r"\.conv1\.", ".body.first."),
    (r"\.conv2\.", ".body.second."),
    (r"\.downsample\.0\.", ".shortcut.conv."),
    (r"\.downsample\.1\.", ".shortcut.norm."),
    (r"^fc\.", "head."),
)
"""Torchvision's names outside the convolutions."""


class VideoResNet(ClipNetwork):
    """Stem, four stages of basic blocks, mean.

    3 x 16 x 112 x 112
    stem     64 x 16 x 56 x 56
    stage1   64 x 16 x 56 x 56
    stage2  128 x  8 x 28 x 28     (16 moments all along where the kernel has no time)
    stage3  256 x  4 x 14 x 14
    stage4  512 x  2 x  7 x  7     mean: 512, the feature
    """

    def __init__(
        self, stem: nn.Module, kernels: tuple[Kernel, ...], shape: Shape, classes: int
    ) -> None:
        super().__init__(8 * shape.width, classes)
        stages = {
            f"stage{stage + 1}": _stage(kernel, stage, shape)
            for stage, kernel in enumerate(kernels)
        }
        self.layers = named(stem=stem, **stages)
        self.begin_learning()

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """Stem and stages in order."""
        return tuple(self.layers)

    def maps(self, clips_ncthw: Tensor) -> Tensor:
        """The last stage: (N, 512, T/8, H/16, W/16)."""
        maps: Tensor = self.layers(clips_ncthw)
        return maps


def _stage(kernel: Kernel, stage: int, shape: Shape) -> nn.Module:
    outputs = shape.width << stage
    inputs = outputs // 2 if stage else outputs
    blocks = [_block(kernel, inputs, outputs, shape)]
    blocks += [_block(kernel, outputs, outputs, shape) for _ in range(1, shape.blocks[stage])]
    return nn.Sequential(*blocks)


def _block(kernel: Kernel, inputs: int, outputs: int, shape: Shape) -> nn.Module:
    stride = 1 if inputs == outputs else 2
    first = Channels(inputs, outputs, between(inputs, outputs))
    own = between(outputs, outputs) if shape.own_between else first.between
    body = named(
        first=kernel(first, stride, active=True),
        second=kernel(Channels(outputs, outputs, own), 1, active=False),
    )
    return Residual(
        body, None if stride == 1 else _shortcut(inputs, outputs, kernel.skip(stride), shape)
    )


def _shortcut(inputs: int, outputs: int, stride: Size, shape: Shape) -> nn.Module:
    return ConvNorm(inputs, outputs, (1, 1, 1), stride, shape.norm, active=False)
