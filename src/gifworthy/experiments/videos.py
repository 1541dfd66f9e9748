"""Video by video: rates, and where one cover is better than another, with few false claims among many.

Shape letters: V videos, A arms, R rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.lifts import FEWEST, LEVEL
from gifworthy.experiments.sequences import (
    evidence,
    false_discoveries_bounded,
    multiplier,
    progress,
)
from gifworthy.experiments.tally import Tally
from gifworthy.types import Floats


@dataclass(frozen=True)
class VideoArm:
    """One arm of one video. low, value, high: lift over the control's rate; is_sure: the claim that it is
    better, or worse, is among those of which at most 5 % are false.
    """

    views: int
    clicks: int
    value: float = 0.0
    low: float = -1.0
    high: float = np.inf
    is_sure: bool = False


@dataclass(frozen=True)
class VideoResult:
    """One video: its arms in order, the control first."""

    video: str
    arms: tuple[VideoArm, ...]

    @property
    def views(self) -> int:
        """In all arms."""
        return sum(arm.views for arm in self.arms)


@dataclass(frozen=True)
class _Sums:
    """(V, A) views, clicks, log of the weighted rate and its variance; variance infinite where too few."""

    views: Floats
    clicks: Floats
    logs: Floats
    variances: Floats


def video_results(tally: Tally, planned: float) -> tuple[VideoResult, ...]:
    """All videos that were seen, the busiest first.

    Each interval is right for its video alone. Among thousands some err; `is_sure` marks those of which
    at most a twentieth is wrong all together, however often one looks (e-Benjamini-Hochberg).
    """
    sums = _sums(tally)
    value = sums.logs - sums.logs[:, :1]
    error = np.sqrt(sums.variances + sums.variances[:, :1])
    k = progress(sums.views + sums.views[:, :1], planned / max(1, len(tally.videos)), LEVEL)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        reach = np.where(np.isfinite(error), error * multiplier(k, LEVEL), np.inf)
        strength = np.where(np.isfinite(error), evidence(value / error, k), 0.0)
        edges = np.expm1(np.stack([value - reach, value, value + reach]))
    others = strength[:, 1:]
    sure = false_discoveries_bounded(others.ravel(), LEVEL).reshape(others.shape)
    sure = np.column_stack([np.zeros(len(sure), np.bool_), sure])
    order = np.argsort(-sums.views.sum(axis=1), kind="stable")
    seen = [int(video) for video in order if sums.views[video].sum() > 0]
    return tuple(
        VideoResult(
            tally.videos[video],
            tuple(_arm(sums, edges, sure, (video, arm)) for arm in range(len(tally.arms))),
        )
        for video in seen
    )


def _arm(
    sums: _Sums,
    edges: Floats,
    sure: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    at: tuple[int, int],
) -> VideoArm:
    views, clicks = int(sums.views[at]), int(sums.clicks[at])
    low, value, high = (float(each[at]) for each in edges)
    if at[1] == 0 or not np.isfinite(high):
        return VideoArm(views, clicks)
    return VideoArm(views, clicks, value, low, high, bool(sure[at]))


def _sums(tally: Tally) -> _Sums:
    """By video and arm; the variance by unit, as in `ratios`, a unit's arms taken apart."""
    shape = (len(tally.videos), len(tally.arms))
    cell = tally.video * shape[1] + tally.arm
    cells = shape[0] * shape[1]
    own, where = np.unique(np.column_stack([cell, tally.unit]), axis=0, return_inverse=True)
    where = where.reshape(-1)
    above = np.bincount(where, tally.weighted("clicks"), len(own))
    below = np.bincount(where, tally.weighted("views"), len(own))
    place = own[:, 0]
    total, base = np.bincount(place, above, cells), np.bincount(place, below, cells)
    heard = np.bincount(place, above > 0, cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = above / total[place] - below / base[place]
        units = np.bincount(place, minlength=cells)
        variance = np.bincount(place, parts**2, cells) * units / (units - 1)
        logs = np.log(total / base)
    few = heard < FEWEST
    return _Sums(
        np.bincount(cell, tally.of("views"), cells).astype(np.float64).reshape(shape),
        np.bincount(cell, tally.of("clicks"), cells).astype(np.float64).reshape(shape),
        np.where(few, 0.0, logs).reshape(shape),
        np.where(few, np.inf, variance).reshape(shape),
    )
