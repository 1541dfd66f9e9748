"""Hecate's highlights: candidate spans among the shots, clustered, the liveliest of each cluster.

The arithmetic of the published program (yahoo/hecate); `models/hecate.py` says where it is from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.models.hecate import Measures, Run
from gifworthy.types import Floats

Labels = NDArray[np.intp]
LIVELY = 0.05
MOST_CLUSTERS, FEWEST_CLUSTERS = 30, 5
ATTEMPTS, ROUNDS, STILL = 5, 1000, 1e-4


@dataclass(frozen=True)
class Lengths:
    """Frames of the shortest and of the longest highlight (1.5 s and 4.5 s)."""

    shortest: int
    longest: int


def highlights(
    measures: Measures, shots: list[Run], lengths: Lengths, count: int, rng: np.random.Generator
) -> list[Run]:
    """At most `count` spans of frames, best first.

    Each candidate is the mean of its frames' features; k-means puts alike ones together; from each
    cluster, the one with most frames first, the candidate with the largest mean difference is taken.
    """
    spans = candidates(measures, shots, lengths, count)
    if not spans:
        return []
    means = np.stack([measures.features[first:last].mean(0, np.float64) for first, last in spans])
    k = min(MOST_CLUSTERS, len(spans), max(FEWEST_CLUSTERS, count))
    labels = kmeans(means, k, rng)
    sizes = np.bincount(labels, [last - first for first, last in spans], minlength=k)
    liveliness = np.array([_mean_difference(measures, span) for span in spans])
    best = [
        int(np.where(labels == label, liveliness, -1.0).argmax())
        for label in (-sizes).argsort(kind="stable")
        if sizes[label]
    ]
    return [spans[index] for index in best[:count]]


def candidates(measures: Measures, shots: list[Run], lengths: Lengths, count: int) -> list[Run]:
    """Shots that are long and lively enough; when too few, neighbours joined; trimmed to the longest."""
    spans = [
        shot
        for shot in shots
        if shot[1] - shot[0] >= lengths.shortest and _mean_difference(measures, shot) >= LIVELY
    ]
    if len(spans) < count:
        joined = _joined(shots, lengths.shortest)
        spans += [span for span in joined if not any(_overlap(span, other) for other in spans)]
    return [trimmed(measures.difference, span, lengths.longest) for span in spans]


def trimmed(difference: Floats, span: Run, longest: int) -> Run:
    """Take away whichever end frame leaves the smaller deviation, until the span fits.

    The deviations come from running sums, so that a long span costs no more than its frames.
    """
    first, last = span
    total = np.concatenate([[0.0], difference.cumsum()])
    squares = np.concatenate([[0.0], (difference**2).cumsum()])

    def _variance(start: int, end: int) -> float:
        mean = (total[end] - total[start]) / (end - start)
        return float((squares[end] - squares[start]) / (end - start) - mean**2)

    while last - first > longest:
        if _variance(first + 1, last) < _variance(first, last - 1):
            first += 1
        else:
            last -= 1
    return first, last


def kmeans(points: Floats, k: int, rng: np.random.Generator, attempts: int = ATTEMPTS) -> Labels:
    """Lloyd's algorithm from k-means++ seeds, the tightest of some attempts: (N, D) -> (N,) labels."""
    tries = [_lloyd(points, _seeds(points, k, rng)) for _ in range(attempts)]
    return min(tries, key=lambda found: found[1])[0]


def _lloyd(points: Floats, centres: Floats) -> tuple[Labels, float]:
    for _ in range(ROUNDS):
        apart = _squared_distances(points, centres)
        labels = apart.argmin(1)
        moved = centres.copy()
        for label in np.unique(labels):
            moved[label] = points[labels == label].mean(0)
        shift = float(np.abs(moved - centres).max())
        centres = moved
        if shift < STILL:
            break
    apart = _squared_distances(points, centres)
    return apart.argmin(1), float(apart.min(1).sum())


def _seeds(points: Floats, k: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.integers(len(points)))]
    nearest = _squared_distances(points, points[chosen]).ravel()
    while len(chosen) < k:
        total = float(nearest.sum())
        chance = nearest / total if total > 0 else np.full(len(points), 1 / len(points))
        chosen.append(int(rng.choice(len(points), p=chance)))
        nearest = np.minimum(nearest, _squared_distances(points, points[chosen[-1:]]).ravel())
    return points[chosen]


def _squared_distances(points: Floats, centres: Floats) -> Floats:
    squares = (points**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * points @ centres.T
    return np.asarray(np.maximum(squares, 0.0))


def _mean_difference(measures: Measures, span: Run) -> float:
    return float(measures.difference[span[0] : span[1]].mean())


def _joined(shots: list[Run], shortest: int) -> list[Run]:
    """Neighbouring shots put together until each is long enough; a rest too short is left out."""
    joined: list[Run] = []
    start: int | None = None
    for first, last in shots:
        start = first if start is None else start
        if last - start >= shortest:
            joined.append((start, last))
            start = None
    return joined


def _overlap(one: Run, other: Run) -> bool:
    return one[0] < other[1] and other[0] < one[1]
