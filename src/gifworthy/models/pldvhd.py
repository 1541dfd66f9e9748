"""PLD-VHD's net: which pixels of a frame belong to a highlight, by the frames before it.

Shape letters: N strips, C channels, T frames of a strip, K frames that get a map, H height, W width,
P = T / 8 places in time.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from gifworthy.backbones.blocks import named
from gifworthy.backbones.layouts import Layout, Misfit, Weights, fit
from gifworthy.backbones.s3d import KYLEMIN, ORDER, S3D, TENSORFLOW
from gifworthy.errors import WeightsBroken
from gifworthy.models.unpooling import summits, unpooled
from gifworthy.sliding import STRIDE, WINDOW, strip_length

Pooling = Literal["mean", "max", "top-tenth"]
POOLINGS: tuple[Pooling, ...] = ("mean", "max", "top-tenth")
GREY = 127.5
SIDE = 32
STAGES = (0, 5, 8, 14)
"""Of S3D's layers: where TASED-Net's four parts begin (pooling counts as a layer there)."""


class PldVhd(nn.Module):
    """Wei et al., "Learning Pixel-Level Distinctions for Video Highlight Detection", CVPR 2022 (S4).

    The paper's own layers were not published. What it says (3D convolutional encoder and decoder, 32
    frames that slide, a map of the last of them, as large as the frame) is TASED-Net's plan (Min and
    Corso, ICCV 2019), which is built here, over a strip of T = 32 + 8 (K - 1) frames:

        3 x T x H x W, grey levels 0..255 -> -1..1
        S3D to conv2c        192 x T/2 x H/4  x W/4    where its maxima over 8 frames lie -------+
        S3D to mixed3c       480 x T/2 x H/8  x W/8    where its maxima over 8 frames lie ----+  |
        S3D to mixed4f       832 x T/4 x H/16 x W/16   where its maxima over 8 frames lie -+  |  |
        S3D to mixed5c      1024 x P   x H/32 x W/32                                       |  |  |
        1x1, 3x3             832 x P   x H/32 x W/32   unpooled <--------------------------+  |  |
        3x3                  480 x P   x H/16 x W/16   unpooled <-----------------------------+  |
        3x3                  192 x P   x H/8  x W/8    unpooled <--------------------------------+
        4x4 up by 2           64 x P   x H/2  x W/2
        2 in time, 1x1, 2 in time  4 x K x H/2 x W/2   four places in time become one
        4x4 up by 2, 1x1       1 x K x H x W           logits

    With K = 1 it is TASED-Net: 7,910,048 parameters of the encoder, 13,350,645 of the decoder. With
    more, neighbouring windows share what they have in common: map k is that of frame 31 + 8 k, and its
    window's first and last convolutions see the strip's own frames where a lone window sees nothing.

    Args:
        targets: K. shrink: every width is divided by it; 1 as published. height, width: H, W, which
            are multiples of 32. temporal: whether frames before the target are seen; without, the
            target is shown in their place. pooling: of a map to a frame's score. auxiliary: whether
            a second map says what draws the eye, highlight or not.
    Raises: ValueError for sides that cannot be halved five times, or another pooling.
    """

    layouts: ClassVar[tuple[Layout, ...]]
    classifier: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        targets: int = 1,
        shrink: int = 1,
        height: int = 224,
        width: int = 384,
        temporal: bool = True,
        pooling: Pooling = "mean",
        auxiliary: bool = False,
    ) -> None:
        super().__init__()
        if min(height, width) < SIDE or height % SIDE or width % SIDE:
            raise ValueError(
                f"height and width must be multiples of {SIDE}, not {height} and {width}"
            )
        if pooling not in POOLINGS:
            raise ValueError(f"pooling must be one of {', '.join(POOLINGS)}, not {pooling!r}")
        strip_length(targets)
        self.targets, self.height, self.width = targets, height, width
        self.temporal, self.pooling = temporal, pooling
        self.encoder = S3D(classes=0, shrink=shrink)
        self.decoder = Decoder(shrink, 2 if auxiliary else 1)

    @property
    def frames(self) -> int:
        """T."""
        return strip_length(self.targets)

    def forward(self, strips_n3thw: Tensor) -> tuple[Tensor, ...]:
        """The score of each target, (N, K) in 0..1, and the logits of its map, (N, K, H, W).

        With `auxiliary` also the logits of what draws the eye, (N, K, H, W).
        """
        logits = self._logits(strips_n3thw) if self.temporal else self._one_by_one(strips_n3thw)
        scores = pooled(torch.sigmoid(logits[:, 0].float()), self.pooling)
        return (scores, *logits.unbind(1))

    def _logits(self, strips_n3thw: Tensor) -> Tensor:
        """(N, 1 or 2, K, H, W)."""
        layers, scaled = self.encoder.layers, strips_n3thw / GREY - 1
        fine = layers[:4](scaled)
        middle = layers[4:7](fine)
        coarse = layers[7:13](middle)
        deep = layers[13:](coarse)
        maxima = (
            summits(_over_time(coarse, 2), 2),
            summits(_over_time(middle, 4), 3),
            summits(_over_time(fine, 4), 3),
        )
        found: Tensor = self.decoder(deep, maxima)
        return found

    def _one_by_one(self, strips_n3thw: Tensor) -> Tensor:
        """Each target stands still for as long as a window is."""
        shown = strips_n3thw[:, :, WINDOW - 1 :: STRIDE].transpose(1, 2).flatten(0, 1)
        still = shown.unsqueeze(2).expand(-1, -1, WINDOW, -1, -1)
        found = self._logits(still)[:, :, 0]
        return found.reshape(-1, self.targets, *found.shape[1:]).transpose(1, 2)

    def settle(self, momentum: float, inside: nn.Module | None = None) -> None:
        """Let the norms, or those inside a part, follow as quickly as what learns from nothing needs."""
        for part in (inside or self).modules():
            if isinstance(part, nn.BatchNorm3d):
                part.momentum = momentum


class Decoder(nn.Module):
    """TASED-Net's decoder: three times spread where the maxima lay, then up to the frame's size.

    Args: shrink: as of the net. maps: 1, or 2 with the auxiliary one.
    """

    def __init__(self, shrink: int, maps: int) -> None:
        super().__init__()
        deep, coarse, middle, fine, last = (width // shrink for width in (1024, 832, 480, 192, 64))
        self.first = named(
            **_block("point", nn.Conv3d(deep, deep, 1, bias=False)),
            **_block("wide", _wide(deep, coarse)),
        )
        self.second = named(**_block("wide", _wide(coarse, middle)))
        self.third = named(**_block("wide", _wide(middle, fine)))
        # What strides by 2 in TASED-Net's single window is 1 and 2 apart in a strip of many.
        self.fourth = named(
            **_block("up", _doubling(fine, last)),
            **_block("pairs", nn.Conv3d(last, last, (2, 1, 1), bias=False)),
            **_block("point", nn.ConvTranspose3d(last, 4, 1, bias=False)),
            **_block("fours", nn.Conv3d(4, 4, (2, 1, 1), dilation=(2, 1, 1), bias=False)),
            last=_doubling(4, 4),
            map=nn.Conv3d(4, maps, 1),
        )
        self._begin()

    def forward(self, deep: Tensor, maxima: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """mixed5c, and where maxima lay, coarse to fine -> (N, 1 or 2, K, H, W) logits."""
        spread = unpooled(self.first(deep), maxima[0], 2)
        spread = unpooled(self.second(spread), maxima[1], 3)
        spread = unpooled(self.third(spread), maxima[2], 3)
        logits: Tensor = self.fourth(spread)
        return logits

    def _begin(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Conv3d | nn.ConvTranspose3d):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")


def pooled(maps_nkhw: Tensor, pooling: Pooling) -> Tensor:
    """A frame's score from its map: the mean of all, of the highest tenth, or the highest: (N, K)."""
    flat = maps_nkhw.flatten(2)
    if pooling == "mean":
        return flat.mean(2)
    count = 1 if pooling == "max" else math.ceil(flat.shape[2] / 10)
    return flat.topk(count, dim=2).values.mean(2)


