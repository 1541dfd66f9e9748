"""A linear score for each category: what support vector machines come to when they are used.

Shape letters: N spans, F features, C categories.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gifworthy.models.standard import Standard


class LinearByTopic(nn.Module):
    """(N, F + C) -> (N, 1): standardised features times the weights of the video's category.

    A video of no known category gets the mean of the weights of all.

    Args: features: of the backbone. categories: names parted by semicolons; none for one set of
        weights.
    """

    def __init__(self, features: int = 4096, categories: str = "") -> None:
        super().__init__()
        count = max(1, len([name for name in categories.split(";") if name]))
        self.features = features
        self.standard = Standard(features)
        self.weights = nn.Linear(features, count)

    def forward(self, rows: Tensor) -> Tensor:
        """The score of each span."""
        each: Tensor = self.weights(self.standard(rows[:, : self.features]))
        topic = rows[:, self.features :]
        if topic.shape[1] == 0:
            return torch.mean(each, dim=1, keepdim=True)
        unknown = (1 - topic.sum(dim=1, keepdim=True)) / topic.shape[1]
        return torch.sum(each * (topic + unknown), dim=1, keepdim=True)
