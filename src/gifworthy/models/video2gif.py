"""Video2GIF's net: what lies behind the features (Gygli, Song, Cao, CVPR 2016, sections 4.2 and 4.3).

Shape letters: N spans, F features, C categories, V words of the vocabulary, D of a word's vector,
P position.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from gifworthy.models.context import Context
from gifworthy.models.standard import Standard
from gifworthy.types import Floats

DROPPED_INPUT, DROPPED_HIDDEN = 0.2, 0.25


class RankNet(nn.Module):
    """A span's features to how good it is as a GIF: a number that compares inside one video only.

        features F, category C, mean vector of the tags ── dropout ──> 512 ReLU ── dropout ──┐
        position P ──────────────────────────────────────────────────────────────────────────┴─>
                                                                             128 ReLU ──> 1, linear

    The released head is `RankNet()`: 2,163,457 parameters. With 20 categories, 300 numbers for the tags
    and 3 of position there are the 2,327,681 that the paper gives (the vectors of words apart).

    The paper's dropout of "0.8" on the input is read as the share that is kept; it does not say which.

    Args:
        features: of the backbone; 4096 for C3D's fc6. categories, words: names parted by semicolons,
            the places of which are the columns of a row; `Context` makes the rows.
        word_size: numbers of a word's vector. position: numbers that join the second layer, 0 or 3.
        width: units of the first layer; the second has a quarter of them.
        copies: how many such nets of other beginnings are averaged (the paper's "model averaging").
    """

    def __init__(
        self,
        features: int = 4096,
        categories: str = "",
        words: str = "",
        word_size: int = 300,
        position: int = 0,
        width: int = 512,
        copies: int = 1,
    ) -> None:
        super().__init__()
        context = Context.named(categories, words, position)
        self.standard = Standard(features)
        self.heads = nn.ModuleList(Head(features, context, word_size, width) for _ in range(copies))

    def forward(self, rows: Tensor) -> Tensor:
        """(N, F + C + V + P) -> (N, 1), the mean of the copies' scores."""
        features = len(self.standard.mean)
        standard, beside = self.standard(rows[:, :features]), rows[:, features:]
        scores = torch.cat([head(standard, beside) for head in self.heads], dim=1)
        return scores.mean(dim=1, keepdim=True)

    def give_words(self, table_vd: Floats) -> None:
        """Take vectors of the words as they are; they learn no more."""
        for head in self.heads:
            assert isinstance(head, Head)
            assert head.tags is not None, "a net without words has no place for their vectors"
            head.tags.weight.data = torch.from_numpy(table_vd.T.astype(np.float32))
            head.tags.requires_grad_(False)


class Head(nn.Module):
    """One copy: (N, F) standardised features and (N, C + V + P) their context -> (N, 1)."""

    def __init__(self, features: int, context: Context, word_size: int, width: int) -> None:
        super().__init__()
        self.categories, self.words = len(context.categories), len(context.words)
        self.tags = nn.Linear(self.words, word_size, bias=False) if self.words else None
        below = features + self.categories + (word_size if self.words else 0)
        self.drop_input, self.drop_hidden = nn.Dropout(DROPPED_INPUT), nn.Dropout(DROPPED_HIDDEN)
        self.first = nn.Linear(below, width)
        self.second = nn.Linear(width + context.position, width // 4)
        self.last = nn.Linear(width // 4, 1)

    def forward(self, features: Tensor, beside: Tensor) -> Tensor:
        """The score of each span by this copy."""
        about = self.categories + self.words
        below = [features, beside[:, : self.categories]] if self.categories else [features]
        if self.tags is not None:
            below.append(self.tags(beside[:, self.categories : about]))
        hidden = self.drop_hidden(relu(self.first(self.drop_input(torch.cat(below, dim=1)))))
        if beside.shape[1] > about:
            hidden = torch.cat([hidden, beside[:, about:]], dim=1)
        score: Tensor = self.last(relu(self.second(hidden)))
        return score
