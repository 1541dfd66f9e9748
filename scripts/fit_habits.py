"""Learn from PHD-GIFs' histories how people's habits of *where* show: `data/habits.json`.

Data: the rows of `testing.csv` whose `is_last` is False, 18,867 GIFs of 850 people (see
`fit_position.py`). Each video of a person in turn is what is asked about, the person's others are the
history; the targets of the benchmark are dropped on reading.

    python scripts/fit_habits.py FOLDER_WITH_TESTING_CSV            # writes the table
    python scripts/fit_habits.py FOLDER_WITH_TESTING_CSV --compare  # five folds over people

The weights are a conditional logit: of the segments of one video, the share of each that lies in a GIF
is explained by a softmax. A person with n videos weighs sqrt(n).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from gifworthy.habits import (
    LONGEST_MOMENT,
    LONGEST_SHARE,
    MOMENT_WIDTH,
    SHARE_WIDTH,
    HabitTable,
    habit_numbers,
    log_moment,
    place_numbers,
)
from gifworthy.learning.datasets.phd2 import Phd2
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case
from gifworthy.learning.viewers import history_of
from gifworthy.types import History

Floats = NDArray[np.float64]
OUT = Path(__file__).parent.parent / "src" / "gifworthy" / "data" / "habits.json"
STEPS, BINS, FOLDS = 101, 2000, 5
LONGEST_ASKED = 900.0
SMALL = 0.01
"""Of the square of the weights, on numbers of unit variance."""


@dataclass(frozen=True)
class Question:
    """One video of a person, and the person's others."""

    who: str
    trial: GifTrial
    history: History
    duration: float


def questions(cases: Sequence[Case]) -> list[Question]:
    judge = GifJudge()
    of_person: dict[str, list[Case]] = {}
    for case in cases:
        if case.duration > 0:
            of_person.setdefault(case.who, []).append(case)
    found = []
    for who, own in of_person.items():
        for case in own:
            trial = judge.trial(case)
            others = [other for other in own if other is not case]
            worth = others and case.duration <= LONGEST_ASKED and isinstance(trial, GifTrial)
            if worth and len(trial.spans) > 1:  # type: ignore[union-attr]
                found.append(Question(who, trial, history_of(others), case.duration))  # type: ignore[arg-type]
    return found


def densities(cases: Sequence[Case]) -> HabitTable:
    """Where everybody picks; each person counts once, each video of a person alike."""
    videos: dict[str, int] = {}
    for case in cases:
        videos[case.who] = videos.get(case.who, 0) + 1
    known = [case for case in cases if case.duration > 0]
    middles = [np.clip(case.spans.mean(axis=1), 0, case.duration) for case in known]
    weights = np.concatenate(
        [np.full(len(m), 1 / len(m) / videos[c.who]) for m, c in zip(middles, known, strict=True)]
    )
    shares = np.concatenate([m / c.duration for m, c in zip(middles, known, strict=True)])
    moments = log_moment(np.concatenate(middles))
    weights = weights / weights.sum()
    return HabitTable(
        np.zeros(0),
        _smooth(shares, weights, SHARE_WIDTH, LONGEST_SHARE, reflected=True),
        _smooth(moments, weights, MOMENT_WIDTH, LONGEST_MOMENT, reflected=False),
    )


def _smooth(
    places: Floats, weights: Floats, width: float, last: float, *, reflected: bool
) -> Floats:
    counts, edges = np.histogram(places, BINS, (0.0, last), weights=weights)
    centres = (edges[1:] + edges[:-1]) / 2
    images = [centres, -centres] + ([2 * last - centres] if reflected else [])
    grid = np.linspace(0.0, last, STEPS)[:, None]
    kernels = sum(np.exp(-0.5 * ((grid - image) / width) ** 2) for image in images)
    return np.asarray((kernels * counts).sum(axis=1) / width)


def numbers(question: Question, table: HabitTable, *, habits: bool) -> Floats:
    spans = question.trial.spans
    places = place_numbers(spans, question.duration)
    own = habit_numbers(spans, question.duration, question.history, table)
    return np.hstack([places, own if habits else 0 * own])


