"""Learn from PHD-GIFs' histories where in a video people pick: `data/position.json`.

Data: `testing.csv` of the Personalized Highlights Dataset (Garcia del Molino, Gygli, "PHD-GIFs", ACM
MM 2018): 18,867 GIFs that 850 people made, the rows whose `is_last` is False. The rows whose
`is_last` is True are the benchmark's targets; they are dropped on reading.

    python scripts/fit_position.py FOLDER_WITH_TESTING_CSV            # writes the table
    python scripts/fit_position.py FOLDER_WITH_TESTING_CSV --compare  # the forms that were tried

The table: the density of the GIFs' middles over the relative position 0..1, smoothed over position
and over the logarithm of the video's duration, made to fall from start to end (pool adjacent
violators), and tilted a little so that no two positions tie. A person with n GIFs weighs sqrt(n).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from gifworthy.learning.datasets.phd2 import Phd2
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case, Manifest
from gifworthy.scorers.position import PositionTable

Floats = NDArray[np.float64]
Score = Callable[[Floats, float], Floats]
OUT = Path(__file__).parent.parent / "src" / "gifworthy" / "data" / "position.json"
DURATIONS = (15, 30, 60, 120, 240, 480, 960, 1920)
KNOTS = 21
BINS = 200
TILT = 0.02
FLOOR = 0.02
FOLDS = 5
LONGEST_JUDGED = 3600.0


@dataclass(frozen=True)
class Form:
    """How the table is made. width: of the kernel over position. widths: over log duration."""

    width: float = 0.03
    log_width: float = 0.35
    falls: bool = True


@dataclass(frozen=True)
class Picks:
    """GIFs. middle: (G,) relative position. duration: (G,) of the video, seconds. weight: (G,)."""

    middle: Floats
    duration: Floats
    weight: Floats


def history(folder: Path) -> Manifest:
    """The histories; targets are gone before anything else is done."""
    return Phd2().read(folder).only(lambda label: label.role == "history")


def picks(cases: Sequence[Case]) -> Picks:
    known = [label for case in cases for label in case.labels if label.duration > 0]
    counts: dict[str, int] = {}
    for label in known:
        counts[label.who] = counts.get(label.who, 0) + 1
    return Picks(
        np.array([(label.start + label.end) / 2 / label.duration for label in known]).clip(0, 1),
        np.array([label.duration for label in known]),
        np.array([counts[label.who] ** -0.5 for label in known]),
    )


def fit(gifs: Picks, form: Form) -> PositionTable:
    centres = (np.arange(BINS) + 0.5) / BINS
    knots = np.linspace(0, 1, KNOTS)
    kernel = _kernel(centres, form.width)
    bins = np.minimum((gifs.middle * BINS).astype(int), BINS - 1)
    rows = []
    for duration in DURATIONS:
        near = np.exp(-0.5 * (np.log(gifs.duration / duration) / form.log_width) ** 2)
        density = kernel @ np.bincount(bins, gifs.weight * near, BINS)
        density = np.maximum(density / density.mean(), FLOOR)
        if form.falls:
            density = isotonic_regression(density, increasing=False).x
        tilt = TILT * (0.5 - knots) if form.falls else 0.0
        rows.append(np.interp(knots, centres, np.log(density)) + tilt)
    return PositionTable(np.array(DURATIONS, float), knots, np.array(rows))


def _kernel(centres: Floats, width: float) -> Floats:
    """A Gaussian reflected at both ends of the video; each column sums to one."""
    images = (centres, -centres, 2 - centres)
    kernel = sum(np.exp(-0.5 * ((centres[:, None] - image) / width) ** 2) for image in images)
    return np.asarray(kernel / np.sum(kernel, axis=0))


def compare(cases: Sequence[Case]) -> None:
    """Cross-validate over people, inside the histories: mean over people of the mean over cases."""
    print("| form | AP | nMSD | R@5 | log-likelihood |\n|---|---|---|---|---|")
    judged = _judged(cases)
    print(_line("earlier is better", _cross(judged, lambda _: lambda middle, _: -middle), None))
    for falls in (False, True):
        for width in (0.03, 0.06, 0.1):
            form = Form(width=width, falls=falls)

            def make(train: Picks, form: Form = form) -> Score:
                return fit(train, form).at

            name = f"width {width}, {'falling' if falls else 'free'}"
            print(_line(name, _cross(judged, make), _likelihood(cases, form)), flush=True)


def _judged(cases: Sequence[Case]) -> list[tuple[Case, GifTrial]]:
    judge = GifJudge()
    trials = [(c, judge.trial(c)) for c in cases if c.duration <= LONGEST_JUDGED]
    return [(case, trial) for case, trial in trials if isinstance(trial, GifTrial)]


def _cross(judged: list[tuple[Case, GifTrial]], make: Callable[[Picks], Score]) -> Floats:
    people: dict[str, list[Floats]] = {}
    for train, held_out in _folds([case for case, _ in judged]):
        score = make(picks(train))
        for case, trial in (pair for pair in judged if pair[0].who in held_out):
            scores = score(trial.spans.mean(axis=1), case.duration)
            people.setdefault(case.who, []).append(trial.judge(scores))
    return np.asarray(np.mean([np.mean(results, axis=0) for results in people.values()], axis=0))


def _likelihood(cases: Sequence[Case], form: Form) -> float:
    """Mean log density of a held-out person's GIFs over an even spread, nats."""
    people: dict[str, list[float]] = {}
    for train, held_out in _folds(cases):
        table = fit(picks(train), form)
        for case in cases:
            if case.who in held_out and case.duration > 0:
                values = table.at(case.spans.mean(axis=1), case.duration)
                people.setdefault(case.who, []).extend(values.tolist())
    return float(np.mean([np.mean(values) for values in people.values()]))


def _folds(cases: Sequence[Case]) -> Iterator[tuple[list[Case], set[str]]]:
    """Training cases and held-out people; the former share neither person nor video with the latter."""
    people = sorted({case.who for case in cases})
    fold_of = dict(
        zip(people, np.random.default_rng(0).permutation(len(people)) % FOLDS, strict=True)
    )
    for fold in range(FOLDS):
        held_out = {who for who in people if fold_of[who] == fold}
        videos = {case.video for case in cases if case.who in held_out}
        train = [c for c in cases if c.who not in held_out and c.video not in videos]
        yield train, held_out


def _line(name: str, metrics: Floats, likelihood: float | None) -> str:
    figures = " | ".join(f"{100 * value:.2f}" for value in metrics)
    return f"| {name} | {figures} | {'' if likelihood is None else f'{likelihood:.4f}'} |"


def written(table: PositionTable, count: int) -> str:
    parts = {
        "source": (
            f"PHD2 testing.csv (Garcia del Molino, Gygli, ACM MM 2018), the {count} rows whose "
            f"is_last is False; natural log of the density of GIF middles over an even spread"
        ),
        "made_by": "scripts/fit_position.py",
        "durations": table.durations.tolist(),
        "positions": table.positions.round(4).tolist(),
        "log_density": table.log_density.round(4).tolist(),
    }
    lines = [f" {json.dumps(name)}: {json.dumps(value)}" for name, value in parts.items()]
    return "{\n" + ",\n".join(lines).replace("], [", "],\n  [") + "\n}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    data = history(given.folder)
    if given.compare:
        compare(data.cases)
        return
    OUT.write_text(written(fit(picks(data.cases), Form()), len(data)))
    print(f"{OUT}: learned from {len(data)} GIFs of {len(data.people)} people")


if __name__ == "__main__":
    main()
