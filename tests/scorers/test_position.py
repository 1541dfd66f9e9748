"""Where people pick: the table falls, is read between its knots, and beats chance on real targets."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import drawn
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.judging import Skipped
from gifworthy.scorers.position import Position, PositionTable, position_table
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video

PHD2 = Path(__file__).parents[2].parent / "shared" / "data" / "phd2"
SMALL = PositionTable(
    durations=np.array([10.0, 1000.0]),
    positions=np.array([0.0, 0.5, 1.0]),
    log_density=np.array([[2.0, 1.0, 0.0], [4.0, 2.0, 0.0]]),
)


def test_the_table_is_read_between_its_knots() -> None:
    assert SMALL.at(np.array([0.0, 2.5, 10.0]), 10.0).tolist() == [2, 1.5, 0]
    # 100 s lies halfway between 10 s and 1000 s in the logarithm
    assert SMALL.at(np.array([0.0, 50.0]), 100.0) == pytest.approx([3, 1.5])


def test_beyond_its_ends_the_table_says_what_it_says_at_them() -> None:
    assert SMALL.at(np.array([0.5]), 1.0).tolist() == [1]
    assert SMALL.at(np.array([5000.0]), 10_000.0).tolist() == [2]


def test_the_package_brings_a_table_that_falls_everywhere() -> None:
    table = position_table()
    assert table.log_density.shape == (len(table.durations), len(table.positions))
    assert (np.diff(table.durations) > 0).all()
    assert (table.positions[0], table.positions[-1]) == (0, 1)
    assert (np.diff(table.log_density, axis=1) < 0).all()


@pytest.mark.parametrize("duration", [3.0, 47.0, 600.0, 7200.0])
def test_no_two_positions_tie(duration: float) -> None:
    moments = np.linspace(0, duration, 300)
    assert (np.diff(position_table().at(moments, duration)) < 0).all()


def test_each_row_is_a_density() -> None:
    table = position_table()
    for row in table.log_density:
        assert np.trapezoid(np.exp(row), table.positions) == pytest.approx(1, abs=0.03)


def test_a_segment_is_scored_by_its_middle() -> None:
    segments = (Segment(6.0, 8.0), Segment(0.0, 2.0), Segment(0.0, 8.0))
    with open_video(drawn.cuts()) as video:
        scores = Position.load(Settings()).score(video, segments)
    late, early, whole = scores.values
    assert early > whole > late
    assert scores.reasons[1][0].name == "position"
    assert scores.reasons[1][0].value == early


@pytest.mark.skipif(not PHD2.is_dir(), reason="../shared/data/phd2 is not here")
def test_it_ranks_better_than_chance_on_the_targets() -> None:
    dataset = DATASETS["phd2"]()
    manifest, judge = dataset.read(PHD2), dataset.judge()
    table, random = position_table(), np.random.default_rng(0)
    learned, chance = [], []
    for case in manifest.only(judge.takes).cases:
        trial = judge.trial(case)
        if not isinstance(trial, Skipped):
            learned.append(trial.judge(table.at(trial.spans.mean(axis=1), case.duration)))
            chance.append(trial.judge(random.random(len(trial.spans))))
    assert len(learned) == 844
    ours, theirs = 100 * np.mean(learned, axis=0), 100 * np.mean(chance, axis=0)
    assert ours == pytest.approx([17.1, 46.3, 24.9], abs=0.1)
    assert theirs == pytest.approx([12.6, 51.7, 20.8], abs=1.5)


@pytest.mark.skipif(not PHD2.is_dir(), reason="../shared/data/phd2 is not here")
def test_the_table_can_be_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "scripts"))
    script = import_module("fit_position")
    data = script.history(PHD2)
    again = script.written(script.fit(script.picks(data.cases), script.Form()), len(data))
    assert json.loads(again) == json.loads(script.OUT.read_text())
