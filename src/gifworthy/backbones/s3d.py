"""S3D: I3D with its convolutions taken apart into space and time."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from torch import Tensor, nn

from gifworthy.backbones.blocks import ClipNetwork, ConvNorm, Norm, factored, named
from gifworthy.backbones.inception import MIXED, mean_of_neighbours, mixed_stage, outputs_of
from gifworthy.backbones.layouts import Layout

TENSORFLOW = Norm(eps=0.001, momentum=0.001)
ORDER = (
    *("conv1a", "pool2a", "conv2b", "conv2c", "pool3a", "mixed3b", "mixed3c", "pool4a"),
    *("mixed4b", "mixed4c", "mixed4d", "mixed4e", "mixed4f", "pool5a", "mixed5b", "mixed5c"),
)
BRANCHES = (
    (r"\.branch1\.0\.", ".second.point."),
    (r"\.branch1\.1\.", ".second.wide."),
    (r"\.branch2\.0\.", ".third.point."),
    (r"\.branch2\.1\.", ".third.wide."),
    (r"\.branch3\.1\.", ".pooled.point."),
)

TORCHVISION = Layout(
    "torchvision",
    (
        *((rf"^features\.{index}\.", f"layers.{name}.") for index, name in enumerate(ORDER)),
        (r"\.branch0\.", ".first."),
        *BRANCHES,
        (r"\.(conv1a|conv2c|wide)\.0\.", r".\1.space."),
        (r"\.(conv1a|conv2c|wide)\.1\.", r".\1.time."),
        (r"^classifier\.1\.", "head."),
        (r"\.0\.(\w+)$", r".conv.\1"),
        (r"\.1\.(\w+)$", r".norm.\1"),
    ),
)
KYLEMIN = Layout(
    "kylemin",
    (
        *((rf"^base\.{index}\.", f"layers.{name}.") for index, name in enumerate(ORDER)),
        (r"\.branch0\.0\.", ".first."),
        *BRANCHES,
        (r"\.(conv|bn)_s\.", r".space.\1."),
        (r"\.(conv|bn)_t\.", r".time.\1."),
        (r"\.bn\.", ".norm."),
        (r"^fc\.0\.", "head."),
    ),
)


class S3D(ClipNetwork):
    """Xie et al. 2018, "Rethinking spatiotemporal feature learning", separable, without gates.

        3 x 16 x 224 x 224
        conv1a 7 over space, 7 over time   64 x 8 x 112 x 112   pool2a by 1,2,2
        conv2b, conv2c                    192 x 8 x  56 x  56   pool3a by 1,2,2
        mixed3b, mixed3c                  480 x 8 x  28 x  28   pool4a by 2,2,2
        mixed4b ... mixed4f               832 x 4 x  14 x  14   pool5a by 2,2,2
        mixed5b, mixed5c                 1024 x 2 x   7 x   7   mean: 1024, the feature

    Args: classes: 400 for Kinetics, 0 for none. shrink: every width is divided by it.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (TORCHVISION, KYLEMIN)

    def __init__(self, classes: int = 400, shrink: int = 1) -> None:
        super().__init__(outputs_of(MIXED["mixed5c"]) // shrink, classes)
        mixed = partial(mixed_stage, point=_point, wide=_separable, shrink=shrink)
        self.layers = named(
            conv1a=_separable(3, 64 // shrink, 7, 2),
            pool2a=nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            conv2b=_point(64 // shrink, 64 // shrink),
            conv2c=_separable(64 // shrink, 192 // shrink),
            pool3a=nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1)),
            **mixed("3", 192 // shrink),
            pool4a=nn.MaxPool3d(3, 2, 1),
            **mixed("4", 480 // shrink),
            pool5a=nn.MaxPool3d(2, 2),
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


def _point(inputs: int, outputs: int) -> nn.Module:
    return ConvNorm(inputs, outputs, (1, 1, 1), norm=TENSORFLOW)


def _separable(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Module:
    return factored(
        ConvNorm(inputs, outputs, (1, side, side), (1, stride, stride), TENSORFLOW),
        ConvNorm(outputs, outputs, (side, 1, 1), (stride, 1, 1), TENSORFLOW),
    )
