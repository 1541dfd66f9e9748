"""NetEase's net: a 3D-CNN, fully connected layers, a score in [0, 1].

Shape letters: N clips, T frames, H height, W width, D feature size, S streams; 3 channels, red first.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from gifworthy.backbones.blocks import ClipNetwork
from gifworthy.backbones.published import PUBLISHED, Published
from gifworthy.errors import UnknownName
from gifworthy.registry import unknown

Streams = Literal["rgb", "flow", "both"]
STREAMS: dict[str, tuple[str, ...]] = {"rgb": ("rgb",), "flow": ("flow",), "both": ("rgb", "flow")}
SHRINKING = ("c3d", "i3d", "s3d")
WIDTH = 64


class Levels(nn.Module):
    """Grey levels 0..255 to what a published 3D-CNN was trained on: its channel order, mean and spread."""

    mean: Tensor
    std: Tensor

    def __init__(self, about: Published) -> None:
        super().__init__()
        self.turned = about.preparation.order == "bgr"
        for name in ("mean", "std"):
            three = torch.tensor(getattr(about.preparation, name), dtype=torch.float32)
            self.register_buffer(name, three.reshape(1, 3, 1, 1, 1))

    def forward(self, clips_n3thw: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> the same shape."""
        ordered = clips_n3thw.flip(1) if self.turned else clips_n3thw
        return (ordered - self.mean) / self.std


class Stream(nn.Module):
    """One look at a clip: a 3D-CNN, then fully connected layers to one number.

        3 x T x H x W -> levels -> 3D-CNN -> D -> dropout -> hidden, ReLU -> dropout -> 1

    The number is a logit; nothing is squashed here, so that a ranking loss can pull as far as it must.

    Args: levels: what is done to the pixels first. hidden: units of the first layer.
    """

    def __init__(
        self, levels: nn.Module, backbone: ClipNetwork, hidden: int, dropout: float
    ) -> None:
        super().__init__()
        self.levels = levels
        self.backbone = backbone
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(backbone.feature_size, hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(hidden, 1),
        )
        self.frozen = 0

    def forward(self, clips_n3thw: Tensor) -> Tensor:
        """(N, 3, T, H, W) -> (N,) logits."""
        logits_n1: Tensor = self.head(self.backbone(self.levels(clips_n3thw)))
        return logits_n1.squeeze(1)

    def freeze(self, count: int) -> None:
        """Hold the first `count` stages of the 3D-CNN as they are; the rest learns.

        Raises: ValueError when it has fewer stages.
        """
        stages = self.backbone.stages
        if not 0 <= count <= len(stages):
            raise ValueError(
                f"this {type(self.backbone).__name__} has {len(stages)} stages to freeze, not {count}"
            )
        self.frozen = count
        for place, stage in enumerate(stages):
            stage.requires_grad_(place >= count)
        self.train(self.training)

    def train(self, mode: bool = True) -> Stream:
        """Learn or not; the norms of frozen stages keep the means and spreads they came with."""
        super().train(mode)
        for stage in self.backbone.stages[: self.frozen]:
            stage.eval()
        return self


class NetEase(nn.Module):
    """The scorer of NetEase's GIF covers (S0): which segment of a video is the exciting one.

        clips 3 x 16 x 224 x 224 --- stream --- logit --+
                                                        mean -> sigmoid -> score in [0, 1]
        flow  3 x 16 x 224 x 224 --- stream --- logit --+

    The paper has the upper stream alone. The lower one, over optical flow, is its future work: two
    streams that meet only at their scores (late fusion; Simonyan and Zisserman 2014, section 2, the
    mean of both, here of the logits, where neither saturates).

    Args:
        backbone: a published 3D-CNN; the paper compares `c3d`, `i3d`, `p3d-199` and R(2+1)D
            (`r2plus1d-18` or `-34`), and takes `i3d`.
        streams: `rgb` (the paper), `flow`, or `both`.
        hidden: units of the fully connected layer. dropout: before each layer. The paper gives neither.
        shrink: the widths of the 3D-CNN are divided by it; above 1 for nets that are small enough to
            learn from nothing.
        side: pixels of the clips' sides, which C3D must know; 0 for as published.
    Raises: UnknownName for a backbone that was not published; ValueError for other streams.
    """

    def __init__(
        self,
        backbone: str = "i3d",
        streams: Streams = "rgb",
        hidden: int = 512,
        dropout: float = 0.5,
        shrink: int = 1,
        side: int = 0,
    ) -> None:
        super().__init__()
        if streams not in STREAMS:
            raise ValueError(f"streams must be one of {', '.join(STREAMS)}, not {streams!r}")
        about = published(backbone)
        self.streams = nn.ModuleDict(
            {
                name: Stream(
                    Levels(about) if name == "rgb" else nn.Identity(),
                    clip_network(about, shrink, side),
                    hidden,
                    dropout,
                )
                for name in STREAMS[streams]
            }
        )

    def forward(
        self, first_n3thw: Tensor, second_n3thw: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Scores in [0, 1], (N, 1), and the logits of each stream, (N, S), which a ranking loss needs.

        Args: first_n3thw: (N, 3, T, H, W) grey levels 0..255; of a net over `flow`, flow in -1..1.
            second_n3thw: the flow, where there are two streams.
        """
        given = (first_n3thw,) if second_n3thw is None else (first_n3thw, second_n3thw)
        logits = [stream(x) for stream, x in zip(self.streams.values(), given, strict=True)]
        logits_ns = torch.stack(logits, dim=1)
        return torch.sigmoid(logits_ns.mean(1, keepdim=True)), logits_ns

    @property
    def each(self) -> tuple[Stream, ...]:
        """The streams, in the order of the call."""
        return tuple(stream for stream in self.streams.values() if isinstance(stream, Stream))

    def freeze(self, count: int) -> None:
        """Hold the first `count` stages of every stream's 3D-CNN. Raises: ValueError."""
        for stream in self.each:
            stream.freeze(count)


def published(name: str) -> Published:
    """A published 3D-CNN by name. Raises: UnknownName."""
    if name not in PUBLISHED:
        raise UnknownName(unknown("backbone with weights", name, list(PUBLISHED)))
    return PUBLISHED[name]


def clip_network(about: Published, shrink: int = 1, side: int = 0) -> ClipNetwork:
    """A published 3D-CNN without classes, its weights drawn.

    Args: shrink: what its widths are divided by. side: pixels of the clips' sides, 0 for as published.
    """
    narrow = {"shrink": shrink} if about.name in SHRINKING else {"width": WIDTH // shrink}
    if about.name == "c3d":
        narrow["side"] = side or about.preparation.crop
    return about.network_class()(classes=0, **narrow)
