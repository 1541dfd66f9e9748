"""TASED-Net a second time, with the names of its published weights and torch's own unpooling."""

from __future__ import annotations

import torch
from torch import Tensor, nn

MIXED = {
    "base2": ((192, 64, 96, 128, 16, 32, 32), (256, 128, 128, 192, 32, 96, 64)),
    "base3": (
        (480, 192, 96, 208, 16, 48, 64),
        (512, 160, 112, 224, 24, 64, 64),
        (512, 128, 128, 256, 24, 64, 64),
        (512, 112, 144, 288, 32, 64, 64),
        (528, 256, 160, 320, 32, 128, 128),
    ),
    "base4": ((832, 256, 160, 320, 32, 128, 128), (832, 384, 192, 384, 48, 128, 128)),
}


def norm(width: int) -> nn.BatchNorm3d:
    return nn.BatchNorm3d(width, eps=1e-3, momentum=0.5)


class Basic(nn.Module):
    """1 x 1 x 1."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv, self.bn = nn.Conv3d(inputs, outputs, 1, bias=False), norm(outputs)

    def forward(self, maps: Tensor) -> Tensor:
        return torch.relu(self.bn(self.conv(maps)))


class Separable(nn.Module):
    """Over space, then over time."""

    def __init__(self, inputs: int, outputs: int, side: int = 3, stride: int = 1) -> None:
        super().__init__()
        half = side // 2
        self.conv_s = nn.Conv3d(
            inputs, outputs, (1, side, side), (1, stride, stride), (0, half, half), bias=False
        )
        self.bn_s = norm(outputs)
        self.conv_t = nn.Conv3d(
            outputs, outputs, (side, 1, 1), (stride, 1, 1), (half, 0, 0), bias=False
        )
        self.bn_t = norm(outputs)

    def forward(self, maps: Tensor) -> Tensor:
        spread = torch.relu(self.bn_s(self.conv_s(maps)))
        return torch.relu(self.bn_t(self.conv_t(spread)))


class Mixed(nn.Module):
    """Four branches."""

    def __init__(self, shrink: int, *widths: int) -> None:
        super().__init__()
        inputs, a, b, c, d, e, f = (width // shrink for width in widths)
        self.branch0 = nn.Sequential(Basic(inputs, a))
        self.branch1 = nn.Sequential(Basic(inputs, b), Separable(b, c))
        self.branch2 = nn.Sequential(Basic(inputs, d), Separable(d, e))
        self.branch3 = nn.Sequential(nn.MaxPool3d(3, 1, 1), Basic(inputs, f))

    def forward(self, maps: Tensor) -> Tensor:
        each = (self.branch0, self.branch1, self.branch2, self.branch3)
        return torch.cat([branch(maps) for branch in each], 1)


class TasedNet(nn.Module):
    """github.com/MichiganCOG/TASED-Net, every width divided by `shrink`: 32 frames -> the last's map."""

    def __init__(self, shrink: int = 1) -> None:
        super().__init__()
        w64, w192, w480, w832, w1024 = (width // shrink for width in (64, 192, 480, 832, 1024))
        down = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        self.base1 = nn.Sequential(
            Separable(3, w64, 7, 2), down, Basic(w64, w64), Separable(w64, w192)
        )
        for name, mixed in MIXED.items():
            setattr(self, name, nn.Sequential(*(Mixed(shrink, *widths) for widths in mixed)))
        self.convtsp1 = nn.Sequential(
            nn.Conv3d(w1024, w1024, 1, bias=False), norm(w1024), nn.ReLU(), *wide(w1024, w832)
        )
        self.convtsp2 = nn.Sequential(*wide(w832, w480))
        self.convtsp3 = nn.Sequential(*wide(w480, w192))
        self.convtsp4 = nn.Sequential(
            *(up(w192, w64), norm(w64), nn.ReLU()),
            *(nn.Conv3d(w64, w64, (2, 1, 1), (2, 1, 1), bias=False), norm(w64), nn.ReLU()),
            *(nn.ConvTranspose3d(w64, 4, 1, bias=False), norm(4), nn.ReLU()),
            *(nn.Conv3d(4, 4, (2, 1, 1), (2, 1, 1), bias=False), norm(4), nn.ReLU()),
            up(4, 4),
            nn.Conv3d(4, 1, 1),
            nn.Sigmoid(),
        )
        self.down = down
        self.where3 = nn.MaxPool3d((1, 3, 3), (1, 2, 2), (0, 1, 1), return_indices=True)
        self.where2 = nn.MaxPool3d((1, 2, 2), (1, 2, 2), return_indices=True)
        self.spread3 = nn.MaxUnpool3d((1, 3, 3), (1, 2, 2), (0, 1, 1))
        self.spread2 = nn.MaxUnpool3d((1, 2, 2), (1, 2, 2))

    def forward(self, clip: Tensor) -> Tensor:
        fine = self.base1(clip)
        middle = self.base2(self.down(fine))  # type: ignore[operator]
        coarse = self.base3(nn.functional.max_pool3d(middle, 3, 2, 1))  # type: ignore[operator]
        pooled, i0 = self.where2(nn.functional.max_pool3d(coarse, (2, 1, 1)))
        fours = [nn.functional.max_pool3d(maps, (4, 1, 1)) for maps in (middle, fine)]
        i1, i2 = (self.where3(maps)[1] for maps in fours)
        maps = self.spread2(self.convtsp1(self.base4(pooled)), i0)  # type: ignore[operator]
        maps = self.spread3(self.convtsp2(maps), i1, fours[0].size())
        maps = self.spread3(self.convtsp3(maps), i2, fours[1].size())
        found: Tensor = self.convtsp4(maps)[:, 0, 0]
        return found


def wide(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return (
        nn.ConvTranspose3d(inputs, outputs, (1, 3, 3), padding=(0, 1, 1), bias=False),
        norm(outputs),
        nn.ReLU(),
    )


def up(inputs: int, outputs: int) -> nn.Module:
    return nn.ConvTranspose3d(inputs, outputs, (1, 4, 4), (1, 2, 2), (0, 1, 1), bias=False)
