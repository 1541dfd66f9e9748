"""Shots by the group fused lasso: where many measures of the picture jump together.

Shape letters: T moments, D measures, C candidates for a jump.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gifworthy.appearance import appearance
from gifworthy.types import Floats, Scan, Segment
from gifworthy.video import Video

Indices = NDArray[np.intp]
EPSILON = 1e-9
MOST_MOMENTS, MOST_CANDIDATES = 3000, 600
MOMENTS_A_JUMP = 10


@dataclass(frozen=True)
class GroupFusedLasso:
    """The shots of TVSum (Song et al., CVPR 2015) and hence of Video2GIF (section 4.1).

    Multiple change points (Bleakley, Vert 2011): the group fused lasso, solved by group LARS, proposes
    jumps; dynamic programming finds the best of them for each number of jumps; the number is the last
    at which the curve of the log error still bends by more than `threshold`.

    What is compared are the small frames of the scan (colours and their places, 144 numbers) where
    TVSum has histograms of 2,000. Video2GIF does not say how long its shots may be: 2 and 6 s are those
    of Hecate, by the same first author. A longer piece is cut in equal parts; where nothing bends there
    is no jump, where the published program would still make one.

    shortest, longest: seconds of a piece. threshold: of the second difference of the curve.
    """

    shortest: float = 2.0
    longest: float = 6.0
    threshold: float = 0.25

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Pieces that cover the video's bounds, in order of time."""
        scan, bounds = video.scan, video.bounds
        step = max(1, -(-len(scan) // MOST_MOMENTS))
        times, frames = scan.times[::step], scan.frames[::step]
        count = int(bounds.duration / self.shortest)
        length = int(len(times) * self.shortest / bounds.duration)
        found = jumps(appearance(frames), count, max(1, length), self.threshold)
        inner = [_edge(scan, float(times[i - 1]), float(times[i])) for i in found]
        places = np.unique([bounds.start, *inner, bounds.end]).tolist()
        return tuple(piece for pair in pairwise(places) for piece in self._parts(*pair))

    def _parts(self, start: float, end: float) -> list[Segment]:
        count = max(1, int(np.ceil((end - start) / self.longest - 1e-6)))
        edges = np.linspace(start, end, count + 1).tolist()
        return [Segment(a, b) for a, b in pairwise(edges)]


def _edge(scan: Scan, before: float, after: float) -> float:
    """Where between two moments the picture jumped: at the cut, if the scan saw one."""
    cuts = scan.cuts[(scan.cuts > before) & (scan.cuts <= after)]
    return float(cuts[0]) if len(cuts) else (before + after) / 2


def jumps(signal_td: Floats, count: int, shortest: int = 1, threshold: float = 0.25) -> list[int]:
    """Where a signal of many measures jumps.

    Args: signal_td: (T, D). count: of candidates at most. shortest: moments between jumps at least.
        threshold: see `GroupFusedLasso`.
    Returns: rising indices in 1..T-1 of the first moment after each jump.
    """
    proposed = min(count, len(signal_td) - 1, MOST_CANDIDATES)
    if proposed < 1:
        return []
    candidates = np.sort(candidate_jumps(signal_td, proposed))
    errors, _ = best_jumps(signal_td, candidates)
    apart, best = best_jumps(signal_td, candidates, shortest)
    return best[int(apart[: bend(errors, threshold) + 1].argmin())]


def candidate_jumps(signal_td: Floats, count: int) -> Indices:
    """The first `count` jumps on the path of the group fused lasso, in the order of their coming.

    Minimises |Y - X b|^2 / 2 + lambda * sum |b_i| while lambda falls from infinity, b_i being the jump
    before moment i, and X the steps weighed by w_i = sqrt(T / (i (T - i))) and centred (Bleakley, Vert
    2011, algorithm 2). Each product with X has a closed form, so that a step costs O(T D).

    Returns: indices in 1..T-1 of the first moment after each jump; fewer when nothing is left to fit.
    """
    length = len(signal_td)
    place = np.arange(1, length)
    weights = np.sqrt(length / (place * (length - place)))
    total = signal_td.cumsum(0)
    left = (place[:, None] / length * total[-1] - total[:-1]) * weights[:, None]
    active = [int((left**2).sum(1).argmax())]
    while len(active) < count:
        known = np.sort(active)
        most = float((left**2).sum(1).max())
        if most < EPSILON:
            break
        falling = _correlated(known, _direction(left[known], known, weights), weights)
        steps = _steps(left, falling, most)
        steps[known] = np.inf
        following = int(steps.argmin())
        if not np.isfinite(steps[following]):
            break
        left = left - steps[following] * falling
        active.append(following)
    return np.array(active, np.intp) + 1


def best_jumps(
    signal_td: Floats, candidates: Indices, shortest: int = 1
) -> tuple[Floats, list[list[int]]]:
    """For each number of jumps the best ones among some candidates, by dynamic programming.

    Args: candidates: (C,) rising. shortest: moments of a piece at least.
    Returns: the squared error with 0, 1, 2 ... jumps, and the jumps; as many as are possible, and at
        most one in ten moments, so that the likelihood does not run away (as in the published program).
    """
    edges = np.array([0, *candidates.tolist(), len(signal_td)])
    cost = _errors(signal_td, edges)
    lengths = edges[None, :] - edges[:, None]
    cost = np.where(lengths >= min(shortest, len(signal_td)), cost, np.inf)
    errors, origins = [cost[0]], [np.zeros(len(edges), np.intp)]
    for _ in range(min(len(candidates), len(signal_td) // MOMENTS_A_JUMP)):
        total = errors[-1][:, None] + cost
        if not np.isfinite(total[:, -1].min()):
            break
        origins.append(total.argmin(0))
        errors.append(total.min(0))
    best = [_back(origins[: k + 1], edges) for k in range(len(errors))]
    return np.array([row[-1] for row in errors]), best


def bend(errors: Floats, threshold: float) -> int:
    """How many jumps: the last at which the curve of the log error bends by more than `threshold`.

    The curve is scaled to fall from its number of points to 1 (Lavielle 2005; Picard et al. 2005).

    Args: errors: squared error with 0, 1, 2 ... jumps.
    Returns: 0 when it never bends; the least number that leaves no error, where one does.
    """
    count = len(errors)
    exact = np.flatnonzero(errors <= max(EPSILON, EPSILON * float(errors[0])))
    if len(exact) or count < 3:
        return int(exact[0]) if len(exact) else 0
    logs = np.log(errors)
    if logs[0] <= logs[-1]:
        return 0
    scaled = (logs[-1] - logs) / (logs[-1] - logs[0]) * (count - 1) + 1
    bends = np.flatnonzero(np.diff(scaled, 2) > threshold)
    return int(bends[-1]) + 1 if len(bends) else 0


def _direction(left_ad: Floats, known: Indices, weights: Floats) -> Floats:
    """(X_A' X_A)^-1 times the correlations of the active jumps."""
    scaled = left_ad / weights[known][:, None]
    gaps = np.diff(np.concatenate([[-1], known, [len(weights)]]))[:, None]
    edge = np.zeros((1, left_ad.shape[1]))
    slopes = np.diff(np.concatenate([edge, scaled, edge]), axis=0) / gaps
    return np.asarray(-np.diff(slopes, axis=0) / weights[known][:, None])


def _correlated(known: Indices, jumps_ad: Floats, weights: Floats) -> Floats:
    """X' X_A times some jumps: how the correlations fall when the fit moves by them."""
    length = len(weights) + 1
    sized = jumps_ad * weights[known][:, None]
    after = np.zeros((length - 1, jumps_ad.shape[1]))
    after[known] = sized
    after = after[::-1].cumsum(0)[::-1] - (known + 1.0) @ sized / length
    return np.asarray(after.cumsum(0) * weights[:, None])


def _steps(left: Floats, falling: Floats, most: float) -> Floats:
    """How far to go until each moment is as correlated as the active ones: (T - 1,), inf for never."""
    square = most - (falling**2).sum(1)
    linear = most - (falling * left).sum(1)
    constant = most - (left**2).sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(linear**2 - square * constant)
        ways = np.stack([(linear - root) / square, (linear + root) / square])
        straight = constant / (2 * linear)
    ways = np.where(square > EPSILON, ways, np.where(linear > EPSILON, straight, np.inf))
    return np.asarray(np.where(ways > 0, ways, np.inf).min(0))


def _errors(signal_td: Floats, edges: Indices) -> Floats:
    """Squared distances to the mean of every piece from edge i to edge j: (C + 2, C + 2)."""
    zero = np.zeros((1, signal_td.shape[1]))
    sums = np.concatenate([zero, signal_td.cumsum(0)])[edges]
    squares = np.concatenate([[0.0], (signal_td**2).sum(1).cumsum()])[edges]
    gram = sums @ sums.T
    own = np.diag(gram)
    apart = own[:, None] + own[None, :] - 2 * gram
    lengths = np.maximum(edges[None, :] - edges[:, None], 1)
    return np.asarray(np.maximum(squares[None, :] - squares[:, None] - apart / lengths, 0.0))


def _back(origins: list[Indices], edges: Indices) -> list[int]:
    points = [len(edges) - 1]
    for origin in reversed(origins[1:]):
        points.append(int(origin[points[-1]]))
    return [int(edges[point]) for point in points[:0:-1]]
