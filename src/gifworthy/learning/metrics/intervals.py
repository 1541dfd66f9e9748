"""How far to trust a mean: bootstrap intervals over cases.

Shape letters: C cases, M metrics, B repeats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from gifworthy.types import Floats

REPEATS = 2000
COVERAGE = 0.95


def means(values_cm: Floats, topics: Sequence[str] = ()) -> Floats:
    """Mean over cases, or over topics of the mean over their cases; nan entries are passed over."""
    return np.asarray(_resampled(values_cm, topics, np.ones((1, len(values_cm))))[0])


def bootstrap(
    values_cm: Floats,
    random: Generator,
    topics: Sequence[str] = (),
    repeats: int = REPEATS,
    coverage: float = COVERAGE,
) -> tuple[Floats, Floats]:
    """Percentile interval of the mean when cases are drawn again, with replacement.

    Args:
        values_cm: (C, M), nan where a metric says nothing of a case; differences of two scorers on
            the same cases make it the paired bootstrap.
        topics: one for each case, when topics count alike: cases are then drawn inside their topic.
        repeats, coverage: how often, and which share of the repeats lies inside.

    Returns: (M,) low, (M,) high; nan where a metric says nothing of any case.
    """
    weights_bc = np.empty((repeats, len(values_cm)))
    for places in _places(len(values_cm), topics):
        drawn = random.integers(len(places), size=(repeats, len(places)))
        drawn += np.arange(repeats)[:, None] * len(places)
        counts = np.bincount(drawn.ravel(), minlength=repeats * len(places))
        weights_bc[:, places] = counts.reshape(repeats, len(places))
    means_bm = _resampled(values_cm, topics, weights_bc)
    tail = (1 - coverage) / 2
    low, high = np.full((2, values_cm.shape[1]), np.nan)
    known = np.isfinite(means_bm).any(axis=0)
    if known.any():
        low[known], high[known] = np.nanquantile(means_bm[:, known], [tail, 1 - tail], axis=0)
    return low, high


def _places(count: int, topics: Sequence[str]) -> list[np.ndarray[tuple[int], np.dtype[np.intp]]]:
    if not topics:
        return [np.arange(count)]
    named = np.array(topics)
    return [np.flatnonzero(named == topic) for topic in dict.fromkeys(topics)]


def _resampled(values_cm: Floats, topics: Sequence[str], weights_bc: Floats) -> Floats:
    """Weighted means for each row of weights: (B, M)."""
    known_cm = np.isfinite(values_cm)
    filled_cm = np.where(known_cm, values_cm, 0.0)
    parts = []
    for places in _places(len(values_cm), topics):
        weights = weights_bc[:, places]
        counted = weights @ known_cm[places]
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(weights @ filled_cm[places] / counted)
    return np.asarray(np.mean(parts, axis=0))
