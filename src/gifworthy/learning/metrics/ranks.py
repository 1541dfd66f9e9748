"""Rank correlations of scores with people's values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.learning.metrics.arrays import checked_scores
from gifworthy.types import Floats


def spearman(values_n: ArrayLike, scores_n: ArrayLike) -> float:
    """Spearman's rho with average ranks for ties: -1..1; 0 when either side is all one value.

    Video summaries are judged so since Otani et al., CVPR 2019: a constant ranks nothing, so 0.
    """
    values = checked_scores(values_n)
    return _correlation(centred_ranks(values), centred_ranks(checked_scores(scores_n, len(values))))


def kendall(values_n: ArrayLike, scores_n: ArrayLike) -> float:
    """Kendall's tau-b, which allows for ties: -1..1; 0 when either side is all one value."""
    values = checked_scores(values_n)
    scores = checked_scores(scores_n, len(values))
    return _correlation(pair_signs(values), pair_signs(scores))


def _correlation(x: Floats, y: Floats) -> float:
    spread = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / spread) if spread > 0 else 0.0


def centred_ranks(values_n: Floats) -> Floats:
    """Average ranks less their mean: (N,). Spearman's rho is the correlation of these."""
    _, level, counts = np.unique(values_n, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[level]
    return np.asarray(ranks - ranks.mean())


def pair_signs(values_n: Floats) -> Floats:
    """Which of each two is larger, -1, 0 or 1: (N (N - 1) / 2,). Tau-b is the correlation of these."""
    first, second = np.triu_indices(len(values_n), 1)
    return np.asarray(np.sign(values_n[first] - values_n[second]))
