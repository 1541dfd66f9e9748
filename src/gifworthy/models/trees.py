"""Boosted regression trees as a net: fitted elsewhere, then run wherever a net runs.

Shape letters: B inputs, F numbers of an input, T trees, K nodes of the largest tree.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Trees(nn.Module):
    """The sum of many trees, each a few questions of one number.

        (B, F) -> depth times: which child -> (B, T) leaves -> sum -> (B, 1)

    A leaf is its own child, so that every path can be walked to the same depth.

    Args: trees: T. nodes: K. depth: the longest path from a root to a leaf. size: F.
    """

    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    value: Tensor

    def __init__(self, trees: int, nodes: int, depth: int, size: int) -> None:
        super().__init__()
        self.depth, self.size = depth, size
        whole = torch.zeros(trees, nodes, dtype=torch.int64)
        for name in ("feature", "left", "right"):
            self.register_buffer(name, whole.clone())
        for name in ("threshold", "value"):
            self.register_buffer(name, torch.zeros(trees, nodes))

    def forward(self, inputs_bf: Tensor) -> Tensor:
        """(B, F) -> (B, 1); left is taken where the number is at most the threshold."""
        trees = torch.arange(self.feature.shape[0], device=inputs_bf.device)
        at_bt = torch.zeros_like(inputs_bf[:, :1], dtype=torch.int64) + 0 * trees
        for _ in range(self.depth):
            asked_bt = torch.gather(inputs_bf, 1, self.feature[trees, at_bt])
            goes_left = asked_bt <= self.threshold[trees, at_bt]
            at_bt = torch.where(goes_left, self.left[trees, at_bt], self.right[trees, at_bt])
        return self.value[trees, at_bt].sum(dim=1, keepdim=True)
