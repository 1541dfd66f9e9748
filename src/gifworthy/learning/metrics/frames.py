"""Video2GIF's metrics, per frame, as its published evaluation defines them, and PHD-GIFs' recall.

Shape letters: T frames of the video, G GIFs that were cut from it, R raters. All in fractions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.metrics.arrays import best_first, checked_scores, checked_truth
from gifworthy.types import Floats


def average_precision(truth_t: ArrayLike, scores_t: ArrayLike) -> float:
    """Mean interpolated precision over the changes of recall.

    Video2GIF (Gygli, Song, Cao, CVPR 2016), published evaluation code: frames are shown in the order
    of their scores, ties together; the precision at each step is raised to the best one at any higher
    recall; the result is the plain mean over the steps at which recall grows. It is not an area: with
    one score per segment each distinct score that holds a chosen frame counts once, however long.

    Args:
        truth_t: (T,) 1 where a frame lies in any GIF of the video, else 0.
        scores_t: (T,) larger is better.

    Returns: fraction in (0, 1]; 1 when every frame is chosen.
    Raises: ValueError when no frame is chosen, a label is neither 0 nor 1, a score is not finite, or
        the lengths differ.
    """
    scores = checked_scores(scores_t)
    truth = checked_truth(truth_t, len(scores))
    if not truth.any():
        raise ValueError("no frame is chosen; average precision needs at least one")
    return float(average_precisions(truth[None], scores)[0])


def average_precisions(truth_rt: NDArray[np.bool_], scores_t: Floats) -> Floats:
    """`average_precision` of one list of scores for several lists of labels at once.

    Args: truth_rt: (R, T). scores_t: (T,) finite.
    Returns: (R,) fractions; nan where no frame is chosen.
    """
    order = best_first(scores_t)
    ends = np.append(np.flatnonzero(np.diff(scores_t[order])), len(order) - 1)
    found = truth_rt[:, order].cumsum(axis=1)[:, ends]
    precision = np.maximum.accumulate((found / (ends + 1))[:, ::-1], axis=1)[:, ::-1]
    with np.errstate(invalid="ignore"):
        recall = (found / found[:, -1:]).astype(np.float32)
        grows = np.diff(recall, axis=1, prepend=np.float32(0)) > 0
        return np.asarray((precision * grows).sum(axis=1) / grows.sum(axis=1))


def nmsd(
    truths_gt: Sequence[ArrayLike] | ArrayLike, scores_t: ArrayLike, alpha: float = 0.5
) -> float:
    """Normalised meaningful summary duration: how much must be shown to show `alpha` of a GIF.

    Video2GIF, equation 4 and published evaluation code: (|G*| - alpha |G|) / (|V| - alpha |G|), where
    G* holds every frame whose score reaches the (1 - alpha) percentile (linear) of the GIF's own
    scores, ties included. Averaged over the video's GIFs.

    Args:
        truths_gt: (G, T), one 0/1 row for each GIF.
        scores_t: (T,) larger is better.
        alpha: the share of a GIF that must be shown, in (0, 1).

    Returns: fraction in [0, 1], smaller is better; 0 only when the segment is cut exactly as the GIF.
    Raises: ValueError when there is no GIF, a GIF covers no frame or all of them, the percentile
        leaves out more than 1 - alpha of a GIF (never at 0.5), or an array is not as said above.
    """
    scores = checked_scores(scores_t)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    truths = [checked_truth(truth_t, len(scores)) for truth_t in np.asarray(truths_gt)]
    if not truths:
        raise ValueError("no GIF is given; nmsd needs at least one")
    return float(np.mean([_nmsd_of_one(truth, scores, alpha) for truth in truths]))


def recall_at(
    truth_t: ArrayLike, segment_of_t: ArrayLike, scores_n: ArrayLike, count: int = 5
) -> float:
    """Share of the chosen frames that lie in the `count` best segments.

    PHD-GIFs (Garcia del Molino, Gygli, ACM MM 2018), Recall@5. Ties go to the earlier segment.

    Args:
        truth_t: (T,) 1 where a frame lies in any GIF of the video.
        segment_of_t: (T,) index of the segment a frame belongs to, -1 for none.
        scores_n: (N,) one score for each segment.
        count: how many segments are shown.

    Returns: fraction in [0, 1].
    Raises: ValueError when no frame is chosen, or an array is not as said above.
    """
    scores = checked_scores(scores_n)
    segment_of = np.asarray(segment_of_t)
    truth = checked_truth(truth_t, len(segment_of))
    if not truth.any():
        raise ValueError("no frame is chosen; recall needs at least one")
    best = best_first(scores)[:count]
    return float(np.isin(segment_of[truth], best).mean())


def _nmsd_of_one(truth: NDArray[np.bool_], scores: Floats, alpha: float) -> float:
    if truth.all() or not truth.any():
        raise ValueError(
            f"a GIF covers {truth.sum()} of {truth.size} frames; nmsd needs some inside, some outside"
        )
    inside = scores[truth]
    wanted = alpha * len(inside)
    threshold = np.percentile(inside, 100 * (1 - alpha))
    if (inside >= threshold).sum() < wanted:
        raise ValueError(
            f"alpha {alpha} of a GIF of {len(inside)} frames is not reached by its percentile; use 0.5"
        )
    shown = (scores >= threshold).sum()
    return float((shown - wanted) / (len(scores) - wanted))
