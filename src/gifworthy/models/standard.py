"""Numbers of any backbone brought to one scale, inside the net, so that what goes in is raw.

Shape letters: N spans, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Standard(nn.Module):
    """Each feature less its mean, in units of its spread; as it came until `fit` was called."""

    mean: Tensor
    spread: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("spread", torch.ones(features))

    def fit(self, mean_f: Tensor, spread_f: Tensor) -> None:
        """Take a mean and a spread; what never varies is left in its own units."""
        self.mean.copy_(mean_f)
        self.spread.copy_(torch.where(spread_f > 0, spread_f, torch.ones_like(spread_f)))

    def forward(self, features_nf: Tensor) -> Tensor:
        """(N, F) -> (N, F)."""
        return (features_nf - self.mean) / self.spread

    def undone(self, scaled_nf: Tensor) -> Tensor:
        """(N, F) back in the units of what came in."""
        return scaled_nf * self.spread + self.mean
