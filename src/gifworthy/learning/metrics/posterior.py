"""The posterior score: how many time-sync comments the chosen seconds drew.

Xu et al., "GIF Thumbnails: Attract More Clicks to Your Videos" (AAAI 2021), section "Evaluation Metrics".
Shape letters: N seconds of the video, S samples, K places of a GIF.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.learning.metrics.arrays import checked_scores
from gifworthy.types import Floats


def posterior_score(counts_n: ArrayLike, picks_k: ArrayLike) -> float:
    """Comments of each chosen second over those of the second that has most, summed.

    No GIF of people enters it: it is agreement with comments, from whose peaks GIF-Thumbnails' GIFs
    were proposed. A choice that reads the comments is judged by what it read.

    Args: counts_n: (N,) comments in each second. picks_k: (K,) which seconds were chosen.
    Returns: 0 to K.
    Raises: ValueError when a count is below 0 or not finite, all are 0 (0/0), or a pick is no second.
    """
    return float(posterior_scores(counts_n, np.asarray(picks_k)[None])[0])


def posterior_scores(counts_n: ArrayLike, picks_sk: ArrayLike) -> Floats:
    """`posterior_score` of several choices: (S,). Args: picks_sk: (S, K)."""
    counts, picks = checked_scores(counts_n), np.asarray(picks_sk)
    if counts.min() < 0 or counts.max() == 0:
        raise ValueError(
            f"comments a second lie between {counts.min():g} and {counts.max():g}; a posterior score "
            f"needs counts of 0 or more, and one above 0"
        )
    if picks.ndim != 2 or not np.issubdtype(picks.dtype, np.integer):
        raise ValueError(f"choices must be (choices, places) of whole seconds, not {picks!r}")
    if picks.size and not (picks.min() >= 0 and picks.max() < len(counts)):
        raise ValueError(
            f"a choice of second {picks.max() if picks.min() >= 0 else picks.min()} lies outside the "
            f"{len(counts)} seconds that have comment counts"
        )
    return np.asarray(counts[picks].sum(axis=1) / counts.max())
