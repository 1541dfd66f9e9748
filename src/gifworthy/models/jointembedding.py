"""Spans among words: Video2GIF's rival "joint embedding" (after Liu et al., CVPR 2015).

Shape letters: N spans, F features, V words of the vocabulary, D coordinates.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from gifworthy.models.standard import Standard


class EmbeddingNet(nn.Module):
    """How near a span lies to what its video is said to be about.

        features F ──> 512 ReLU ──> D, unit length ──┐
        tags V ──── table of words ──> D, unit length ┴─> their product, -1..1

    A video of which no word is known is taken for one about the usual.

    Args: features: of the backbone. words: the vocabulary, parted by semicolons. word_size: D.
        width: units between.
    """

    table: Tensor
    usual: Tensor

    def __init__(
        self, features: int = 4096, words: str = "", word_size: int = 300, width: int = 512
    ) -> None:
        super().__init__()
        count = len([word for word in words.split(";") if word])
        self.features = features
        self.standard = Standard(features)
        self.path = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(features, width), nn.ReLU(), nn.Linear(width, word_size)
        )
        self.register_buffer("table", torch.zeros(count, word_size))
        self.register_buffer("usual", torch.ones(word_size))

    def spans(self, features_nf: Tensor) -> Tensor:
        """(N, F) -> (N, D), where spans lie."""
        return normalize(self.path(self.standard(features_nf)), dim=1)

    def about(self, words_nv: Tensor) -> Tensor:
        """(N, V) -> (N, D), where words lie."""
        known = words_nv.sum(dim=1, keepdim=True) > 0
        return normalize(torch.where(known, words_nv @ self.table, self.usual), dim=1)

    def forward(self, rows: Tensor) -> Tensor:
        """(N, F + V) -> (N, 1)."""
        near = self.spans(rows[:, : self.features]) * self.about(rows[:, self.features :])
        return near.sum(dim=1, keepdim=True)
