"""What scores are worth on people's labels, beside chance, position, the labels themselves, people.

Several published systems are at chance, so no table is made without these rows.

Shape letters: C cases, M metrics, N spans of a case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.habits import habit_table
from gifworthy.learning.judging import Judge, Judged, Metric, RivalledJudge, Skipped, Trial
from gifworthy.learning.manifest import Anomaly, Case, Manifest, Oddities
from gifworthy.learning.metrics.intervals import bootstrap, means
from gifworthy.learning.predictions import Predictions
from gifworthy.learning.viewers import histories_of
from gifworthy.scorers.habits import Habits
from gifworthy.scorers.position import position_table
from gifworthy.types import Floats, History

FEWEST_DRAWS, MOST_DRAWS, DRAWN_TRIALS = 10, 100, 5000


@dataclass(frozen=True)
class TableRow:
    """One scorer in the table.

    values_cm: (C, M) its metrics case by case, nan where there is none. means, low, high: (M,) over
    its cases, with a 95 % bootstrap interval. count: how many cases it was judged on; a metric may be
    asked of fewer, see `known`.
    """

    name: str
    values_cm: Floats = field(repr=False)
    means: Floats
    low: Floats
    high: Floats
    count: int

    @property
    def known(self) -> tuple[int, ...]:
        """On how many cases each metric says something: (M,)."""
        return tuple(np.isfinite(self.values_cm).sum(axis=0).tolist())


@dataclass(frozen=True)
class Table:
    """The verdict on one data set. cases: (C,) names. topics: (C,), empty where they do not count.

    total: how many cases there are, judged or not. skipped: why the others were not. notes: what others
    published.
    """

    dataset: str
    metrics: tuple[Metric, ...]
    rows: tuple[TableRow, ...]
    cases: tuple[str, ...]
    topics: tuple[str, ...]
    total: int
    skipped: tuple[Anomaly, ...]
    notes: tuple[str, ...] = ()

    def row(self, name: str) -> TableRow:
        """The row of that name."""
        return next(row for row in self.rows if row.name == name)


def evaluate(
    manifest: Manifest,
    judge: Judge,
    given: Sequence[Predictions] = (),
    seed: int = 0,
    others: Sequence[tuple[str, Judged]] = (),
) -> Table:
    """Judge chance, position, viewers' habits, the labels themselves, people, and what is given.

    Args: seed: of the random scores (the mean of several draws, more where there are few cases) and
        of the bootstrap. others: rows of models that give no scores, and what makes them.
    Raises: LabelsNotFound when no case can be judged, or a prediction file scores none of them;
        LabelsUnreadable when scores do not fit.
    """
    cases = manifest.only(judge.takes).cases
    trials, skipped = _trials(judge, cases)
    if not trials:
        why = "; ".join(f"{entry.what} ({entry.count})" for entry in skipped)
        raise LabelsNotFound(
            f"{manifest.name}: none of {len(cases)} cases can be judged"
            f"{': ' + why if why else ', since no label is in what this benchmark judges'}"
        )
    random = np.random.default_rng(seed)
    topics = tuple(case.topic for case, _ in trials) if judge.by_topic else ()
    draws = int(np.clip(DRAWN_TRIALS // len(trials), FEWEST_DRAWS, MOST_DRAWS))
    judged: list[tuple[str, Judged]] = [
        ("random", _chance(random, draws)),
        ("position", _by_position),
    ]
    judged += [("oracle", _oracle), ("human", _human)]
    judged += judge.rivals() if isinstance(judge, RivalledJudge) else ()
    judged += [("habits", _by_habit(histories_of(manifest)))]
    judged += [(predictions.name, _predicted(predictions)) for predictions in given]
    judged += others
    rows = [_row(name, by, trials, topics, len(judge.metrics), random) for name, by in judged]
    _check_matched(given, rows)
    return Table(
        manifest.name,
        judge.metrics,
        tuple(row for row in rows if row.count or row.name in {p.name for p in given}),
        tuple(case.name for case, _ in trials),
        topics,
        len(cases),
        skipped,
        judge.notes if isinstance(judge, RivalledJudge) else (),
    )


def _trials(
    judge: Judge, cases: Sequence[Case]
) -> tuple[list[tuple[Case, Trial]], tuple[Anomaly, ...]]:
    trials, oddities = [], Oddities()
    for case in cases:
        trial = judge.trial(case)
        if isinstance(trial, Skipped):
            oddities.note(trial.reason, case.name)
        else:
            trials.append((case, trial))
    return trials, oddities.anomalies()


def _row(
    name: str,
    judged: Judged,
    trials: Sequence[tuple[Case, Trial]],
    topics: tuple[str, ...],
    width: int,
    random: np.random.Generator,
) -> TableRow:
    nothing = np.full(width, np.nan)
    values = [judged(case, trial) for case, trial in trials]
    values_cm = np.array([nothing if value is None else _padded(value, width) for value in values])
    count = sum(value is not None for value in values)
    if not count:
        return TableRow(name, values_cm, nothing, nothing, nothing, 0)
    low, high = bootstrap(values_cm, random, topics)
    return TableRow(name, values_cm, means(values_cm, topics), low, high, count)


def _padded(values: Floats, width: int) -> Floats:
    """A row whose last metrics are asked of few models alone."""
    return np.append(values, np.full(width - len(values), np.nan))


def _chance(random: np.random.Generator, draws: int) -> Judged:
    def _judged(case: Case, trial: Trial) -> Floats:
        del case
        values = [trial.judge(random.random(len(trial.spans))) for _ in range(draws)]
        return np.asarray(np.mean(values, axis=0))

    return _judged


def _by_position(case: Case, trial: Trial) -> Floats:
    """Where people pick; a video whose duration is not known lasts until its last span."""
    duration = case.duration if case.duration > 0 else float(trial.spans[:, 1].max())
    return trial.judge(position_table().at(trial.spans.mean(axis=1), duration))


def _by_habit(histories: Mapping[str, History]) -> Judged:
    """Where people pick, bent by where the case's viewer picked before; None for who has no history."""

    def _judged(case: Case, trial: Trial) -> Floats | None:
        history = histories.get(case.who)
        if history is None or not case.duration > 0:
            return None
        return trial.judge(Habits(habit_table(), history).at(trial.spans, case.duration))

    return _judged


def _oracle(case: Case, trial: Trial) -> Floats:
    del case
    return trial.judge(trial.oracle())


def _human(case: Case, trial: Trial) -> Floats | None:
    del case
    return trial.human()


def _predicted(predictions: Predictions) -> Judged:
    def _judged(case: Case, trial: Trial) -> Floats | None:
        prediction = predictions.of(case)
        return None if prediction is None else trial.judge(prediction.fitted(trial))

    return _judged


def _check_matched(given: Sequence[Predictions], rows: Sequence[TableRow]) -> None:
    by_name = {row.name: row for row in rows}
    for predictions in given:
        if not by_name[predictions.name].count:
            example = next(iter(predictions.by_key))[0]
            raise LabelsNotFound(
                f"{predictions.name} scores none of the judged cases (its first is {example!r}); "
                f"name them as the data set does"
            )
