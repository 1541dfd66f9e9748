"""Where a list of moments lies in another, when it may run faster or slower: pure arithmetic.

Shape letters: G moments of the GIF, V ticks of the video, S speeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.learning.manifest import runs
from gifworthy.types import Floats

SLOWEST, FASTEST = 0.4, 2.5
HABIT = 0.02


@dataclass(frozen=True)
class Fits:
    """For each tick of the video: what it costs when the GIF starts there, at the best speed.

    costs: (V,) mean over the GIF's moments, inf where it would end after the video. speeds: (V,)
    seconds of video a second of GIF.
    """

    costs: Floats
    speeds: Floats

    @property
    def best(self) -> int:
        """The cheapest tick."""
        return int(np.argmin(self.costs))


def speeds_for(span: float, rate: float, low: float = SLOWEST, high: float = FASTEST) -> Floats:
    """Speeds so close together that the end of a GIF of `span` seconds is missed by half a tick at most."""
    step = max(1.0 / (rate * max(span, 1e-3)), 0.005)
    if step > np.log(high / low):
        return np.array([1.0]) if low <= 1 <= high else np.array([np.sqrt(low * high)])
    count = int(np.ceil(np.log(high / low) / step))
    found = np.geomspace(low, high, count + 1)
    return np.unique(np.append(found, 1.0)) if low <= 1 <= high else found


def fit(
    costs_gv: Floats, moments: Floats, rate: float, speeds: Floats, habit: float = HABIT
) -> Fits:
    """Every start at every speed.

    Args: costs_gv: (G, V) how unlike moment g of the GIF is to tick v. moments: (G,) seconds from the
        GIF's first. rate: ticks a second. speeds: (S,). habit: by how much of its cost a place is dearer
        whose speed is double or half: most GIFs run as filmed.
    """
    count = costs_gv.shape[1]
    best = np.full(count, np.inf)
    chosen = np.ones(count)
    for speed in speeds:
        ahead = np.rint(moments * speed * rate).astype(np.intp)
        room = count - int(ahead[-1])
        if room <= 0:
            continue
        total = np.zeros(room)
        for row, shift in zip(costs_gv, ahead, strict=True):
            total += row[shift : shift + room]
        total *= (1 + habit * abs(np.log2(speed))) / len(ahead)
        cheaper = total < best[:room]
        best[:room][cheaper] = total[cheaper]
        chosen[:room][cheaper] = speed
    return Fits(best, chosen)


def likely_stretches(
    fits: Fits, reach: Floats, around: int, margin: float, most: int
) -> list[tuple[int, int]]:
    """The ticks that the cheapest starts reach over: first, and one past the last, of each stretch.

    Args: reach: (V,) ticks that the GIF lasts from each start. around: ticks before and after. margin:
        how much dearer than the cheapest a start may be. most: ticks in all, about; the cheapest starts
        come first.
    """
    order = np.argsort(fits.costs, kind="stable")
    covered = np.zeros(len(order) + int(reach.max()) + around + 1, bool)
    for start in order[:most].tolist():
        if fits.costs[start] > fits.costs[order[0]] + margin or covered.sum() >= most:
            break
        covered[max(0, start - around) : start + int(reach[start]) + around + 1] = True
    return runs(covered)