def tased(weights: Weights, targets: int = 1) -> PldVhd:
    """The net with the weights that TASED-Net's authors published.

    Raises: WeightsBroken when they are of another net.
    """
    found = fit(weights, _Published(targets))
    if isinstance(found, Misfit):
        raise WeightsBroken(f"these are not the weights of TASED-Net: {found}; give TASED_v2.pt")
    return found


class _Published:
    """The net as published, for `layouts.fit`."""

    classifier: tuple[str, ...] = ()

    def __init__(self, targets: int, shrink: int = 1) -> None:
        self.layouts = PldVhd.layouts
        self._targets, self._shrink = targets, shrink

    def __call__(self, *, classes: int) -> PldVhd:
        del classes
        return PldVhd(self._targets, self._shrink)


def _over_time(maps: Tensor, count: int) -> Tensor:
    """The maxima of so many neighbours in time: (N, C, T, H, W) -> (N, C, T / count, H, W)."""
    n, c, t, h, w = maps.shape
    return maps.reshape(n, c, t // count, count, h, w).amax(3)


def _wide(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose3d(inputs, outputs, (1, 3, 3), padding=(0, 1, 1), bias=False)


def _doubling(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose3d(inputs, outputs, (1, 4, 4), (1, 2, 2), (0, 1, 1), bias=False)


def _block(name: str, convolution: nn.Module) -> dict[str, nn.Module]:
    """A convolution, its norm and ReLU, by name."""
    outputs = convolution.out_channels
    assert isinstance(outputs, int)
    norm = nn.BatchNorm3d(outputs, TENSORFLOW.eps, TENSORFLOW.momentum)
    return {name: convolution, f"{name}_norm": norm, f"{name}_relu": nn.ReLU()}


def _tased_layout() -> Layout:
    """TASED_v2.pt: base1 to base4 are S3D's layers, counted anew in each; convtsp1 to 4 the decoder's."""
    bounds = [*STAGES, len(ORDER)]
    base = tuple(
        (rf"^base{part + 1}\.{place - first}\.", f"encoder.layers.{ORDER[place]}.")
        for part, first in enumerate(STAGES)
        for place in range(first, bounds[part + 1])
    )
    names = {
        "first": {0: "point", 1: "point_norm", 3: "wide", 4: "wide_norm"},
        "second": {0: "wide", 1: "wide_norm"},
        "third": {0: "wide", 1: "wide_norm"},
        "fourth": {0: "up", 1: "up_norm", 3: "pairs", 4: "pairs_norm", 6: "point", 7: "point_norm",
                   9: "fours", 10: "fours_norm", 12: "last", 13: "map"},
    }  # fmt: skip
    decoder = tuple(
        (rf"^convtsp{part}\.{place}\.", f"decoder.{stage}.{name}.")
        for part, (stage, places) in enumerate(names.items(), start=1)
        for place, name in places.items()
    )
    inside = KYLEMIN.rules[len(ORDER) : -1]
    # `.bn.` of the encoder's parts; the decoder's norms have names of their own already
    return Layout("tased", (*base, *decoder, *inside))


PldVhd.layouts = (_tased_layout(),)
