"""Where, how far apart and in which order people put three shots together; no look at pixels.

Shape letters: N moments of a video, S seconds after its start.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats

TABLE = "storyline.json"
MOST = 2000
BLUR, REACH, SHORTEST = 5.0, 2, 20.0
Knowing = Literal["scores", "duration"]


@dataclass(frozen=True)
class Habits:
    """What people do when they put three shots together, in log odds; learned from GIF-Thumbnails.

    goodness: of one standard deviation of a shot's score; 0 where only the duration is known.
    start: (S,) of a shot so many whole seconds after the start, the last for all later ones.
    end_edges, end: of a shot so many seconds before the end. gap_edges, gaps: of neighbours in time so
    many seconds apart; share_edges, shares: so large a share of the video apart. Each list of values
    is one longer than its edges. orders: of showing the k-th shot in time at each place. Videos that are
    shorter than any seen (20 s) are taken as if they were that long.
    """

    goodness: float
    start: Floats
    end_edges: Floats
    end: Floats
    gap_edges: Floats
    gaps: Floats
    share_edges: Floats
    shares: Floats
    orders: dict[tuple[int, ...], float]

    @classmethod
    def learned(cls, knowing: Knowing = "scores") -> Habits:
        """The table in the package, made by `scripts/fit_storyline.py`.

        Args: knowing: what else is known of the video's seconds. Where scores are, position says less.
        """
        table = json.loads(_text())
        part = table[f"knowing_{knowing}"]
        arrays = {name: np.array(part[name]) for name in ARRAYS}
        orders = {tuple(map(int, name)): value for name, value in table["orders"].items()}
        return cls(goodness=float(part["goodness"]), orders=orders, **arrays)

    def places(self, moments_n: Floats, duration: float) -> Floats:
        """Log odds of a shot at each moment: (N,). Args: moments_n: seconds from the start."""
        longer = max(1.0, SHORTEST / duration)
        since = np.clip((moments_n * longer).astype(np.intp), 0, len(self.start) - 1)
        left = np.maximum(duration - moments_n, 0.0) * longer
        return np.asarray(self.start[since] + self.end[np.digitize(left, self.end_edges)])

    def distances(self, moments_n: Floats, duration: float, count: int = 3) -> Floats:
        """Log odds of any two moments as neighbours: (N, N). More than three shots stand closer."""
        apart = np.abs(moments_n[:, None] - moments_n) * max(1.0, SHORTEST / duration)
        shares = apart / max(duration, SHORTEST) * count / 3
        gaps = self.gaps[np.digitize(apart, self.gap_edges)]
        return np.asarray(gaps + self.shares[np.digitize(shares, self.share_edges)])

    def order(self) -> tuple[int, ...]:
        """The likeliest: which shot in time is shown at each place."""
        return max(self.orders, key=lambda order: self.orders[order])


ARRAYS = ("start", "end_edges", "end", "gap_edges", "gaps", "share_edges", "shares")


@cache
def baseline(name: str) -> Floats:
    """A habit of single seconds that models are compared with, learned from the same videos.

    Args: name: `comments_by_share` (100,) and `comments_by_second` (200,) of the second with most;
        `shares_by_place` (3, 20), where in a video the shot at each place lies.
    """
    return np.array(json.loads(_text())["baselines"][name])


@cache
def _text() -> str:
    return files("gifworthy.data").joinpath(TABLE).read_text("utf-8")


def smoothed(comments_n: Floats) -> Floats:
    """Comments a second as a score: blurred by 5 s so that no peak shows, log, mean 0 and deviation 1.

    Args: comments_n: (N,) 0 or more. Returns: (N,), zeros when all are alike.
    """
    from scipy.ndimage import gaussian_filter1d

    blurred = np.log1p(gaussian_filter1d(comments_n.astype(np.float64), BLUR, mode="nearest"))
    spread = float(blurred.std())
    return (blurred - blurred.mean()) / spread if spread > 1e-9 else np.zeros_like(blurred)


def within_reach(single_n: Floats) -> Floats:
    """Log odds that a shot lies within 2 s of each second of a video: (N,). Args: single_n: at each."""
    padded = np.pad(single_n, REACH, constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * REACH + 1)
    return np.asarray(np.logaddexp.reduce(windows, axis=1))


def likeliest(single_n: Floats, distances_nn: Floats, count: int) -> NDArray[np.intp]:
    """The `count` moments in order of time with the largest sum of places and neighbours' distances.

    Exact (Viterbi). Args: single_n: (N,) of each, in order of time. distances_nn: (N, N).
    Returns: (count,) rising indices. Raises: ValueError when there are fewer moments than that.
    """
    length = len(single_n)
    if length < count:
        raise ValueError(f"{count} shots cannot be told from {length} moments")
    later = np.triu(np.ones((length, length), dtype=bool), 1)
    steps = np.where(later, distances_nn, -np.inf)
    value, nexts = single_n, []
    for _ in range(count - 1):
        onward = steps + value
        nexts.append(onward.argmax(axis=1))
        value = single_n + onward.max(axis=1)
    chosen = [int(value.argmax())]
    for following in reversed(nexts):
        chosen.append(int(following[chosen[-1]]))
    return np.array(chosen)


def told(habits: Habits, moments_n: Floats, duration: float, count: int = 3) -> NDArray[np.intp]:
    """The moments that people would likeliest put together, in showing order: (count,) indices.

    Args: moments_n: (N,) seconds from the start, rising. duration: of the video, seconds.
    """
    seconds = np.arange(max(1, int(np.ceil(duration))), dtype=np.float64)
    reached = within_reach(habits.places(seconds, duration))
    single = reached[np.clip(moments_n.astype(np.intp), 0, len(seconds) - 1)]
    kept = np.sort((-single).argsort(kind="stable")[:MOST])
    distances = habits.distances(moments_n[kept], duration, count)
    chosen = kept[likeliest(single[kept], distances, count)]
    return chosen[list(habits.order())] if count == 3 else chosen
