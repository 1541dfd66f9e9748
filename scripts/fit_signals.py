"""Fit the weights of the default scorer, `gifworthy.scorers.signals.Weights`, and say how far to trust them.

    python -m scripts.fit_signals [FOLDER_FOR_THE_DRAWN_VIDEOS]

Data: joined videos as in `benchmarks/planted.py`, but drawn apart in three groups of clip families, so
that no clip (nor its like) is both fitted on and judged on. Each group's videos are judged with the
weights fitted on the other two; what ships is fitted on all three.

How: conditional logit. In each video the lively segments together are to be told from all others that
the gate lets through: maximise log(sum of exp(score) over lively / over all), less a ridge on every
weight but motion's. No weight is negative: a term that only helps upside down is left out instead.
`loudness` and `position` cannot be fitted here (joined clips have no sound, and their order is drawn
by lot): they keep the small weights they have.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.planted import Piece, Planting, clips, draw_video, family, plant
from numpy.typing import NDArray
from scipy.optimize import minimize

from gifworthy.flaws import bad_moments
from gifworthy.gate import worth_showing
from gifworthy.scorers.signals import NAMES, comparable
from gifworthy.segmenters.shots import Shots
from gifworthy.terms import places_of
from gifworthy.video import open_video

Floats = NDArray[np.float64]
GROUPS = 3
VIDEOS_A_GROUP = 16
RIDGES = (0.003, 0.03, 0.3)
UNFITTED = ("loudness", "position")


@dataclass(frozen=True)
class Choice:
    """One video: (N, K) comparable terms of what may be shown, and which segments are lively."""

    terms: Floats
    lively: NDArray[np.bool_]


def groups() -> list[list[Piece]]:
    """The clips, parted by family; every group has its share of dull and of lively families."""
    parted: list[list[Piece]] = [[] for _ in range(GROUPS)]
    place: dict[str, int] = {}
    for kind in ("lively", "dull"):
        for piece in (p for p in clips() if p.kind == kind):
            counted = [sum(family(p) in place and p.kind == kind for p in own) for own in parted]
            place.setdefault(family(piece), int(np.argmin(counted)))
            parted[place[family(piece)]].append(piece)
    return parted


def read(planting: Planting, folder: Path) -> Choice:
    with open_video(draw_video(planting, folder)) as video:
        kept = worth_showing(video, Shots().segment(video))
        places = places_of(video.scan, kept, bad_moments(video.scan))
        values = comparable(video.scan, kept, places)
    return Choice(values, np.array([planting.piece_of(s).kind == "lively" for s in kept]))


def fit(every: Sequence[Choice], ridge: float) -> Floats:
    """Weights (K,), each 0 or more. A video without its lively piece is a miss that teaches nothing."""
    choices = [own for own in every if own.lively.any()]
    held = np.array([0.0 if name == "motion" else 1.0 for name in NAMES])
    bounds = [(0.0, 0.0 if name in UNFITTED else None) for name in NAMES]

    def cost(weights: Floats) -> tuple[float, Floats]:
        total = ridge * float(held @ weights**2)
        slope = 2 * ridge * held * weights
        for own in choices:
            scores = own.terms @ weights
            chances = np.exp(scores - scores.max())
            wanted = np.where(own.lively, chances, 0.0)
            total -= float(np.log(wanted.sum() / chances.sum())) / len(choices)
            shares = wanted / wanted.sum() - chances / chances.sum()
            slope -= own.terms.T @ shares / len(choices)
        return total, slope

    start = np.full(len(NAMES), 0.0)
    start[0] = 1.0
    return np.asarray(minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def hits(choices: Sequence[Choice], weights: Floats) -> int:
    return sum(bool(own.lively[int(np.argmax(own.terms @ weights))]) for own in choices)


def main(folder: Path) -> None:
    read_groups: list[list[Choice]] = []
    for number, members in enumerate(groups()):
        place = folder / f"group-{number}"
        place.mkdir(parents=True, exist_ok=True)
        plantings = [plant(video, members, seed=number + 1) for video in range(VIDEOS_A_GROUP)]
        found = [read(planting, place) for planting in plantings]
        read_groups.append(found)
        refused = sum(not own.lively.any() for own in found)
        print(
            f"group {number}: {len(found)} videos; the gate refused the lively piece of {refused}"
        )
    everything = [own for group in read_groups for own in group]
    only_motion = np.eye(len(NAMES))[0]
    print(f"motion alone: {hits(everything, only_motion)} of {len(everything)}")
    for ridge in RIDGES:
        right = 0
        for number, held_out in enumerate(read_groups):
            others = [own for at, g in enumerate(read_groups) if at != number for own in g]
            right += hits(held_out, fit(others, ridge))
        weights = fit(everything, ridge)
        said = ", ".join(f"{n} {w:.3f}" for n, w in zip(NAMES, weights / weights[0], strict=True))
        print(f"ridge {ridge}: {right} of {len(everything)} held out; all, motion = 1: {said}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="fit-signals-")))
