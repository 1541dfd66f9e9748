"""Kernel temporal segmentation: pieces inside which the picture stays alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gifworthy.appearance import appearance
from gifworthy.types import Floats, Segment
from gifworthy.video import Video

Indices = NDArray[np.int64]
LEAST_SPREAD = 0.02
Features = Callable[[Video, tuple[Segment, ...]], Floats]


def small_frames(video: Video, segments: tuple[Segment, ...]) -> Floats:
    """The mean appearance of the scan's moments in each segment: (N, 144)."""
    looks = appearance(video.scan.frames)
    return np.stack([looks[video.scan.inside(segment)].mean(0) for segment in segments])


@dataclass(frozen=True)
class KernelChangePoints:
    """KTS (Potapov, Douze, Harchaoui, Schmid 2014, "Category-Specific Video Summarization").

    The video is divided into even ticks; dynamic programming finds the pieces with the least
    scatter of the ticks' vectors (in a Gaussian kernel), and the number of pieces by the paper's
    penalised criterion.
    An edge within a tick of a cut that the scan saw is moved onto the cut.

    features: one vector per segment, (video, segments) -> (N, D); any backbone's will do, such as
        `Features.load("i3d", settings).of`: pieces are then cut where the action changes, with or
        without a cut of the picture (NetEase's future work).
    tick: seconds between vectors. most: ticks at most; a long video has longer ticks.
    window: seconds of video around each tick that its vector is made of, 0 for the tick alone. An
        action is not seen in half a second: 2 for the 3D-CNNs.
    shortest, longest: seconds of a piece. penalty: the paper's vmax.
    """

    features: Features = small_frames
    tick: float = 0.5
    most: int = 1000
    window: float = 0.0
    shortest: float = 1.0
    longest: float = 10.0
    penalty: float = 1.0

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Pieces that cover the video's bounds, in order of time."""
        bounds = video.bounds
        count = int(np.clip(round(bounds.duration / self.tick), 1, self.most))
        edges = np.linspace(bounds.start, bounds.end, count + 1)
        ticks = tuple(Segment(a, b) for a, b in pairwise(edges.tolist()))
        tick = bounds.duration / count
        shortest = max(1, round(self.shortest / tick))
        longest = max(2 * shortest, round(self.longest / tick))
        gram = gaussian_kernel(self.features(video, widened(ticks, self.window, bounds)))
        points = change_points(gram, shortest, longest, self.penalty)
        inner = onto_cuts(edges[points], video.scan.cuts, tick)
        places = [bounds.start, *inner.tolist(), bounds.end]
        return tuple(Segment(a, b) for a, b in pairwise(places))


def widened(ticks: tuple[Segment, ...], window: float, bounds: Segment) -> tuple[Segment, ...]:
    """Each tick made `window` seconds long about its middle, inside the bounds; longer ones stay."""
    apart = (max(0.0, window - tick.duration) / 2 for tick in ticks)
    return tuple(
        Segment(max(tick.start - more, bounds.start), min(tick.end + more, bounds.end))
        for tick, more in zip(ticks, apart, strict=True)
    )


def onto_cuts(edges: Floats, cuts: Floats, reach: float) -> Floats:
    """Each edge moved onto the nearest cut within `reach` seconds; edges stay apart and in order."""
    if not len(cuts) or not len(edges):
        return edges
    nearest = cuts[np.abs(edges[:, None] - cuts[None]).argmin(1)]
    moved = np.where(np.abs(nearest - edges) < reach, nearest, edges)
    return np.unique(moved)


def gaussian_kernel(vectors: Floats, least: float = LEAST_SPREAD) -> Floats:
    """How alike vectors are, 0..1, with the median of their squared distances as the width.

    The paper's Fisher vectors are so long that different frames are nearly orthogonal, and its penalty
    is weighed for that; short histograms are all alike until the kernel spreads them.

    Args: vectors: (n, D), brought to unit length first. least: width below which nothing is told apart,
        so that the noise of a still scene is not cut. Returns: (n, n).
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(lengths > 0, lengths, 1.0)
    apart = np.maximum(2 - 2 * unit @ unit.T, 0.0)
    return np.asarray(np.exp(-apart / max(float(np.median(apart)), least)))


def change_points(
    gram: Floats, shortest: int = 1, longest: int | None = None, penalty: float = 1.0
) -> list[int]:
    """Where pieces of alike vectors begin, the number of pieces chosen by the criterion of KTS.

    Minimises I[m, n] / n + vmax * m / (2 n) * (log(n / m) + 1) over the number m of change points,
    I[m, n] being the least scatter of n vectors in m + 1 pieces (equations 2 and 3 of the paper).
    The penalty only grows with m, so the search ends when it alone exceeds the best sum.

    Args: gram: (n, n) inner products of the vectors, or a kernel. shortest, longest: vectors in a
        piece. penalty: vmax.
    Returns: rising indices in 1..n-1, none when one piece is best.
    """
    count = len(gram)
    longest = min(longest or count, count)
    scatter = scatters(gram, shortest, longest)
    least = np.full(count + 1, np.inf)
    least[0] = 0.0
    origins: list[Indices] = []
    best, best_points = np.inf, 0
    while len(origins) < max(1, count // shortest):
        points = len(origins)
        cost = _penalty(points, count, penalty)
        if cost >= best:
            break
        least, origin = _one_more_piece(least, scatter)
        origins.append(origin)
        if least[count] / count + cost < best:
            best, best_points = least[count] / count + cost, points
    return _back_track(origins[: best_points + 1], count)


def scatters(gram: Floats, shortest: int, longest: int) -> Floats:
    """The scatter of every piece that is neither too short nor too long.

    The sum of squared distances to the piece's mean, from the cumulated Gram matrix; infinite where
    no such piece exists. Row j holds the pieces that end before vector j, the longest first.

    Returns: (n + 1, longest).
    """
    count = len(gram)
    summed = np.zeros((count + 1, count + 1))
    summed[1:, 1:] = gram.cumsum(0).cumsum(1)
    own = np.concatenate([[0.0], np.diag(gram).cumsum()])
    ends, lengths = np.ogrid[: count + 1, longest:0:-1]
    starts = ends - lengths
    fits = (starts >= 0) & (lengths >= shortest)
    starts = np.maximum(starts, 0)
    corner = np.diag(summed)
    block = corner[ends] - 2 * summed[starts, ends] + corner[starts]
    return np.where(fits, np.maximum(own[ends] - own[starts] - block / lengths, 0.0), np.inf)


def _one_more_piece(least: Floats, scatter: Floats) -> tuple[Floats, Indices]:
    longest = scatter.shape[1]
    before = np.concatenate([np.full(longest, np.inf), least[:-1]])
    total = sliding_window_view(before, longest) + scatter
    choice = total.argmin(1)
    ends = np.arange(len(least))
    return total[ends, choice], ends - longest + choice


def _penalty(points: int, count: int, weight: float) -> float:
    if not points:
        return 0.0
    return weight * points / (2 * count) * (float(np.log(count / points)) + 1)


def _back_track(origins: list[Indices], count: int) -> list[int]:
    points = [count]
    for origin in reversed(origins):
        points.append(int(origin[points[-1]]))
    return points[-2:0:-1]
