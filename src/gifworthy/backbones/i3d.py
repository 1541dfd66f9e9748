"""I3D: GoogLeNet, its filters inflated from pictures to clips."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional

from gifworthy.backbones.blocks import ClipNetwork, ConvNorm, Norm, Size, named
from gifworthy.backbones.inception import MIXED, mean_of_neighbours, mixed_stage, outputs_of
from gifworthy.backbones.layouts import Layout

TENSORFLOW = Norm(eps=0.001, momentum=0.01)

KINETICS = Layout(
    "Kinetics, converted from TensorFlow",
    (
        ("^Conv3d_(..)_.x.", r"layers.conv\1"),
        ("^Mixed_", "layers.mixed"),
        (r"\.b0\.", ".first."),
        (r"\.b1a\.", ".second.point."),
        (r"\.b1b\.", ".second.wide."),
        (r"\.b2a\.", ".third.point."),
        (r"\.b2b\.", ".third.wide."),
        (r"\.b3b\.", ".pooled.point."),
        (r"^logits\.conv3d\.", "head."),
        (r"\.conv3d\.", ".conv."),
        (r"\.bn\.", ".norm."),
    ),
)


class I3D(ClipNetwork):
    """Carreira and Zisserman 2017, "Quo vadis, action recognition?", the RGB stream.

        3 x 16 x 224 x 224
        conv1a 7,7,7 by 2,2,2   64 x 8 x 112 x 112   pool2a by 1,2,2
        conv2b, conv2c         192 x 8 x  56 x  56   pool3a by 1,2,2
        mixed3b, mixed3c       480 x 8 x  28 x  28   pool4a by 2,2,2
        mixed4b ... mixed4f    832 x 4 x  14 x  14   pool5a by 2,2,2
        mixed5b, mixed5c      1024 x 2 x   7 x   7   mean: 1024, the feature

    Edges are padded as TensorFlow pads them, more at the end than at the beginning.

    Args: classes: 400 for Kinetics, 0 for none. shrink: every width is divided by it; above 1 for
    nets that are small enough to learn from nothing.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (KINETICS,)

    def __init__(self, classes: int = 400, shrink: int = 1) -> None:
        super().__init__(outputs_of(MIXED["mixed5c"]) // shrink, classes)
        mixed = partial(mixed_stage, point=_point, wide=_wide, shrink=shrink)
        self.layers = named(
            conv1a=SameConv(3, 64 // shrink, (7, 7, 7), (2, 2, 2)),
            pool2a=SamePool((1, 3, 3), (1, 2, 2)),
            conv2b=ConvNorm(64 // shrink, 64 // shrink, (1, 1, 1), norm=TENSORFLOW),
            conv2c=ConvNorm(64 // shrink, 192 // shrink, (3, 3, 3), norm=TENSORFLOW),
            pool3a=SamePool((1, 3, 3), (1, 2, 2)),
            **mixed("3", 192 // shrink),
            pool4a=SamePool((3, 3, 3), (2, 2, 2)),
            **mixed("4", 480 // shrink),
            pool5a=SamePool((2, 2, 2), (2, 2, 2)),
            **mixed("5", 832 // shrink),
        )
        self.begin_learning()

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """The layers in order."""
        return tuple(self.layers)

    def maps(self, clips_ncthw: Tensor) -> Tensor:
        """mixed5c: (N, 1024, T/8, H/32, W/32)."""
        maps: Tensor = self.layers(clips_ncthw)
        return maps

    def forward(self, clips_ncthw: Tensor) -> Tensor:
        """The mean of mixed5c: (N, 1024)."""
        return mean_of_neighbours(self.maps(clips_ncthw))


class SameConv(ConvNorm):
    """A strided convolution padded as TensorFlow's SAME."""

    def __init__(self, inputs: int, outputs: int, kernel: Size, stride: Size) -> None:
        super().__init__(inputs, outputs, kernel, stride, TENSORFLOW)
        self.conv.padding = (0, 0, 0)
        self.kernel, self.stride = kernel, stride

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T / stride, ...), rounded up."""
        return super().forward(_padded(maps_ncthw, self.kernel, self.stride))


class SamePool(nn.Module):
    """A maximum padded as TensorFlow's SAME; zeros never win, since what comes in is not below 0."""

    def __init__(self, kernel: Size, stride: Size) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C, T / stride, ...), rounded up."""
        padded = _padded(maps_ncthw, self.kernel, self.stride)
        return functional.max_pool3d(padded, self.kernel, self.stride)


def _padded(maps: Tensor, kernel: Size, stride: Size) -> Tensor:
    around: list[int] = []
    for axis in (2, 1, 0):  # the last axis first
        length = maps.shape[2 + axis]
        lacking = max(0, kernel[axis] - (length % stride[axis] or stride[axis]))
        around += [lacking // 2, lacking - lacking // 2]
    return functional.pad(maps, around)


def _point(inputs: int, outputs: int) -> nn.Module:
    return ConvNorm(inputs, outputs, (1, 1, 1), norm=TENSORFLOW)


def _wide(inputs: int, outputs: int) -> nn.Module:
    return ConvNorm(inputs, outputs, (3, 3, 3), norm=TENSORFLOW)
