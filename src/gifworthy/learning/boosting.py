"""LightGBM's trees as a net of ours.

Shape letters: T trees, K nodes of the largest tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import lightgbm

    from gifworthy.models.trees import Trees


@dataclass
class Nodes:
    """One tree, node by node; a leaf is its own child."""

    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    depth: int = 0

    def add(self, node: dict[str, Any], depth: int = 0) -> int:
        """Take in a node as LightGBM tells it, and what is below; returns its number."""
        place = len(self.feature)
        self.feature.append(0)
        self.threshold.append(0.0)
        self.left.append(place)
        self.right.append(place)
        self.value.append(float(node.get("leaf_value", 0.0)))
        self.depth = max(self.depth, depth)
        if "split_feature" in node:
            assert node["decision_type"] == "<=", "no category is asked for"
            self.feature[place] = int(node["split_feature"])
            self.threshold[place] = _not_above(float(node["threshold"]))
            self.left[place] = self.add(node["left_child"], depth + 1)
            self.right[place] = self.add(node["right_child"], depth + 1)
        return place


def trees_of(booster: lightgbm.Booster) -> Trees:
    """The same answers for inputs in single precision; raw scores, not probabilities."""
    import torch

    from gifworthy.models.trees import Trees

    model = booster.dump_model()
    all_nodes = []
    for tree in model["tree_info"]:
        nodes = Nodes()
        nodes.add(tree["tree_structure"])
        all_nodes.append(nodes)
    count = max(len(nodes.feature) for nodes in all_nodes)
    depth = max(nodes.depth for nodes in all_nodes)
    size = int(model["max_feature_idx"]) + 1
    trees = Trees(len(all_nodes), count, depth, size)
    for row, nodes in enumerate(all_nodes):
        for name in ("feature", "threshold", "left", "right", "value"):
            given = getattr(nodes, name)
            getattr(trees, name)[row, : len(given)] = torch.tensor(given)
    return trees


def _not_above(threshold: float) -> float:
    """The largest single that is not above: a single is at most the one exactly when at most the other."""
    single = np.float32(threshold)
    return float(np.nextafter(single, np.float32(-np.inf)) if float(single) > threshold else single)
