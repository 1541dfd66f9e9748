"""Splits that follow the clicks, and plans judged by another's log, on imagined viewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.table import Row
from scipy.stats import beta

from gifworthy.experiments.lifts import lift, pairs, shared_level
from gifworthy.experiments.offpolicy import judge
from gifworthy.experiments.tally import CTR, Flags, Ints, Tally, measured
from gifworthy.experiments.thompson import resplit
from gifworthy.records.experiments import Design
from gifworthy.types import Floats

ARMS = ("a", "b", "c")


def bandits(runs: int) -> list[Row]:
    """10 videos, 3 covers each, 10 days of 600 views: clicks lost against the best cover of each video."""
    designs = {
        "fixed split": None,
        "Thompson, floor 10 %": Design(ARMS, by="pair", mode="thompson", floor=0.1),
        "Thompson, floor 5 %": Design(ARMS, by="pair", mode="thompson", floor=0.05),
        "Thompson, floor 1 %": Design(ARMS, by="pair", mode="thompson", floor=0.01),
    }
    rows, fixed = [], np.nan
    for name, design in designs.items():
        found = [_days(design, np.random.default_rng([seed, 10])) for seed in range(runs)]
        lost = np.array([each.lost for each in found])
        fixed = lost.mean() if design is None else fixed
        inside = float(np.mean([each.covered for each in found]))
        error = lost.std() / np.sqrt(runs)
        rows.append(
            Row(
                f"clicks lost of about {np.mean([each.best for each in found]):,.0f}: {name}",
                f"{lost.mean() / fixed:.0%} of the fixed split's",
                f"{lost.mean():.1f} ± {error:.1f}; coverage at all looks {told(inside, runs)}",
                "coverage at least 95 %",
            )
        )
    return rows


@dataclass(frozen=True)
class Days:
    """Clicks the best covers would have had, clicks lost against them, and whether intervals held."""

    best: float
    lost: float
    covered: bool


def _days(design: Design | None, random: np.random.Generator) -> Days:
    videos, daily = 10, 600
    rates = random.beta(5.0, 95.0, (videos, 1)) * random.lognormal(0.0, 0.3, (videos, len(ARMS)))
    rates = np.minimum(rates, 0.9)
    truth = rates.mean(axis=0)
    shares = np.full((videos, len(ARMS)), 1 / len(ARMS))
    parts: list[Tally] = []
    lost = best = 0.0
    covered = True
    for day in range(10):
        video = random.integers(videos, size=daily)
        arm = (random.random(daily)[:, None] > shares[video].cumsum(axis=1)[:, :-1]).sum(axis=1)
        clicks = random.random(daily) < rates[video, arm]
        best += rates[video].max(axis=1).sum()
        lost += (rates[video].max(axis=1) - rates[video, arm]).sum()
        parts.append(_day(day, video, arm, shares[video, arm], clicks))
        tally = _joined(parts)
        covered = covered and all(_covers(tally, pair, truth) for pair in pairs(len(ARMS)))
        if design is not None:
            split = resplit(design, tally, random, draws=500)
            shares = np.array([split.shares(f"v{number}") for number in range(videos)])
    return Days(best, lost, covered)


def _covers(tally: Tally, pair: tuple[int, int], truth: Floats) -> bool:
    seen = lift(tally, CTR, pair, 10_000, level=shared_level(len(ARMS)))
    return bool(seen.low <= truth[pair[0]] / truth[pair[1]] - 1 <= seen.high)


def _day(day: int, video: Ints, arm: Ints, propensity: Floats, clicks: Flags) -> Tally:
    count = len(video)
    unit = np.arange(day * count, (day + 1) * count)
    columns = measured(count, views=np.ones(count), clicks=clicks)
    videos = tuple(f"v{number}" for number in range(20))
    return Tally(unit, video, arm, propensity, unit.astype(np.float64), columns, videos, ARMS)


def _joined(parts: Sequence[Tally]) -> Tally:
    return replace(
        parts[0],
        unit=np.concatenate([part.unit for part in parts]),
        video=np.concatenate([part.video for part in parts]),
        arm=np.concatenate([part.arm for part in parts]),
        propensity=np.concatenate([part.propensity for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        measures=np.concatenate([part.measures for part in parts]),
    )


def other_plans(runs: int) -> list[Row]:
    """A log of 3 covers given 60, 30 and 10 times of 100; the plan gives each video its truly best one."""
    errors: dict[str, list[float]] = {}
    inside: dict[str, list[bool]] = {}
    values = []
    for seed in range(runs):
        random = np.random.default_rng([seed, 3])
        rates = np.minimum(
            random.beta(5.0, 95.0, (20, 1)) * random.lognormal(0.0, 0.3, (20, 3)), 0.9
        )
        video = random.integers(20, size=5_000)
        arm = random.choice(3, 5_000, p=(0.6, 0.3, 0.1))
        clicks = random.random(5_000) < rates[video, arm]
        tally = _day(0, video, arm, np.array([0.6, 0.3, 0.1])[arm], clicks)
        plan = {f"v{n}": tuple(map(float, np.eye(3)[rates[n].argmax()])) for n in range(20)}
        truth = float(rates.max(axis=1).mean())
        values.append(truth)
        for value in judge(tally, plan).values:
            errors.setdefault(value.method, []).append(value.value - truth)
            inside.setdefault(value.method, []).append(value.low <= truth <= value.high)
    return [
        Row(
            f"{method}: 5,000 views, value {100 * np.mean(values):.2f} clicks of 100",
            "coverage at least 95 %",
            f"error {100 * np.sqrt(np.mean(np.square(errs))):.3f}, bias {100 * np.mean(errs):+.3f}, "
            f"coverage {told(float(np.mean(inside[method])), runs)}",
        )
        for method, errs in errors.items()
    ]


def told(share: float, runs: int) -> str:
    """A share with the interval of Clopper and Pearson (1934), 95 %."""
    hits = round(share * runs)
    low = beta.ppf(0.025, hits, runs - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, runs - hits) if hits < runs else 1.0
    return f"{share:.1%} ({low:.1%} to {high:.1%})"
