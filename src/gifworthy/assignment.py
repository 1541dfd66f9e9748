"""From shots that a net imagined to shots of the video: the closest ones, none twice.

Shape letters: L samples, K shots of a cover (3), N shots of the video, D feature size, C candidates.
"""

from __future__ import annotations

from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.types import Floats

Picks = NDArray[np.intp]
Average = Literal["likelihood", "cost", "vote"]
SHOTS = 3
MOST_CANDIDATES = 32


def distances(told_lkd: ArrayLike, shots_nd: ArrayLike) -> Floats:
    """(L, K, N) Euclidean distance of what was imagined to what there is."""
    told, shots = (np.asarray(part, np.float64) for part in (told_lkd, shots_nd))
    centre = shots.mean(axis=0)
    told, shots = told - centre, shots - centre
    squares = (told**2).sum(-1)[..., None] + (shots**2).sum(-1) - 2 * told @ shots.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def closest(apart_lkn: Floats) -> Picks:
    """GEVADEN, equation 4, for each sample: (L, K, N) -> (L, K) distinct shots, the smallest sum.

    Exact: of K rows each takes one of its K nearest, since the others can take K - 1 of them at most.

    Raises: ValueError for fewer than K shots.
    """
    count, shots = apart_lkn.shape[1:]
    if shots < count:
        raise ValueError(f"{count} distinct shots cannot be chosen of {shots}")
    near = np.argsort(apart_lkn, axis=2, kind="stable")[:, :, :count]
    costs = np.take_along_axis(apart_lkn, near, axis=2)
    ways = np.array(list(product(range(count), repeat=count)))
    places = np.arange(count)
    picks = near[:, places, ways]
    sums = costs[:, places, ways].sum(axis=2)
    order = np.sort(picks, axis=2)
    sums[(order[:, :, 1:] == order[:, :, :-1]).any(axis=2)] = np.inf
    return np.asarray(np.take_along_axis(picks, sums.argmin(axis=1)[:, None, None], axis=1)[:, 0])


def agreed(apart_lkn: Floats, unit: float, average: Average = "likelihood") -> Picks:
    """One answer for all samples: (L, K, N) -> (K,) distinct shots.

    `likelihood` is equation 10 as it stands: the shots with the largest mean of
    exp(-(sum of distances) / unit), jointly; what two samples tell is not mixed. `cost` averages the
    distances instead, `vote` takes what most samples' own closest shots are.

    Args: unit: of the distances in which the net was punished for one.
    """
    if average == "cost":
        return np.asarray(closest(apart_lkn.mean(axis=0, keepdims=True))[0])
    if average == "vote":
        return _voted(apart_lkn)
    return _likeliest(-apart_lkn / unit)


def _voted(apart_lkn: Floats) -> Picks:
    """Of equally many votes, the smaller mean distance."""
    told, votes = np.unique(closest(apart_lkn), axis=0, return_counts=True)
    first = told[votes == votes.max()]
    costs = apart_lkn.mean(axis=0)[np.arange(first.shape[1]), first].sum(axis=1)
    return np.asarray(first[costs.argmin()])


def _likeliest(logs_lkn: Floats) -> Picks:
    """Exact among the shots that count most at each place; the others are behind those for each sample."""
    kept = [_candidates(logs_lkn[:, place]) for place in range(SHOTS)]
    one, two, three = (logs_lkn[:, place, kept[place]] for place in range(SHOTS))
    joint = one[:, :, None, None] + two[:, None, :, None] + three[:, None, None, :]
    top = joint.max()
    mean = np.exp(joint - top).mean(axis=0)
    a, b, c = np.ix_(*kept)
    mean[(a == b) | (a == c) | (b == c)] = -1.0
    best = np.unravel_index(int(mean.argmax()), mean.shape)
    return np.array([kept[place][where] for place, where in enumerate(best)], np.intp)


def _candidates(logs_ln: Floats) -> Picks:
    top = logs_ln.max()
    worth = np.exp(logs_ln - top).sum(axis=0)
    ranked = np.lexsort((-logs_ln.max(axis=0), -worth))
    return np.asarray(ranked[:MOST_CANDIDATES])
