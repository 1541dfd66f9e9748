"""Pairwise accuracy: how often the better of two spans gets the better score."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.learning.metrics.arrays import checked_scores


def nacc(values_n: ArrayLike, scores_n: ArrayLike) -> float:
    """Share of pairs with different values whose scores agree; a tied score counts one half.

    NetEase reports nACC as pairwise accuracy without a formula; this is the plain reading. Over a
    data set it is the mean of its videos: pairs are made within a video only, chance is one half.

    Args: values_n: (N,) how good people say each span is. scores_n: (N,) larger is better.
    Returns: fraction in [0, 1]; nan when all values are equal, since there is no pair.
    Raises: ValueError when the lengths differ or a number is not finite.
    """
    values = checked_scores(values_n)
    scores = checked_scores(scores_n, len(values))
    right, pairs = 0.0, 0
    for level in np.unique(values)[1:]:
        above, below = scores[values == level], np.sort(scores[values < level])
        lower = np.searchsorted(below, above, "left")
        right += (lower + np.searchsorted(below, above, "right")).sum() / 2
        pairs += len(above) * len(below)
    return float(right / pairs) if pairs else math.nan
