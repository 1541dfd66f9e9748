"""How fast the perceptual matching error of a whole video is: all samples at once against a loop.

The video is imagined: 25 minutes of one-second shots (1,500) of 2,048 numbers, scenes of eight seconds
that drift, numbers of 0 and more as a network's last layer gives them. Samples lie between shots, as a
generator's do. Loop and batch are measured on a part and extrapolated; both grow with the samples.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from benchmarks.table import Row, markdown
from numpy.random import Generator
from scipy.optimize import nnls

from gifworthy.learning.metrics.pme import pme
from gifworthy.learning.metrics.sampled import ERROR
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.types import Floats

SHOTS, SIZE, RANK, SCENE = 1500, 2048, 24, 8
SAMPLES, GIFS = 10_000, 5
BATCH, BATCHES, LOOPED = 500, 2, 6


def video(random: Generator) -> Floats:
    """Features of a video's shots: (1500, 2048)."""
    scenes = np.repeat(random.normal(size=(SHOTS // SCENE + 1, RANK)), SCENE, axis=0)[:SHOTS]
    drift = 0.15 * random.normal(size=(SHOTS, RANK)).cumsum(axis=0)
    spread = (scenes + drift) @ random.normal(size=(RANK, SIZE)) / np.sqrt(RANK)
    return np.asarray(np.maximum(0.0, spread + 0.3 * random.normal(size=(SHOTS, SIZE))))


def generator(shots: Floats, random: Generator) -> Callable[[int], Floats]:
    """Gives so many samples, (S, 3, 2048), each somewhere between three shots."""

    def draw(count: int) -> Floats:
        shares = random.dirichlet([1.0, 1.0, 1.0], size=(count, 3))
        chosen = random.integers(SHOTS, size=(count, 3, 3))
        between = sum(shares[:, :, k, None] * shots[chosen[:, :, k]] for k in range(3))
        return np.asarray(between + 0.05 * random.normal(size=(count, 3, SIZE)))

    return draw


def plain(generated: Floats, shots: Floats, target: int) -> float:
    """The loop's body as one would first write it: every plane, no pruning."""
    planes = np.delete(shots, target, axis=0) - shots[target]
    reach = shots[target] - generated
    far = np.linalg.norm(reach)
    bounds = (planes @ reach + (planes**2).sum(axis=1) / 2) / far
    _, triangle = np.linalg.qr(planes.T)
    rows = np.vstack([-triangle, -bounds])
    wanted = np.append(np.zeros(len(triangle)), 1.0)
    weights, _ = nnls(rows, wanted)
    residual = rows @ weights - wanted
    return float(np.linalg.norm(residual[:-1] / residual[-1]))


def seconds_each(
    solve: Callable[[Floats, Floats, int], float], given: Floats, shots: Floats
) -> float:
    began = time.process_time()
    for place, one in enumerate(given):
        solve(one, shots, 7 * place)
    return (time.process_time() - began) / len(given)


def main() -> None:
    random = np.random.default_rng(0)
    shots = video(random)
    gifs = np.array([random.choice(SHOTS, 3, replace=False) for _ in range(GIFS)])
    draw, cells = generator(shots, random), Cells.of(shots)
    given = draw(LOOPED)[:, 0]
    slow, pruned = seconds_each(plain, given, shots), seconds_each(pme, given, shots)
    problems, spent, errors = SAMPLES * 3 * GIFS, 0.0, []
    for _ in range(BATCHES):
        made = draw(BATCH)
        began = time.process_time()
        errors.append(cells.pme_of_gifs(made, gifs))
        spent += time.process_time() - began
    batch = spent * SAMPLES / (BATCH * BATCHES)
    apart = max(
        abs(cells.pme(one[None], 7 * place)[0] - pme(one, shots, 7 * place))
        for place, one in enumerate(given)
    )
    values = np.concatenate(errors)
    best = values[:, values.mean(axis=0).argmin()]
    needed = int(np.ceil((best.std() / ERROR) ** 2))
    loop = f"{LOOPED} of {problems:,} problems, extrapolated"
    rows = [
        Row(
            f"{SAMPLES:,} samples, 3 shots, {GIFS} GIFs",
            f"{BATCH * BATCHES:,} samples run, extrapolated",
            f"{batch:.0f} s",
        ),
        Row("a loop over NNLS", loop, f"{slow * problems / 3600:.1f} h"),
        Row("ratio", "the loop over NNLS", f"{slow * problems / batch:.0f}x", "50x"),
        Row("a loop over NNLS, planes pruned", loop, f"{pruned * problems / 3600:.1f} h"),
        Row("ratio", "the pruned loop", f"{pruned * problems / batch:.0f}x"),
        Row("largest difference", f"pruned NNLS, {LOOPED} problems", f"{apart:.0e}", "1e-9"),
        Row(
            "samples until the standard error is 0.001",
            f"mean {best.mean():.3f}, deviation {best.std():.3f}",
            f"{needed:,}: {batch * needed / SAMPLES:.0f} s",
        ),
    ]
    print(
        markdown(
            "PME of a 25-minute video (seconds of one processor)",
            "OMP_NUM_THREADS=1 python -m benchmarks pme",
            rows,
        )
    )
