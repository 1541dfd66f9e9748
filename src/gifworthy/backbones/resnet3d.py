"""ResNets over clips: R3D-18 and MC3-18 of basic blocks, and the 3D-ResNet-50 of bottlenecks."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from gifworthy.backbones.blocks import ClipNetwork, ConvNorm, Residual, Size, named
from gifworthy.backbones.layouts import Layout
from gifworthy.backbones.videoresnet import TORCHVISION_BLOCKS, Channels, Shape, VideoResNet

TORCHVISION = Layout(
    "torchvision",
    (
        *TORCHVISION_BLOCKS,
        (r"\.(first|second|stem)\.0\.", r".\1.conv."),
        (r"\.(first|second|stem)\.1\.", r".\1.norm."),
    ),
)
HARA = Layout(
    "3D-ResNets-PyTorch",
    (
        (r"^conv1\.", "layers.stem.conv.conv."),
        (r"^bn1\.", "layers.stem.conv.norm."),
        *((rf"^layer{stage}\.", f"layers.stage{stage}.") for stage in (1, 2, 3, 4)),
        (r"\.conv1\.", ".body.reduce.conv."),
        (r"\.conv2\.", ".body.wide.conv."),
        (r"\.conv3\.", ".body.expand.conv."),
        (r"\.bn1\.", ".body.reduce.norm."),
        (r"\.bn2\.", ".body.wide.norm."),
        (r"\.bn3\.", ".body.expand.norm."),
        (r"\.downsample\.0\.", ".shortcut.conv."),
        (r"\.downsample\.1\.", ".shortcut.norm."),
        (r"^fc\.", "head."),
    ),
)


class Full:
    """3 x 3 x 3, all at once."""

    def __call__(self, channels: Channels, stride: int, *, active: bool) -> nn.Module:
        """The convolution with its norm, and its ReLU when `active`."""
        inputs, outputs = channels.inputs, channels.outputs
        return ConvNorm(inputs, outputs, (3, 3, 3), self.skip(stride), active=active)

    def skip(self, stride: int) -> Size:
        """The stride of a shortcut beside it."""
        return (stride, stride, stride)


class Flat:
    """3 x 3 over space only; the moments stay apart."""

    def __call__(self, channels: Channels, stride: int, *, active: bool) -> nn.Module:
        """The convolution with its norm, and its ReLU when `active`."""
        inputs, outputs = channels.inputs, channels.outputs
        return ConvNorm(inputs, outputs, (1, 3, 3), self.skip(stride), active=active)

    def skip(self, stride: int) -> Size:
        """The stride of a shortcut beside it."""
        return (1, stride, stride)


class R3D18(VideoResNet):
    """Tran et al. 2018, R3D: every convolution is over space and time; drawn in `VideoResNet`."""

    layouts: ClassVar[tuple[Layout, ...]] = (TORCHVISION,)

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        super().__init__(_stem(width), (Full(),) * 4, Shape((2, 2, 2, 2), width), classes)


class MC318(VideoResNet):
    """Tran et al. 2018, MC3: time in the stem and the first stage, space alone after it."""

    layouts: ClassVar[tuple[Layout, ...]] = (TORCHVISION,)

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        kernels = (Full(), Flat(), Flat(), Flat())
        super().__init__(_stem(width), kernels, Shape((2, 2, 2, 2), width), classes)


class ResNet50(ClipNetwork):
    """Hara et al. 2018, "Can spatiotemporal 3D CNNs retrace the history of 2D CNNs and ImageNet?".

        3 x 16 x 112 x 112
        stem 7,7,7 by 1,2,2; pool 3 by 2     64 x 8 x 28 x 28
        stage1, 3 bottlenecks               256 x 8 x 28 x 28
        stage2, 4                           512 x 4 x 14 x 14
        stage3, 6                          1024 x 2 x  7 x  7
        stage4, 3                          2048 x 1 x  4 x  4   mean: 2048, the feature

    Args: classes: 400 for Kinetics, 0 for none. width: channels inside the first bottlenecks.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (HARA,)

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        super().__init__(32 * width, classes)
        stem = named(conv=ConvNorm(3, width, (7, 7, 7), (1, 2, 2)), pool=nn.MaxPool3d(3, 2, 1))
        stages = {
            f"stage{stage + 1}": _bottlenecks(count, width, stage)
            for stage, count in enumerate((3, 4, 6, 3))
        }
        self.layers = named(stem=stem, **stages)
        self.begin_learning()

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """Stem and stages in order."""
        return tuple(self.layers)

    def maps(self, clips_ncthw: Tensor) -> Tensor:
        """The last stage: (N, 2048, T/16, H/32, W/32)."""
        maps: Tensor = self.layers(clips_ncthw)
        return maps


def _stem(width: int) -> nn.Module:
    return ConvNorm(3, width, (3, 7, 7), (1, 2, 2))


def _bottlenecks(count: int, width: int, stage: int) -> nn.Module:
    inside = width << stage
    inputs = 2 * inside if stage else width
    first = _bottleneck(inputs, inside, stride=2 if stage else 1)
    return nn.Sequential(first, *(_bottleneck(4 * inside, inside) for _ in range(1, count)))


def _bottleneck(inputs: int, inside: int, stride: int = 1) -> nn.Module:
    outputs, strides = 4 * inside, (stride, stride, stride)
    body = named(
        reduce=ConvNorm(inputs, inside, (1, 1, 1)),
        wide=ConvNorm(inside, inside, (3, 3, 3), strides),
        expand=ConvNorm(inside, outputs, (1, 1, 1), active=False),
    )
    if inputs == outputs:
        return Residual(body, None)
    return Residual(body, ConvNorm(inputs, outputs, (1, 1, 1), strides, active=False))
