"""PHD-GIFs (Garcia del Molino, Gygli, ACM MM 2018): a ranker that reads a viewer's history as an input.

Shape letters: N segments, F features, C numbers beside a segment, K distances, S slots.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gifworthy.models.standard import Standard
from gifworthy.taste import NEAREST, Aggregation, Joining, Representation


class PhdNet(nn.Module):
    """PHD-CA and SVM-D, side by side.

        segment F ──────────┐
        history, joined C ──┴─> 512 ReLU ── drop ── 64 ReLU ── drop ── 1 ──> PHD-CA
        K distances ─────────────────────────── linear ──────────────────> SVM-D

    For `attention` the history comes as S vectors, and each segment weighs them before they are joined:
    softmax over S of (W_q segment)(W_k choice) / sqrt(F); an empty slot (all
    0) is not looked at, and where all are empty what is joined is 0.

    `standard` is applied before distances are taken, so by who makes the rows; it is kept here so that
    it travels with the weights. `shares` are the late fusion's: of SVM-D, and of habits.

    Args: features: F. aggregation, representation, nearest: how the history is joined, see
        `taste.Joining`; K is `nearest`. first, second: of the hidden layers. dropped: share left out
        while learning.
    """

    shares: Tensor

    def __init__(
        self,
        features: int = 4096,
        aggregation: Aggregation = "mean",
        representation: Representation = "vectors",
        nearest: int = NEAREST,
        first: int = 512,
        second: int = 64,
        dropped: float = 0.5,
    ) -> None:
        super().__init__()
        joining = Joining(aggregation, representation, nearest)
        self.features, self.context = features, joining.width(features)
        self.slots = joining.slots if aggregation == "attention" else 0
        self.standard = Standard(features)
        self.register_buffer("shares", torch.zeros(2))
        if self.slots:
            self.ask, self.answer = nn.Linear(features, features), nn.Linear(features, features)
        joined = features + (features if self.slots else self.context)
        self.layers = nn.Sequential(
            nn.Linear(joined, first),
            nn.ReLU(),
            nn.Dropout(dropped),
            nn.Linear(first, second),
            nn.ReLU(),
            nn.Dropout(dropped),
            nn.Linear(second, 1),
        )
        self.near = nn.Linear(nearest, 1, bias=False)

    def forward(self, rows: Tensor) -> Tensor:
        """(N, F + C + K) -> (N, 2): PHD-CA, SVM-D."""
        segment = rows[:, : self.features]
        beside = rows[:, self.features : self.features + self.context]
        if self.slots:
            beside = self._attended(segment, beside.reshape(-1, self.slots, self.features))
        aware = self.layers(torch.cat([segment, beside], dim=1))
        return torch.cat([aware, self.near(rows[:, self.features + self.context :])], dim=1)

    def _attended(self, segment_nf: Tensor, choices_nsf: Tensor) -> Tensor:
        there = choices_nsf.abs().sum(dim=2) > 0
        asked = self.ask(segment_nf)[:, :, None]
        weights = (self.answer(choices_nsf) @ asked)[:, :, 0] / self.features**0.5
        weights = torch.softmax(weights.masked_fill(~there, -1e9), dim=1) * there
        mixed: Tensor = (weights[:, None] @ choices_nsf)[:, 0]
        return mixed
