"""P3D-199: a ResNet-152 with pseudo-3D bottlenecks."""

from __future__ import annotations

from typing import ClassVar, Literal

from torch import Tensor, nn

from gifworthy.backbones.blocks import ClipNetwork, ConvNorm, Residual, named
from gifworthy.backbones.layouts import Layout

Kind = Literal["A", "B", "C"]
KINDS: tuple[Kind, ...] = ("A", "B", "C")
BLOCKS = (3, 8, 36, 3)

PUBLISHED = Layout(
    "pseudo-3d-pytorch",
    (
        (r"^conv1_custom\.", "layers.stem.conv.conv."),
        (r"^bn1\.", "layers.stem.conv.norm."),
        *((rf"^layer{stage}\.", f"layers.stage{stage}.blocks.") for stage in (1, 2, 3, 4)),
        (r"\.conv1\.", ".body.reduce.conv."),
        (r"\.bn1\.", ".body.reduce.norm."),
        (r"\.conv2\.", ".body.pseudo.space.conv."),
        (r"\.bn2\.", ".body.pseudo.space.norm."),
        (r"\.conv3\.", ".body.pseudo.time.conv."),
        (r"\.bn3\.", ".body.pseudo.time.norm."),
        (r"\.conv_normal\.", ".body.flat.conv."),
        (r"\.bn_normal\.", ".body.flat.norm."),
        (r"\.conv4\.", ".body.expand.conv."),
        (r"\.bn4\.", ".body.expand.norm."),
        (r"\.downsample\.0\.", ".shortcut.conv."),
        (r"\.downsample\.1\.", ".shortcut.norm."),
        (r"^fc\.", "head."),
    ),
)


class Pseudo3D(nn.Module):
    """A convolution over space, S, and one over time, T, joined in one of three ways (figure 3).

    A: T(S(x)), one after the other. B: S(x) + T(x), side by side. C: S(x) + T(S(x)), both.
    """

    def __init__(self, channels: int, kind: Kind) -> None:
        super().__init__()
        self.space = ConvNorm(channels, channels, (1, 3, 3))
        self.time = ConvNorm(channels, channels, (3, 1, 1))
        self.kind = kind

    def forward(self, maps_ncthw: Tensor) -> Tensor:
        """(N, C, T, H, W) -> the same shape."""
        in_space: Tensor = self.space(maps_ncthw)
        in_time: Tensor = self.time(maps_ncthw if self.kind == "B" else in_space)
        return in_time if self.kind == "A" else in_space + in_time


class P3D(ClipNetwork):
    """Qiu et al. 2017, "Learning spatio-temporal representation with pseudo-3D residual networks".

        3 x 16 x 160 x 160
        stem 1,7,7 by 1,2,2; pool 2,3,3 by 2    64 x 8 x 40 x 40
        stage1,  3 pseudo-3D; pool time by 2   256 x 4 x 40 x 40
        stage2,  8 pseudo-3D; pool time by 2   512 x 2 x 20 x 20
        stage3, 36 pseudo-3D; pool time by 2  1024 x 1 x 10 x 10
        stage4,  3 over space alone           2048 x 1 x  5 x  5   mean: 2048, the feature

    The kinds A, B, C take turns from block to block. Bottlenecks stride in their first convolution.

    Args: classes: 400 for Kinetics, 0 for none. width: channels inside the first bottlenecks.
    """

    layouts: ClassVar[tuple[Layout, ...]] = (PUBLISHED,)

    def __init__(self, classes: int = 400, width: int = 64) -> None:
        super().__init__(32 * width, classes)
        stem = named(
            conv=ConvNorm(3, width, (1, 7, 7), (1, 2, 2)),
            pool=nn.MaxPool3d((2, 3, 3), 2, (0, 1, 1)),
        )
        stages = {f"stage{stage}": _stage(width, stage) for stage in (1, 2, 3, 4)}
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


def _stage(width: int, stage: int) -> nn.Module:
    inside = width << (stage - 1)
    inputs, stride = (width, 1) if stage == 1 else (2 * inside, 2)
    blocks = [_bottleneck(inputs, inside, _middle(inside, stage, 0), stride)]
    for index in range(1, BLOCKS[stage - 1]):
        blocks.append(_bottleneck(4 * inside, inside, _middle(inside, stage, index), 1))
    if stage == 4:
        return named(blocks=nn.Sequential(*blocks))
    return named(blocks=nn.Sequential(*blocks), pool=nn.MaxPool3d((2, 1, 1)))


def _middle(channels: int, stage: int, index: int) -> dict[str, nn.Module]:
    if stage == 4:
        return {"flat": ConvNorm(channels, channels, (1, 3, 3))}
    before = sum(BLOCKS[: stage - 1])
    return {"pseudo": Pseudo3D(channels, KINDS[(before + index) % len(KINDS)])}


def _bottleneck(inputs: int, inside: int, middle: dict[str, nn.Module], stride: int) -> nn.Module:
    strides = (1, stride, stride)
    body = named(
        reduce=ConvNorm(inputs, inside, (1, 1, 1), strides),
        **middle,
        expand=ConvNorm(inside, 4 * inside, (1, 1, 1), active=False),
    )
    if inputs == 4 * inside:
        return Residual(body, None)
    return Residual(body, ConvNorm(inputs, 4 * inside, (1, 1, 1), strides, active=False))
