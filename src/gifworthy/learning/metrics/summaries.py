"""Summaries within a budget, and their F1 against people's: TVSum's and SumMe's classic protocol.

Shape letters: N shots, R raters, T frames.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.metrics.arrays import checked_scores
from gifworthy.types import Floats

BUDGET = 0.15


def best_summary(
    values_n: ArrayLike, lengths_n: ArrayLike, budget: float = BUDGET
) -> NDArray[np.bool_]:
    """The shots of largest total value that fit the budget: 0/1 knapsack, exact.

    TVSum (Song et al., CVPR 2015) and all that compare with it: a shot's value is the mean of its
    scores, the budget 15 % of the video.

    Args:
        values_n: (N,) 0 or more; a shot must never make a summary worse.
        lengths_n: (N,) frames, whole numbers above 0.
        budget: share of the total length.

    Returns: (N,) which shots are in.
    """
    lengths = np.asarray(lengths_n, dtype=np.int64)
    values = checked_scores(values_n, len(lengths))
    if (lengths <= 0).any() or (values < 0).any():
        raise ValueError("every shot needs at least one frame, and a value of 0 or more")
    room = int(budget * lengths.sum())
    best = np.zeros(room + 1)
    taken = np.zeros((len(lengths), room + 1), dtype=bool)
    for shot, (length, value) in enumerate(zip(lengths, values, strict=True)):
        if length <= room:
            with_it = best[: room + 1 - length] + value
            taken[shot, length:] = with_it > best[length:]
            best[length:] = np.maximum(best[length:], with_it)
    return _traced(taken, lengths)


def f1(chosen_t: ArrayLike, wanted_t: ArrayLike) -> float:
    """Harmonic mean of precision and recall of chosen frames: fraction; 0 when nothing is shared."""
    chosen, wanted = np.asarray(chosen_t, dtype=bool), np.asarray(wanted_t, dtype=bool)
    if chosen.shape != wanted.shape:
        raise ValueError(f"{chosen.shape} frames were chosen from, {wanted.shape} were judged")
    total = int(chosen.sum() + wanted.sum())
    return float(2 * (chosen & wanted).sum() / total) if total else 0.0


def mean_f1(chosen_t: ArrayLike, wanted_rt: ArrayLike) -> float:
    """TVSum's F1: the mean over raters. chosen_t: (T,). wanted_rt: (R, T)."""
    return float(np.mean([f1(chosen_t, wanted) for wanted in np.asarray(wanted_rt)]))


def nearest_f1(chosen_t: ArrayLike, wanted_rt: ArrayLike) -> float:
    """SumMe's F1 as later work reports it: that of the rater who agrees most."""
    return float(np.max([f1(chosen_t, wanted) for wanted in np.asarray(wanted_rt)]))


def _traced(taken: NDArray[np.bool_], lengths: NDArray[np.int64]) -> NDArray[np.bool_]:
    chosen = np.zeros(len(lengths), dtype=bool)
    room = taken.shape[1] - 1
    for shot in range(len(lengths) - 1, -1, -1):
        if taken[shot, room]:
            chosen[shot] = True
            room -= int(lengths[shot])
    return chosen


def shot_means(values_t: ArrayLike, edges_n: ArrayLike) -> Floats:
    """Mean of a value per frame inside each shot. edges_n: (N + 1,) first frames and the end."""
    values, edges = np.asarray(values_t, dtype=np.float64), np.asarray(edges_n, dtype=np.int64)
    return np.asarray(np.add.reduceat(values, edges[:-1]) / np.diff(edges))
