"""The perceptual matching error of one generated shot, by two methods that share nothing but geometry.

Xu et al., "GIF Thumbnails: Attract More Clicks to Your Videos" (AAAI 2021), section "Evaluation
Metrics". These are slow and plain; `voronoi.Cells` gives the same numbers for many samples at once.

Shape letters: D dimensions, N shots of the video, M planes that may bound the cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.types import Floats

SWEEPS = 1_000_000
STILL = 1e-15


@dataclass(frozen=True)
class Planes:
    """What bounds the cell of a shot, seen from a generated shot; lengths in units of their distance.

    A move v leaves the generated shot nearest to the target when `normals_md @ v <= bounds_m`.
    normals_md: unit vectors from the target to other shots. bounds_m: how far each plane is, below 0
    where the generated shot lies beyond it. reach_d: the move onto the target, of length 1.
    """

    normals_md: Floats
    bounds_m: Floats
    reach_d: Floats


def pme(generated_d: ArrayLike, shots_nd: ArrayLike, target: int) -> float:
    """How far a generated shot must be moved for its nearest shot to be the target, over how far it is.

    The move is the projection onto the target's Voronoi cell: least distance programming, solved as
    non-negative least squares (Lawson and Hanson, "Solving Least Squares Problems", chapter 23).

    Args:
        generated_d: (D,) what the generator gave.
        shots_nd: (N, D) the features of all shots of the video.
        target: which of them is right.

    Returns: fraction in [0, 1]: 0 when the target is nearest already, or is met exactly (0/0, which
        the paper leaves open); near 1 when other shots are in the way until the very end.
    Raises: ValueError when a feature is not finite, the sizes differ, or there is no such shot.
    """
    from scipy.optimize import nnls

    planes = planes_around(generated_d, shots_nd, target)
    if planes is None:
        return 0.0
    _, triangle = np.linalg.qr(planes.normals_md.T)
    rows = np.vstack([-triangle, -planes.bounds_m])
    wanted = np.append(np.zeros(len(triangle)), 1.0)
    weights, _ = nnls(rows, wanted, maxiter=30 * rows.shape[1] + 300)
    residual = rows @ weights - wanted
    return min(1.0, float(np.linalg.norm(residual[:-1] / residual[-1])))


def pme_by_dual(generated_d: ArrayLike, shots_nd: ArrayLike, target: int) -> float:
    """The same figure by Hildreth's method: one plane's multiplier after another, until all are still.

    Raises: ValueError as `pme`; ArithmeticError when a million sweeps were not enough.
    """
    planes = planes_around(generated_d, shots_nd, target)
    if planes is None:
        return 0.0
    normals, bounds = planes.normals_md, planes.bounds_m
    weights, move = np.zeros(len(bounds)), np.zeros(normals.shape[1])
    for _ in range(SWEEPS):
        largest = 0.0
        for row, normal in enumerate(normals):
            step = max(-weights[row], float(normal @ move) - bounds[row])
            weights[row] += step
            move -= step * normal
            largest = max(largest, abs(step))
        if largest < STILL:
            return min(1.0, float(np.linalg.norm(move)))
    raise ArithmeticError(f"{SWEEPS} sweeps over {len(bounds)} planes left a step of {largest:.1g}")


def planes_around(generated_d: ArrayLike, shots_nd: ArrayLike, target: int) -> Planes | None:
    """The planes that can bound the move, or None when nothing has to be moved.

    The move ends in the ball that has generated shot and target as poles (it is a projection onto a
    convex set that holds the target), so a plane that leaves this ball alone is left out.
    """
    shots_nd = checked_shots(shots_nd)
    generated_d = checked_generated(generated_d, shots_nd.shape[1:])
    if not 0 <= target < len(shots_nd):
        raise ValueError(f"there is no shot {target}; the video has {len(shots_nd)}")
    reach = shots_nd[target] - generated_d
    far = float(np.linalg.norm(reach))
    apart = shots_nd - shots_nd[target]
    lengths = np.linalg.norm(apart, axis=1)
    apart, lengths = apart[lengths > 0], lengths[lengths > 0]
    if not far or not len(apart):
        return None
    normals = apart / lengths[:, None]
    halves = lengths / (2 * far)
    bounds = normals @ (reach / far) + halves
    needed = bounds < 1 - halves
    if not (bounds[needed] < 0).any():
        return None
    return Planes(normals[needed], bounds[needed], reach / far)


def checked_shots(shots_nd: ArrayLike) -> Floats:
    """Features of a video's shots: (N, D) finite. Raises: ValueError when they are not."""
    shots = np.asarray(shots_nd, dtype=np.float64)
    if shots.ndim != 2 or not shots.size:
        raise ValueError(f"features of shots must be (shots, dimensions), not {shots.shape}")
    broken = ~np.isfinite(shots).all(axis=1)
    if broken.any():
        raise ValueError(
            f"the features of {broken.sum()} of {len(shots)} shots are not finite (first: shot "
            f"{int(broken.argmax())}); read them again"
        )
    return shots


def checked_generated(generated: ArrayLike, shape: tuple[int, ...]) -> Floats:
    """Generated features whose last axes are `shape`, finite. Raises: ValueError when they are not."""
    made = np.asarray(generated, dtype=np.float64)
    if made.shape[-len(shape) :] != shape:
        raise ValueError(f"generated features of shape {made.shape} do not fit shots of {shape}")
    if not np.isfinite(made).all():
        raise ValueError(
            f"{(~np.isfinite(made)).sum()} of {made.size} generated features are not finite"
        )
    return made
