"""Metrics of a model that answers by chance: the mean over its answers, and how sure it is.

Shape letters: S samples, K places of a GIF, D dimensions, N shots of the video, G GIFs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.metrics.posterior import posterior_scores
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.types import Floats

ERROR, MOST = 0.001, 10_000


@dataclass(frozen=True)
class Expected:
    """A Monte Carlo mean, its standard error (nan after one sample), and how many samples made it."""

    mean: float
    error: float
    samples: int


def expected_pme(
    draw: Callable[[int], Floats],
    shots_nd: ArrayLike,
    gifs_gk: ArrayLike,
    error: float = ERROR,
    most: int = MOST,
    batch: int = 250,
) -> Expected:
    """The perceptual matching error of one video, against the best of its GIFs.

    The paper draws 10,000 samples of its prior and keeps the best GIF, and leaves open which comes
    first. Here the mean comes first: a GIF is met well when samples meet it on average. (The other
    order is lower for every spread-out prior, however wrong each sample is.)

    Args:
        draw: gives so many samples, (S, K, D), from the prior.
        shots_nd: (N, D) the features of the video's shots.
        gifs_gk: (G, K) which shot each accepted GIF shows at each place.
        error: stop when the standard error of the best GIF's mean is no larger.
        most: samples after which to stop in any case; 1 for a model that does not sample.
        batch: samples drawn at a time.

    Raises: ValueError when a feature is not finite, sizes differ, or a GIF names no shot.
    """
    cells = Cells.of(shots_nd)
    return _expected(lambda count: cells.pme_of_gifs(draw(count), gifs_gk), error, most, batch)


def expected_score(
    draw: Callable[[int], NDArray[np.intp]],
    counts_n: ArrayLike,
    error: float = ERROR,
    most: int = MOST,
    batch: int = 1000,
) -> Expected:
    """The posterior score of one video. draw: gives so many choices, (S, K) whole seconds.

    Raises: ValueError as `posterior_score`.
    """
    return _expected(
        lambda count: posterior_scores(counts_n, draw(count))[:, None], error, most, batch
    )


def _expected(judge: Callable[[int], Floats], error: float, most: int, batch: int) -> Expected:
    """Of several columns (S, G) the one with the smallest mean."""
    if not error > 0 or most < 1 or batch < 1:
        raise ValueError(f"error {error}, most {most} and batch {batch} must be above 0")
    values = np.empty((0, 0))
    while len(values) < most:
        new = judge(min(batch, most - len(values)))
        values = np.concatenate([values, new]) if len(values) else new
        best = values[:, int(values.mean(axis=0).argmin())]
        spread = float(best.std(ddof=1)) if len(best) > 1 else math.nan
        if spread / math.sqrt(len(best)) <= error:
            break
    return Expected(float(best.mean()), spread / math.sqrt(len(best)), len(best))
