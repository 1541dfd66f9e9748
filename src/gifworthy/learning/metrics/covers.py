"""One frame or clip for a whole video: covers that editors chose, clips that a query asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.learning.metrics.arrays import checked_scores, checked_truth


def precision_at(matches_t: ArrayLike, picks: Sequence[int], count: int) -> float:
    """Whether any of the first `count` picks looks like the cover that an editor chose: 0 or 1.

    Song et al., CIKM 2016 ("To Click or Not To Click"), published evaluation: they call the share of
    videos in which it is 1 "precision at k". A pick past the end counts as the last frame.

    Args: matches_t: (T,) 1 where a frame's distance to the cover is small enough. picks: frames,
        best first.
    """
    matches = checked_truth(matches_t, len(np.asarray(matches_t)))
    inside = np.clip(np.asarray(picks[:count], dtype=np.int64), 0, len(matches) - 1)
    return float(matches[inside].any())


def chance_at(matching: int, total: int, count: int) -> float:
    """What `precision_at` is on average when `count` different frames are drawn evenly.

    Args: matching: frames that match. total: frames there are.
    """
    if not 0 <= matching <= total or total < 1:
        raise ValueError(f"{matching} matching frames of {total} cannot be")
    drawn = min(count, total)
    if total - matching < drawn:
        return 1.0
    return 1.0 - math.comb(total - matching, drawn) / math.comb(total, drawn)


def hit_at_1(truth_rn: ArrayLike, scores_n: ArrayLike) -> float:
    """Whether the best clip is one that any rater calls good: 0 or 1.

    QVHighlights (Lei, Berg, Bansal, NeurIPS 2021), published evaluation. The first of equal scores is
    the best; a best clip past the end of the labels is a miss.

    Args: truth_rn: (R, N) 1 where a rater's grade is high enough. scores_n: any number of scores.
    """
    truth = np.atleast_2d(np.asarray(truth_rn))
    best = int(checked_scores(scores_n).argmax())
    return float(truth[:, best].any()) if best < truth.shape[1] else 0.0
