"""The linear rivals of Video2GIF: a weight for each number of a vector, a set of them for each category."""

from __future__ import annotations

from typing import ClassVar

from gifworthy.contextual import ContextualScorer


class RankSvm(ContextualScorer):
    """Domain-specific rank SVM: pairs of one video, a linear score for each category."""

    name: ClassVar[str] = "ranksvm"
    recipe: ClassVar[str] = "ranksvm"


class LatentSvm(ContextualScorer):
    """Latent rank SVM (Sun, Farhadi, Seitz, ECCV 2014): which part of a long selection is the highlight?"""

    name: ClassVar[str] = "latentsvm"
    recipe: ClassVar[str] = "latentsvm"


class CategorySvm(ContextualScorer):
    """Category-specific SVM (Potapov et al., ECCV 2014): how typical of its category a segment is."""

    name: ClassVar[str] = "categorysvm"
    recipe: ClassVar[str] = "categorysvm"
