"""Clicks as labels: what is written is what `train` reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gifworthy.experiments.clicks import clicks_csv, compared
from gifworthy.experiments.tally import Tally, measured
from gifworthy.learning.datasets import DATASETS
from gifworthy.records.experiments import Variant
from gifworthy.types import Segment

SHOTS = (Segment(2.0, 4.0), Segment(10.0, 11.5))
VARIANTS = (
    Variant("one, two.mp4", "still"),
    Variant("one, two.mp4", "gif", "c.gif", SHOTS, 60.0),
    Variant("three.mp4", "gif", "d.gif", (Segment(1.0, 3.0),)),
    Variant("never.mp4", "gif", "e.gif", (Segment(1.0, 3.0),)),
)


def tally() -> Tally:
    """40 views of each arm of the first video, 10 clicks on the GIF; 8 views of the other, 1 click."""
    video = np.repeat([0, 0, 1], [40, 40, 8])
    arm = np.repeat([0, 1, 1], [40, 40, 8])
    clicks = np.concatenate([np.zeros(40), np.arange(40) < 10, np.arange(8) < 1])
    return Tally(
        np.arange(88),
        video,
        arm,
        np.full(88, 0.5),
        np.zeros(88),
        measured(88, views=np.ones(88), clicks=clicks),
        ("one, two.mp4", "three.mp4"),
        ("still", "gif"),
    )


def test_the_clicks_manifest_reads_what_is_written(tmp_path: Path) -> None:
    place = tmp_path / "clicks.csv"
    place.write_text(clicks_csv(tally(), VARIANTS))
    labels = DATASETS["clicks"]().read(place).labels
    assert [(label.video, label.start, label.end) for label in labels] == [
        ("one, two.mp4", 2.0, 4.0),
        ("one, two.mp4", 10.0, 11.5),
        ("three.mp4", 1.0, 3.0),
    ]
    assert [label.value for label in labels] == pytest.approx([0.25, 0.25, 0.125])
    assert [label.views for label in labels] == [40, 40, 8]
    assert labels[0].duration == 60.0


def test_a_bandits_clicks_are_weighted() -> None:
    """Of the GIF's 40 views the clicked ones came when it was given 4 times as often."""
    chances = np.where(tally().of("clicks") > 0, 0.8, 0.2)
    line = clicks_csv(replace(tally(), propensity=chances), VARIANTS).splitlines()[1]
    shown, clicked = line.split(",")[-3:-1]
    assert shown == "40"
    assert float(clicked) == pytest.approx(40 * (10 / 0.8) / (10 / 0.8 + 30 / 0.2), abs=1e-3)


def test_only_spans_of_one_video_that_differ_teach() -> None:
    """One cover against a still compares nothing; two covers of the same video do."""
    assert compared(clicks_csv(tally(), VARIANTS)) == 0
    still = Variant("one, two.mp4", "still", "", (Segment(0.0, 1.0),))
    assert compared(clicks_csv(tally(), (still, *VARIANTS[1:]))) == 1


def test_many_videos_are_counted_as_each_would_be_alone_but_in_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every fifth view of a pair is not there, and chances differ from view to view."""

    def never(*_: object) -> None:
        raise AssertionError("all views were read once more for one of many variants")

    monkeypatch.setattr(Tally, "only", never)
    chance = np.random.default_rng(1)
    video, arm = chance.integers(0, 40, 3000), chance.integers(0, 3, 3000)
    clicks, chances = chance.integers(0, 2, 3000), chance.uniform(0.1, 0.9, 3000)
    names, arms = tuple(f"v{n:02}" for n in range(41)), ("a", "b", "c")
    many = Tally(
        np.arange(3000),
        video,
        arm,
        chances,
        np.zeros(3000),
        measured(3000, views=np.arange(3000) % 5 > 0, clicks=clicks),
        names,
        arms,
    )
    span = (Segment(0.0, 1.0),)
    lines = clicks_csv(many, [Variant(v, a, "", span) for v in names for a in arms]).splitlines()
    assert len(lines) == 1 + 40 * 3, "the last video was never shown"
    for line in lines[1:]:
        name, _, _, shown, clicked, _ = line.split(",")
        number = (lines.index(line) - 1) % 3
        mine = (video == names.index(name)) & (arm == number)
        views = mine & (np.arange(3000) % 5 > 0)
        rate = (clicks / chances)[mine].sum() / (1 / chances)[views].sum()
        assert int(shown) == views.sum()
        assert float(clicked) == pytest.approx(rate * views.sum(), rel=1e-5)
