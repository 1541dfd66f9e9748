"""Which spans are compared with which: a better and a worse one, of one video.

Shape letters: N spans of all videos, P pairs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from gifworthy.types import Floats

Places = NDArray[np.intp]
LEAST_OVERLAP = 0.66
NEGATIVES = 4


@dataclass(frozen=True)
class Pairs:
    """Indices of spans that are compared. better, worse: (P,)."""

    better: Places
    worse: Places

    def __len__(self) -> int:
        return len(self.better)

    def part(self, places: Places) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.better[places], self.worse[places])


def chosen(shares_n: Floats, least: float = LEAST_OVERLAP) -> Floats:
    """Which spans people made GIFs of, by the share of each that lies in one.

    Video2GIF, section 4.1: chosen when more than 66 % of it lies in a GIF, not chosen when it shares
    nothing with any, and otherwise of no use. That it is 66 % of the span, not of the GIF, the paper
    leaves open. Labels of other data sets are taken the same way: 1 is chosen, 0 or less is not.

    Returns: (N,) 1 chosen, 0 not, nan neither.
    """
    return np.where(shares_n > least, 1.0, np.where(shares_n <= 0.0, 0.0, np.nan))


def within_videos(
    chosen_n: Floats, video_n: ArrayLike, random: Generator, negatives: int = NEGATIVES
) -> Pairs:
    """Every chosen span of a video with each of a few others of the same video.

    Video2GIF, section 4.3: all positives, `negatives` drawn at random for each video, combined
    exhaustively, so that long videos do not outweigh the others.

    Args: chosen_n: as `chosen` says. video_n: whose each span is; anything that compares.
    Returns: pairs in the order of the videos; none of a video without a positive or a negative.
    """
    values = np.asarray(chosen_n)
    pairs = []
    for places in groups(video_n):
        positive, others = places[values[places] == 1], places[values[places] == 0]
        drawn = random.permutation(others)[:negatives]
        pairs.append(_every(positive, np.sort(drawn)))
    return _joined(pairs)


def across_videos(
    chosen_n: Floats, video_n: ArrayLike, random: Generator, negatives: int = NEGATIVES
) -> Pairs:
    """The same spans as often, but each beside one of any video: "video agnostic".

    The ablation of Video2GIF, table 2: it asks the net to compare what only its own video gives a
    measure for. The worse ones of `within_videos` are dealt out anew, so that nothing else differs.

    Args, Returns: as `within_videos`.
    """
    pairs = within_videos(chosen_n, video_n, random, negatives)
    return Pairs(pairs.better, random.permutation(pairs.worse))


def graded(values_n: Floats, video_n: ArrayLike) -> Pairs:
    """Every two spans of one video with different values, the better one first; nan is passed over."""
    values = np.asarray(values_n)
    pairs = []
    for places in groups(video_n):
        known = places[np.isfinite(values[places])]
        levels = [known[values[known] == level] for level in np.unique(values[known])]
        pairs += [_every(above, below) for below, above in combinations(levels, 2)]
    return _joined(pairs)


def groups(video_n: ArrayLike) -> list[Places]:
    """The places of each video's spans, in order of first appearance."""
    names, first, index = np.unique(np.asarray(video_n), return_index=True, return_inverse=True)
    order = np.argsort(index, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(index, minlength=len(names)))[:-1])
    return [parts[place] for place in np.argsort(first)] if len(order) else []


def popularity(views_n: Floats, days_n: Floats) -> Floats:
    """How popular each GIF is beside the others: p of the adaptive loss, 0..1.

    log2((views + 1) / days), rescaled so that the least popular is 0 and the most 1: the reading of
    "normalised view count" that the data's fields allow (`gif_views`, `gif_age`); the paper states
    neither the logarithm nor the scale.

    Args: views_n: (N,) at least 0. days_n: (N,) above 0; its unit does not matter.
    Returns: (N,); the median where a number is not known, 0 everywhere when all are alike or unknown.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log2((np.asarray(views_n, float) + 1) / np.asarray(days_n, float))
    known = logs[np.isfinite(logs)]
    if not len(known) or known.min() == known.max():
        return np.zeros(logs.shape)
    filled = np.where(np.isfinite(logs), logs, np.median(known))
    return np.asarray((filled - known.min()) / (known.max() - known.min()))


def _every(better: Places, worse: Places) -> Pairs:
    return Pairs(np.repeat(better, len(worse)), np.tile(worse, len(better)))


def _joined(pairs: list[Pairs]) -> Pairs:
    nothing = np.empty(0, np.intp)
    return Pairs(
        np.concatenate([nothing, *(some.better for some in pairs)]),
        np.concatenate([nothing, *(some.worse for some in pairs)]),
    )
