"""The net: tensors in, tensors out."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Line(nn.Module):
    """(B, D) vectors -> (B, 1) scores: each number against its mean, weighed and summed."""

    mean: Tensor
    spread: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("spread", torch.ones(size))
        self.weigh = nn.Linear(size, 1)

    def forward(self, vectors_bd: Tensor) -> Tensor:
        """(B, D) -> (B, 1)."""
        scores_b1: Tensor = self.weigh((vectors_bd - self.mean) / self.spread)
        return scores_b1
