"""R(2+1)D: a ResNet whose convolutions are taken apart into space and time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from gifworthy.backbones.blocks import ConvNorm, Norm, Size, factored
from gifworthy.backbones.layouts import Layout
from gifworthy.backbones.videoresnet import TORCHVISION_BLOCKS, Channels, Shape, VideoResNet

CAFFE2 = Norm(eps=1e-3, momentum=0.9)

TORCHVISION = Layout(
    "torchvision",
    (
        *TORCHVISION_BLOCKS,
        (r"\.(first|second)\.0\.0\.", r".\1.space.conv."),
        (r"\.(first|second)\.0\.1\.", r".\1.space.norm."),
        (r"\.(first|second)\.0\.3\.", r".\1.time.conv."),
        (r"\.(first|second)\.1\.", r".\1.time.norm."),
        (r"\.stem\.0\.", ".stem.space.conv."),
        (r"\.stem\.1\.", ".stem.space.norm."),
        (r"\.stem\.3\.", ".stem.time.conv."),
        (r"\.stem\.4\.", ".stem.time.norm."),
    ),
)


@dataclass(frozen=True)
class Factored:
    """3 x 3 over space, then 3 over time, with more channels between them."""

    norm: Norm

    def __call__(self, channels: Channels, stride: int, *, active: bool) -> nn.Module:
        """The convolution with its norms, and its last ReLU when `active`."""
        inputs, between, outputs = channels.inputs, channels.between, channels.outputs
        return factored(
            ConvNorm(inputs, between, (1, 3, 3), (1, stride, stride), self.norm),
            ConvNorm(between, outputs, (3, 1, 1), (stride, 1, 1), self.norm, active=active),
        )

    def skip(self, stride: int) -> Size:
        """The stride of a shortcut beside it."""
        return (stride, stride, stride)


class R2Plus1D(VideoResNet):
    """Tran et al. 2018, section 3.5; drawn in `VideoResNet`.

    Args: shape: how deep and wide. classes: 0 for none.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (TORCHVISION,)

    def __init__(self, shape: Shape, classes: int) -> None:
        between = 45 * shape.width // 64
        stem = factored(
            ConvNorm(3, between, (1, 7, 7), (1, 2, 2), shape.norm),
            ConvNorm(between, shape.width, (3, 1, 1), (1, 1, 1), shape.norm),
        )
        super().__init__(stem, (Factored(shape.norm),) * 4, shape, classes)


class R2Plus1D18(R2Plus1D):
    """Eighteen layers, as in torchvision."""

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        super().__init__(Shape((2, 2, 2, 2), width, own_between=False), classes)


class R2Plus1D34(R2Plus1D):
    """Thirty-four layers, as learnt on IG-65M in Caffe2 (Ghadiyaram et al. 2019)."""

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        super().__init__(Shape((3, 4, 6, 3), width, CAFFE2), classes)
