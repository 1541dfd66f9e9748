"""What every metric asks of its arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.types import Floats


def checked_scores(scores_n: ArrayLike, length: int | None = None) -> Floats:
    """Finite numbers: (N,). Raises: ValueError when they are not, or are not `length` many."""
    scores = np.asarray(scores_n, dtype=np.float64)
    if scores.ndim != 1 or not len(scores):
        raise ValueError(f"scores must be a list of numbers, not of shape {scores.shape}")
    if length is not None and len(scores) != length:
        raise ValueError(f"{len(scores)} scores do not fit {length} labels")
    if not np.isfinite(scores).all():
        raise ValueError(f"{(~np.isfinite(scores)).sum()} of {len(scores)} scores are not finite")
    return scores


def checked_truth(truth_n: ArrayLike, length: int) -> NDArray[np.bool_]:
    """Labels that are 0 or 1: (length,). Raises: ValueError when they are not."""
    truth = np.asarray(truth_n)
    if truth.shape != (length,):
        raise ValueError(f"labels of shape {truth.shape} do not fit {length} scores")
    if truth.dtype != np.bool_ and not ((truth == 0) | (truth == 1)).all():
        raise ValueError("labels must be 0 or 1")
    return truth.astype(bool)


def best_first(scores_n: Floats) -> NDArray[np.intp]:
    """Indices from the largest score to the smallest; ties go to the earlier."""
    return np.argsort(-scores_n, kind="stable")
