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
    for told in (as_text(found), fragment(found)):
        assert "no views yet" in told
        assert "as it should be" not in told
        assert "0.00 %" not in told
    assert found.outlook.needed is None
    assert json.loads(as_json(found))["results"][0]["rates"][0]["value"] is None
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
    drawings = [
        attributes for tag, attributes in parts.tags if tag == "svg" and "role" in attributes
    ]
    assert [each["class"] for each in drawings] == ["broad", "slim"]
    assert {each["role"] for each in drawings} == {"img"}
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


def few_views() -> Report:
    """What a person saw: 31 clicks of 312 views against 65 of 311, begun for 20,000 views."""
    shown = watched.page(Design(("still", "signals")))
    for arm, (clicks, views) in enumerate(((31, 312), (65, 311))):
        for number, viewer in enumerate(watched.viewers_of(shown, arm, views)):
            exposure = shown.shows(viewer, at=1 + 600.0 * number)
            if number * clicks // views != (number + 1) * clicks // views:
                shown.tells(viewer, "click", exposure, at=2 + 600.0 * number)
    return report(shown.made, [shown.split], shown.events)


def test_a_few_views_are_told_how_many_more_in_every_form() -> None:
    found = few_views()
    assert found.verdict.outcome == "undecided"
    said = found.outlook.says
    assert said.startswith("an estimate: at the present rates about ")
    assert "days at the pace so far" in said
    assert said in as_text(found)
    assert said in fragment(found)
    read(as_json(found), "experiment")
    told = json.loads(as_json(found))["outlook"]
    assert told["needed"] == pytest.approx(
        1250, abs=50
    )  # log(2.1) = sqrt(25.7 / n) (multiplier + 0.84)
    assert told["more"] == told["needed"] - 623
    assert told["days"] == pytest.approx(told["more"] / 623 * 311 * 600 / 86400, rel=0.01)


def test_a_wide_interval_is_clipped_and_has_an_arrow() -> None:
    told = fragment(few_views())
    labels = re.findall(r">([-+][0-9,.e+]+ %)</text>", told)
    assert set(labels) == {"-100 %", "-50 %", "+50 %", "+100 %", "+150 %", "+200 %"}
    assert told.count('class="arrow arm-1"') == 2
    assert "goes on beyond" in told
    narrow = fragment(imagined(Traffic((0.05, 0.05), likeness=0.0), 200_000))
    assert narrow.count("<svg") > 2
    assert "1e+" not in narrow


def test_videos_are_called_by_their_names() -> None:
    found = replace(few_views(), names={"v": "Cats & dogs.mp4"})
    assert "Cats &amp; dogs.mp4" in fragment(found)
    assert "Cats & dogs.mp4" in as_text(found)
    assert json.loads(as_json(found))["videos"][0]["name"] == "Cats & dogs.mp4"


def test_what_was_planned_is_told_when_a_person_planned() -> None:
    assert "planned" not in as_text(few_views())
    shown = watched.page(Design(("still", "gif", "joined"), planned=300))
    for arm in range(3):
        for viewer in watched.viewers_of(shown, arm, 15):
            shown.shows(viewer)
    told = as_text(report(shown.made, [shown.split], shown.events))
    assert "planned: 450 views (300 for two arms); 45 are counted (10 %)" in told
    assert "too few clicks to estimate" in told


def test_the_split_is_told_in_words() -> None:
    assert (
        "viewers came 312 to 311 where 311.5 to 311.5 were due; chance makes it as uneven in 97 of 100"
        in (as_text(few_views()))
    )
    assert "in fewer than 1 of 1" in as_text(imagined(Traffic(lost=(0.0, 0.15)), 20_000))
