"""What the published 3D-CNNs are built of.

Shapes: N clips, C channels, T frames, H height, W width, D feature size, K classes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from gifworthy.backbones.layouts import Layout

Size = tuple[int, int, int]


@dataclass(frozen=True)
class Norm:
    """The constants of a batch norm; published nets differ in them."""

    eps: float = 1e-5
    momentum: float = 0.1


PLAIN = Norm()


class ClipNetwork(nn.Module, ABC):
    """What every 3D-CNN here is: (N, 3, T, H, W) clips in, (N, D) features out.

    head: from features to classes; None when the net has no classes. layouts: how published files
    name its weights. classifier: the parts that are left out with the classes.
    """

    layouts: ClassVar[tuple[Layout, ...]] = ()
    classifier: ClassVar[tuple[str, ...]] = ("head",)

    def __init__(self, feature_size: int, classes: int) -> None:
        super().__init__()
        self.feature_size = feature_size
        self.head = nn.Linear(feature_size, classes) if classes else None

    def begin_learning(self) -> None:
        """Draw weights to learn from nothing: He et al. 2015 for ReLU, as torchvision does."""
        for part in self.modules():
            if isinstance(part, nn.Conv3d):
                nn.init.kaiming_normal_(part.weight, mode="fan_out", nonlinearity="relu")

    @abstractmethod
    def maps(self, clips_ncthw: Tensor) -> Tensor:
        """What the last convolution sees: (N, D, T', H', W')."""

    @property
    def stages(self) -> tuple[nn.Module, ...]:
        """The parts that hold weights, front to back, without the head: what fine-tuning freezes."""
        return tuple(part for name, part in self.named_children() if name != "head")

    def forward(self, clips_ncthw: Tensor) -> Tensor:
        """One feature vector per clip: (N, D)."""
        return self.maps(clips_ncthw).mean((2, 3, 4))

    def classify(self, clips_ncthw: Tensor) -> Tensor:
        """Logits: (N, K). Raises: ValueError when the net has no classes."""
        if self.head is None:
            raise ValueError(f"this {type(self).__name__} was built without classes")
        logits_nk: Tensor = self.head(self(clips_ncthw))
        return logits_nk


class ConvNorm(nn.Module):
    """Convolution without bias, batch norm, and ReLU unless it is not `active`."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: Size,
        stride: Size = (1, 1, 1),
        norm: Norm = PLAIN,
        *,
        active: bool = True,
    ) -> None:
        super().__init__()
        around = (kernel[0] // 2, kernel[1] // 2, kernel[2] // 2)
        self.conv = nn.Conv3d(inputs, outputs, kernel, stride, around, bias=False)
        self.norm = nn.BatchNorm3d(outputs, norm.eps, norm.momentum)
        self.active = active

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T', H', W')."""
        normed: Tensor = self.norm(self.conv(maps_ncthw))
        return functional.relu(normed) if self.active else normed


Convolution = Callable[[int, int], nn.Module]
"""Makes a k x k x k convolution of some kind from its numbers of channels."""


def named(**parts: nn.Module) -> nn.Sequential:
    """Parts one after another, each with a name."""
    return nn.Sequential(OrderedDict(parts))


def factored(space: ConvNorm, time: ConvNorm) -> nn.Sequential:
    """A 3D convolution as one over space and one over time."""
    return named(space=space, time=time)


class Residual(nn.Module):
    """relu(body(x) + shortcut(x)); the shortcut is the identity when there is none."""

    def __init__(self, body: nn.Module, shortcut: nn.Module | None) -> None:
        super().__init__()
        self.body = body
        self.shortcut = shortcut

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, C', T', H', W')."""
        beside = maps_ncthw if self.shortcut is None else self.shortcut(maps_ncthw)
        added: Tensor = self.body(maps_ncthw) + beside
        return functional.relu(added)


class Inception(nn.Module):
    """Four branches side by side: 1, 1 then 3, 1 then 3, pool then 1 (GoogLeNet, figure 2b).

    widths: outputs of the first branch, middle and end of the second and third, the pooled one.
    point, wide: how 1 x 1 x 1 and 3 x 3 x 3 convolutions are made.
    """

    def __init__(
        self, inputs: int, widths: tuple[int, ...], point: Convolution, wide: Convolution
    ) -> None:
        super().__init__()
        first, two, second, three, third, pooled = widths
        self.first = point(inputs, first)
        self.second = named(point=point(inputs, two), wide=wide(two, second))
        self.third = named(point=point(inputs, three), wide=wide(three, third))
        self.pooled = named(pool=nn.MaxPool3d(3, 1, 1), point=point(inputs, pooled))

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> (N, sum of the branches, T, H, W)."""
        branches = (self.first, self.second, self.third, self.pooled)
        return torch.cat([branch(maps_ncthw) for branch in branches], dim=1)
