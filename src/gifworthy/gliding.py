"""How a crop moves: the calmest path that keeps up with what it follows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.types import Floats

FASTEST = 0.6
"""Frame sides a second that a crop moves at most."""
FIERCEST = 1.5
"""Frame sides a second, a second, that it accelerates at most."""
STEPPING, TURNING, JERKING = 1.0, 4.0, 4.0
"""What a step, a change of step and a change of that cost, in the unit of the path."""
LOSING = 12.0
"""What it costs to be one unit beside the wanted range at one moment of mean weight."""
FINE_FPS = 200
ROOM = 0.97
"""The share of the acceleration that is used, since whoever reads the curve reads between its points."""


@dataclass(frozen=True)
class Wanted:
    """Where a path should be at each of T evenly spaced moments.

    lows, highs: (T,) the range that is as good as any. weights: (T,) how much it matters, mean 1.
    least, most: what the path never leaves. gap: seconds between moments. closed: whether the last
    place must be the first.
    """

    lows: Floats
    highs: Floats
    weights: Floats
    least: float
    most: float
    gap: float
    closed: bool = False


def glide(wanted: Wanted) -> Floats:
    """The path of least movement, as control points of a cubic B-spline: (T,).

    The L1-optimal camera path of Grundmann, Kwatra and Essa, "Auto-Directed Video Stabilization with
    Robust L1 Optimal Camera Paths" (CVPR 2011), section 3: a linear program that weighs the absolute
    first, second and third differences, so that the path is made of standing still, steady movement
    and short, even changes between. Being outside the wanted range costs by how far and how much is
    lost. Speed and acceleration are bounded outright; a spline of degree 3 with such control points
    keeps both bounds, as its derivatives are averages of their differences.
    """
    from scipy.optimize import linprog

    count = len(wanted.lows)
    if count < 4:
        middle = float(np.mean((wanted.lows + wanted.highs) / 2))
        return np.full(count, np.clip(middle, wanted.least, wanted.most))
    steps = [np.diff(np.eye(count), n=order, axis=0) for order in (1, 2, 3)]
    prices = (STEPPING, TURNING, JERKING)
    free = np.concatenate(
        [np.zeros(count), *(np.full(d.shape[0], p) for d, p in zip(steps, prices, strict=True))]
    )
    cost = np.concatenate([free, LOSING * wanted.weights])
    left, right = _constraints(steps, wanted)
    bounds = [(wanted.least, wanted.most)] * count + [(0, None)] * (len(cost) - count)
    ends = np.zeros((1, len(cost)))
    ends[0, [0, count - 1]] = 1.0, -1.0
    solved = linprog(
        cost,
        A_ub=left,
        b_ub=right,
        A_eq=ends if wanted.closed else None,
        b_eq=np.zeros(1) if wanted.closed else None,
        bounds=bounds,
        method="highs",
    )
    assert solved.success, f"standing still is always a path, yet: {solved.message}"
    return np.asarray(solved["x"], np.float64)[:count]


def drawn_out(points: Floats, gap: float) -> tuple[Floats, Floats]:
    """The curve of control points, fine enough to read between: seconds from the start, places.

    Both ends are met: the points beyond them continue the first and the last step.
    """
    count = len(points)
    if count < 2:
        return np.zeros(1), points[:1]
    padded = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    from scipy.interpolate import BSpline

    curve = BSpline(np.arange(-3, count + 3, dtype=np.float64), padded, 3)
    moments = np.linspace(0, count - 1, max(2, round((count - 1) * gap * FINE_FPS) + 1))
    return moments * gap, np.asarray(curve(moments))


def _constraints(steps: list[Floats], wanted: Wanted) -> tuple[Floats, Floats]:
    """A x <= b for x = path, sizes of the three differences, and how far outside at each moment."""
    count = len(wanted.lows)
    starts = np.cumsum([count, *(len(step) for step in steps)])
    width = int(starts[-1]) + count
    same = np.eye(count)
    rows, limits = [], []

    def at_most(what: Floats, most: Floats, less: int | None = None) -> None:
        """what @ path <= most, plus the unknowns that begin at `less`."""
        row = np.zeros((len(what), width))
        row[:, :count] = what
        if less is not None:
            row[:, less : less + len(what)] = -np.eye(len(what))
        rows.append(row)
        limits.append(most)

    for start, step in zip(starts, steps, strict=False):
        at_most(step, np.zeros(len(step)), int(start))
        at_most(-step, np.zeros(len(step)), int(start))
    for step, most in (
        (steps[0], FASTEST * wanted.gap),
        (steps[1], ROOM * FIERCEST * wanted.gap**2),
    ):
        at_most(step, np.full(len(step), most))
        at_most(-step, np.full(len(step), most))
    at_most(same, wanted.highs, int(starts[-1]))
    at_most(-same, -wanted.lows, int(starts[-1]))
    return np.concatenate(rows), np.concatenate(limits)
