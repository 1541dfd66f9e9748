"""A net of a published kind, small enough to export and run in a moment. Needs torch."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import torch

from gifworthy.backbones.preparing import Preparation
from gifworthy.backbones.published import HALF, Published
from gifworthy.backbones.r2plus1d import R2Plus1D18
from gifworthy.checkpoints import Card, save

PREPARATION = Preparation(8, (36, 40), 32, mean=HALF, std=HALF)


class Small(R2Plus1D18):
    """R(2+1)D-18 with an eighth of the channels."""

    def __init__(self, classes: int = 5) -> None:
        super().__init__(classes, width=8)


SMALL = Published("r2plus1d-18", "small_network:Small", 64, 0, 0, PREPARATION)


def small_network() -> Small:
    """With weights drawn from a fixed seed."""
    torch.manual_seed(11)
    network = Small()
    for part in network.modules():
        if isinstance(part, torch.nn.BatchNorm3d) and part.running_mean is not None:
            torch.nn.init.normal_(part.running_mean, 0.0, 0.3)
    network.eval()
    return network


@cache
def _saved() -> Path:
    folder = Path(tempfile.mkdtemp()) / "r2plus1d-18"
    card = Card("r2plus1d-18", {"classes": 5, "width": 8}, "drawn", ("clips",), PREPARATION)
    save(small_network(), card, (torch.randn(2, *PREPARATION.shape),), folder)
    return folder


def small_checkpoint(place: Path) -> Path:
    """A checkpoint of it below a folder, which a test may spoil."""
    return Path(shutil.copytree(_saved(), place / "r2plus1d-18"))
