"""YouTube Highlights' and TVSum's mean average precision, as UMT's evaluation defines them.

Later papers compare with its figures (Liu et al., CVPR 2022, and its published code). Scores and
labels are per clip. Ties go to the earlier clip.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.metrics.arrays import best_first, checked_scores, checked_truth
from gifworthy.types import Floats


def trapezoid_average_precision(
    truth_n: ArrayLike, scores_n: ArrayLike, top: int | None = None
) -> float:
    """Area under precision over recall, by trapezoids, with precision 1 at recall 0.

    Args:
        truth_n: (N,) 1 for a highlight, else 0.
        scores_n: (N,) larger is better.
        top: look at the best so many clips only; recall then counts the highlights among *them*.

    Returns: fraction in [0, 1]; 0 when there is no highlight to find.
    """
    scores = checked_scores(scores_n)
    shown = checked_truth(truth_n, len(scores))[best_first(scores)][:top]
    return float(_trapezoids(shown[None])[0])


def top5_average_precision(ratings_rn: ArrayLike, scores_n: ArrayLike, top: int = 5) -> float:
    """TVSum's top-5 AP: each annotator's ratings above the lower median are that one's highlights.

    Args: ratings_rn: (R, N) every annotator's rating of every clip. scores_n: (N,).
    Returns: fraction in [0, 1], the mean over annotators.
    """
    chosen_rn = above_lower_median(ratings_rn)
    scores = checked_scores(scores_n, chosen_rn.shape[1])
    return float(_trapezoids(chosen_rn[:, best_first(scores)][:, :top]).mean())


def above_lower_median(ratings_rn: ArrayLike) -> NDArray[np.bool_]:
    """Which ratings lie above their annotator's median; of two middle ones the lower: (R, N)."""
    ratings: Floats = np.asarray(ratings_rn, dtype=np.float64)
    if ratings.ndim != 2 or not ratings.size:
        raise ValueError(f"ratings must be (raters, clips), not of shape {ratings.shape}")
    middle = np.sort(ratings, axis=1)[:, (ratings.shape[1] - 1) // 2]
    return np.asarray(ratings > middle[:, None])


def _trapezoids(shown_rk: NDArray[np.bool_]) -> Floats:
    """Area under precision over recall of each row, shown from left to right: (R,)."""
    hits = shown_rk.cumsum(axis=1)
    precision = hits / np.arange(1, shown_rk.shape[1] + 1)
    before = np.column_stack([np.ones(len(hits)), precision[:, :-1]])
    steps = shown_rk / np.maximum(hits[:, -1:], 1)
    return np.asarray((steps * (before + precision) / 2).sum(axis=1))
