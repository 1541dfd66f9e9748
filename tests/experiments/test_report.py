"""The whole report: figures that can be seen in the head, in every form."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from benchmarks.traffic import Traffic
from PIL import Image

import watched
from commands import read
from gifworthy.experiments.counting import Counted
from gifworthy.experiments.mismatch import mismatch
from gifworthy.experiments.page import fragment, page
from gifworthy.experiments.picture import report_picture
from gifworthy.experiments.report import Report, of_counted, report
from gifworthy.experiments.speech import as_json, as_text
from gifworthy.experiments.tally import CTR, READING, REVENUE
from gifworthy.records.experiments import Design

STRANGE = "<script>alert('still')</script>"


def imagined(
    traffic: Traffic, views: int, arms: tuple[str, ...] = ("still", "gif"), name: str = "Covers"
) -> Report:
    tally = replace(traffic.tally(views, np.random.default_rng(0)), arms=arms)
    bought = (tally.of("clicks") > 0) & (np.arange(views)[: len(tally)] % 7 == 0)
    measures = tally.measures.copy()
    measures[:, -2], measures[:, -1] = bought, 10.0 * bought
    _, first = np.unique(tally.unit, return_index=True)
    split = mismatch(tally.arm[first], np.tile(traffic.shares, (len(first), 1)))
    nobody = mismatch(np.zeros(0, np.int64), np.zeros((0, len(arms))))
    made = replace(watched.experiment(Design(arms)), name=name)
    counted = Counted(replace(tally, measures=measures), split, (("said so", 3),), nobody, ())
    return of_counted(made, counted)


def test_figures_that_can_be_seen_in_the_head() -> None:
    """100 viewers in each arm see one cover once; 20 click a still, 40 a GIF, and half as long."""
    shown = watched.page(Design(("still", "gif"), planned=200))
    for arm, clicks, dwell in ((0, 20, 60.0), (1, 40, 30.0)):
        for number, viewer in enumerate(watched.viewers_of(shown, arm, 100)):
            exposure = shown.shows(viewer)
            if number < clicks:
                shown.tells(viewer, "click", exposure)
                shown.tells(viewer, "dwell", exposure, value=dwell + 5 * (-1) ** number)
            if number < 5:
                shown.tells(viewer, "conversion", exposure, value=2.0 * (1 + arm))
    found = report(shown.made, [shown.split], shown.events)
    still, gif = found.arms
    assert (still.units, still.views, still.clicks, gif.clicks) == (100, 100, 20, 40)
    rates = {rate.metric.name: rate.value for rate in gif.rates}
    assert rates["click-through rate"] == pytest.approx(40.0)
    assert rates["dwell per click"] == pytest.approx(30.0)
    assert rates["dwell per view"] == pytest.approx(12.0)
    assert rates["revenue per thousand views"] == pytest.approx(200.0)
    clicks_lift = found.lift(CTR, 1)
    assert clicks_lift is not None
    assert clicks_lift.value == pytest.approx(1.0)
    reading = found.lift(READING, 1)
    assert reading is not None
    assert reading.value == pytest.approx(-0.5)
    revenue = found.lift(REVENUE, 1)
    assert revenue is not None
    assert not revenue.is_known  # 5 conversions say nothing yet
    assert found.guards == ("broken",)
    assert found.videos[0].arms[1].clicks == 40


def test_clicks_that_cost_dwell_are_told_in_every_form() -> None:
    found = imagined(Traffic((0.05, 0.08), dwell=(30.0, 20.0)), 50_000)
    assert found.verdict.outcome == "guarded"
    for told in (as_text(found), as_json(found), page(found)):
        assert "no winner is named" in told


def test_a_mismatch_shows_the_split_and_no_lift() -> None:
    found = imagined(Traffic(lost=(0.0, 0.15)), 20_000)
    assert found.verdict.outcome == "mismatch"
    told = json.loads(as_json(found))
    assert (told["winner"], told["lifts"], told["looks"], told["videos"]) == (None, [], [], [])
    assert "NOT as it should be" in as_text(found)
    assert "svg" not in fragment(found)
    assert " %" not in re.sub(r"CTR.*", "", as_text(found).split("\n\n")[0])


def test_the_looks_end_with_the_report_and_narrow() -> None:
    found = imagined(Traffic((0.05, 0.07)), 20_000)
    last = found.looks[-1]
    assert last.views == 20_000
    assert last.lifts[0] == found.lift(CTR, 1)
    known = [look.lifts[0] for look in found.looks if look.lifts[0].is_known]
    assert known[-1].high - known[-1].low < (known[0].high - known[0].low) / 3


def test_json_keeps_its_schema() -> None:
    for traffic, views in ((Traffic((0.05, 0.08)), 20_000), (Traffic(), 60)):
        read(as_json(imagined(traffic, views)), "experiment")
    shown = watched.page()
    read(as_json(report(shown.made, [shown.split], [])), "experiment")


def test_an_experiment_nobody_saw_is_told_too() -> None:
    shown = watched.page()
    found = report(shown.made, [shown.split], [])
    assert found.verdict.outcome == "too early"
    assert "too early" in as_text(found)
    assert "<svg" not in page(found)
    assert Image.open(io.BytesIO(report_picture(found))).size == (1430, 836)


class Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_safe_and_fetches_nothing() -> None:
    found = imagined(Traffic((0.05, 0.08)), 20_000, (STRANGE, "gif & co"), STRANGE)
    parts = Reading()
    parts.feed(page(found))
    assert parts.open == []
    tags = [tag for tag, _ in parts.tags]
    assert "script" not in tags
    names = {name for _, attributes in parts.tags for name in attributes}
    assert not names & {"src", "href", "style"}
    assert not [name for name in names if name.startswith("on")]
    assert tags.count("svg") == 1
    assert dict(parts.tags)["svg"]["role"] == "img"
    assert all(attributes.get("scope") for tag, attributes in parts.tags if tag == "th")


def test_the_picture_shows_the_verdicts_colour() -> None:
    picture = report_picture(imagined(Traffic((0.05, 0.09)), 30_000))
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
    away = np.abs(pixels - np.array([0x2E, 0x7D, 0x4F])).max(axis=2)
    assert away[:60, 700:].min() < 12
    assert away[100:].min() > 12


def test_three_arms_share_one_error_rate() -> None:
    two = imagined(Traffic((0.05, 0.06)), 30_000)
    tally = two.counted.tally
    third = replace(tally, arms=("still", "gif", "joined"))
    _, first = np.unique(tally.unit, return_index=True)
    split = mismatch(tally.arm[first], np.tile([0.5, 0.5, 0.0], (len(first), 1)))
    design = replace(two.experiment, design=Design(third.arms))
    wide = of_counted(design, replace(two.counted, tally=third, split=split))
    narrow, wider = two.lift(CTR, 1), wide.lift(CTR, 1)
    assert narrow is not None
    assert wider is not None
    assert wider.high - wider.low > narrow.high - narrow.low


def test_among_videos_alike_hardly_any_is_called_sure() -> None:
    alike = imagined(Traffic(videos=60, visits=1, likeness=0.0, rates=(0.1, 0.1)), 90_000)
    assert sum(video.arms[1].is_sure for video in alike.videos) == 0
    clear = imagined(Traffic(videos=20, visits=1, likeness=0.0, rates=(0.1, 0.25)), 30_000)
    assert sum(video.arms[1].is_sure for video in clear.videos) >= 18
