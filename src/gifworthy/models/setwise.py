"""A net that sees all spans of a video at once: the modern choice beside Video2GIF's.

Shape letters: N spans, F features, P position, D width.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from gifworthy.models.standard import Standard

HEADS = 4


class SetNet(nn.Module):
    """Spans that look at each other before each is scored.

        features F, standardised ────────────────────┐
        the same less their mean over the video ─────┼─> D ── attention among the spans of one video,
        position P ──────────────────────────────────┘                      `layers` times ──> 1

    After the recipe that `docs/models/video2gif.md` names: frozen features, relative position, a small
    transformer, a loss over the whole set. Position comes in as numbers, so the order in which spans
    are given does not matter.

    Args: features: of the backbone. position: numbers that say where a span lies. width: D.
        layers: 0 for a net without attention. dropped: share left out while learning.
    """

    def __init__(
        self,
        features: int = 4096,
        position: int = 3,
        width: int = 128,
        layers: int = 1,
        dropped: float = 0.2,
    ) -> None:
        super().__init__()
        self.features = features
        self.standard = Standard(features)
        self.drop = nn.Dropout(dropped)
        self.enter = nn.Linear(2 * features + position, width)
        self.layers = nn.ModuleList(Layer(width, dropped) for _ in range(layers))
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 1))

    def forward(self, rows: Tensor, video: Tensor | None = None) -> Tensor:
        """(N, F + P) -> (N, 1). video: (N,) whose each span is; by default all are of one."""
        own = self.standard(rows[:, : self.features])
        seen = None if video is None else video[:, None] == video[None, :]
        usual = own.mean(0, keepdim=True) if seen is None else _means(own, seen)
        looks = self.drop(torch.cat([own, own - usual], dim=1))
        hidden = gelu(self.enter(torch.cat([looks, rows[:, self.features :]], dim=1)))
        for layer in self.layers:
            hidden = layer(hidden, seen)
        scores: Tensor = self.leave(hidden)
        return scores


class Layer(nn.Module):
    """One layer of a transformer: attention, then two linear ones, each beside what came in."""

    def __init__(self, width: int, dropped: float) -> None:
        super().__init__()
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.answer = nn.Linear(width, width)
        self.think = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Dropout(dropped), nn.Linear(2 * width, width)
        )

    def forward(self, hidden_nd: Tensor, seen_nn: Tensor | None) -> Tensor:
        """(N, D) -> (N, D). seen: (N, N) true where the one may look at the other."""
        width = hidden_nd.shape[1]
        asked = self.ask(self.before(hidden_nd)).reshape(1, -1, 3, HEADS, width // HEADS)
        queries, keys, values = asked.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = scaled_dot_product_attention(queries, keys, values, seen_nn)
        looked: Tensor = hidden_nd + self.answer(mixed.permute(0, 2, 1, 3).reshape(-1, width))
        thought: Tensor = looked + self.think(self.between(looked))
        return thought


def _means(own_nf: Tensor, seen_nn: Tensor) -> Tensor:
    """(N, F) the mean over each span's own video."""
    weights = seen_nn.to(own_nf.dtype)
    return (weights / weights.sum(dim=1, keepdim=True)) @ own_nf
