"""LIM's two nets while they learn: one ranks segments, the other says which pairs to believe.

Shape letters: B pairs, F features.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gifworthy.models.video2gif import RankNet

HIDDEN = 128


class Weighing(nn.Module):
    """Pairs of a short and a long video's segment to both scores, and how far each pair counts.

        (B, 2, F) -> RankNet -> scores (B, 2)
                  -> 2 F -> 128 ReLU -> 1 -> softmax over the batch -> weights (B,), which sum to 1

    Args: ranker: the net that is kept. features: F.
    """

    def __init__(self, ranker: RankNet, features: int) -> None:
        super().__init__()
        self.ranker = ranker
        self.believed = nn.Sequential(
            nn.Linear(2 * features, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)
        )

    def forward(self, pairs_b2f: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (B, 2) and weights (B,)."""
        scores = self.ranker(pairs_b2f.flatten(0, 1)).reshape(-1, 2)
        scaled = self.ranker.standard(pairs_b2f).flatten(1)
        return scores, torch.softmax(self.believed(scaled)[:, 0], dim=0)