def fitted(asked: Sequence[Question], rows: Sequence[Floats]) -> Floats:
    """Weights of the conditional logit."""
    videos: dict[str, int] = {}
    for question in asked:
        videos[question.who] = videos.get(question.who, 0) + 1
    weigh = np.array([videos[question.who] ** -0.5 for question in asked])
    shares = [question.trial.oracle() for question in asked]
    wanted = np.concatenate([w * s / s.sum() for w, s in zip(weigh, shares, strict=True)])
    owner = np.repeat(np.arange(len(asked)), [len(row) for row in rows])
    first = np.searchsorted(owner, np.arange(len(asked)))
    table = np.concatenate(rows)
    middle, spread = table.mean(axis=0), table.std(axis=0) + 1e-9
    table = (table - middle) / spread

    def cost(weights: Floats) -> tuple[float, Floats]:
        scores = table @ weights
        scores -= np.maximum.reduceat(scores, first)[owner]
        sums = np.add.reduceat(np.exp(scores), first)
        chances = np.exp(scores) / sums[owner] * weigh[owner]
        lost = (weigh * np.log(sums)).sum() - wanted @ scores
        slope = table.T @ (chances - wanted)
        penalty = SMALL * weights
        return float(lost / weigh.sum() + penalty @ weights / 2), slope / weigh.sum() + penalty

    best = minimize(cost, np.zeros(table.shape[1]), jac=True, method="L-BFGS-B")
    return np.asarray(best.x / spread)


def compare(asked: list[Question], table: HabitTable) -> None:
    """Means over people, the weights learned from other people."""
    people = sorted({question.who for question in asked})
    places = np.random.default_rng(0).permutation(len(people))
    fold = {people[person]: int(turn) % FOLDS for turn, person in enumerate(places)}
    earlier = _judged(asked, lambda place: -asked[place].trial.spans[:, 0])
    print("| form | AP | nMSD | R@5 |\n|---|---|---|---|")
    print(_line("earlier is better", earlier, earlier))
    for name, habits in (("people in general", False), ("and the viewer's habits", True)):
        rows = [numbers(question, table, habits=habits) for question in asked]
        found: dict[int, Floats] = {}
        for turn in range(FOLDS):
            own = [place for place, asks in enumerate(asked) if fold[asks.who] == turn]
            rest = sorted(set(range(len(asked))) - set(own))
            weights = fitted([asked[p] for p in rest], [rows[p] for p in rest])
            found |= {place: rows[place] @ weights for place in own}
        print(_line(name, _judged(asked, found.__getitem__), earlier), flush=True)


def _judged(asked: list[Question], score: Callable[[int], Floats]) -> Floats:
    """(people, 3)."""
    results: dict[str, list[Floats]] = {}
    for place, question in enumerate(asked):
        results.setdefault(question.who, []).append(question.trial.judge(score(place)))
    return np.array([np.mean(rows, axis=0) for rows in results.values()])


def _line(name: str, results: Floats, against: Floats) -> str:
    gain = results - against
    error = 1.96 * gain.std(axis=0) / len(gain) ** 0.5
    cells = zip(results.mean(axis=0), gain.mean(axis=0), error, strict=True)
    figures = [f"{100 * m:.2f} ({100 * more:+.2f} ± {100 * width:.2f})" for m, more, width in cells]
    return f"| {' | '.join([name, *figures])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--compare", action="store_true")
    asked_for = parser.parse_args()
    cases = Phd2().read(asked_for.folder).only(lambda label: label.role == "history").cases
    table, asked = densities(cases), questions(cases)
    print(f"{len(asked)} videos of {len({question.who for question in asked})} people")
    if asked_for.compare:
        compare(asked, table)
        return
    weights = fitted(asked, [numbers(question, table, habits=True) for question in asked])
    kept = {
        "weights": weights,
        "share_density": table.share_density,
        "moment_density": table.moment_density,
    }
    text = json.dumps({name: np.round(values, 6).tolist() for name, values in kept.items()})
    OUT.write_text(text + "\n", encoding="utf-8")
    print(f"{OUT.name}: {dict(zip(('share', 'moment'), weights[-2:].round(3), strict=True))}")


if __name__ == "__main__":
    main()
