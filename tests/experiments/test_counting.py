"""From events to rows: late, doubled, unordered, forged and robotic ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import watched
from gifworthy.experiments.counting import Counted, count
from gifworthy.experiments.robots import Rules, says_robot
from gifworthy.records.events import Event
from gifworthy.records.experiments import DAY, Design, Split


def counted(shown: watched.Page, events: Sequence[Event] | None = None) -> Counted:
    return count(shown.made, [shown.split], shown.events if events is None else events)


def totals(found: Counted) -> dict[str, float]:
    names = ("views", "clicks", "plays", "hides", "dwell", "conversions", "value")
    return dict(zip(names, found.tally.measures.sum(axis=0).tolist(), strict=True))


def test_what_a_page_tells_is_counted_once_each() -> None:
    shown = watched.page()
    exposure = shown.shows("ann")
    for kind, value in (
        ("play", 0),
        ("click", 0),
        ("click", 0),
        ("dwell", 5),
        ("dwell", 20),
        ("dwell", 12),
        ("conversion", 9.5),
        ("conversion", 0.5),
        ("hide", 0),
    ):
        shown.tells("ann", kind, exposure, value=value)  # type: ignore[arg-type]
    shown.shows("ben")
    assert totals(counted(shown)) == {
        "views": 2,
        "clicks": 1,
        "plays": 1,
        "hides": 1,
        "dwell": 20,
        "conversions": 2,
        "value": 10,
    }


def test_order_makes_no_difference() -> None:
    shown = watched.page()
    for number in range(30):
        exposure = shown.shows(f"u{number % 9}", f"v{number % 4}", at=float(10 * number))
        if number % 3 == 0:
            shown.tells(f"u{number % 9}", "click", exposure, f"v{number % 4}", 10.0 * number + 3)
    straight = counted(shown)
    mixed = list(shown.events)
    random.Random(0).shuffle(mixed)
    other = counted(shown, mixed)
    assert totals(straight) == totals(other)
    assert straight.split == other.split
    assert sorted(straight.tally.at) == sorted(other.tally.at)


def test_a_click_before_its_view_counts_and_one_without_a_view_does_not() -> None:
    shown = watched.page()
    shown.tells("ann", "click", "x1", at=1)
    shown.tells("ann", "viewable", "x1", at=5)
    shown.tells("ann", "click", "never seen")
    found = counted(shown)
    assert (totals(found)["views"], totals(found)["clicks"]) == (1, 1)
    assert found.left_out == (("no viewable event", 1),)


def test_impressions_count_when_the_design_says_so() -> None:
    shown = watched.page(Design(("still", "gif"), counted="impression"))
    shown.tells("ann", "impression", "x1")
    assert totals(counted(shown))["views"] == 1
    assert (
        totals(counted(watched.Page(watched.experiment(), shown.split, shown.events)))["views"] == 0
    )


def test_what_comes_a_week_later_counts_no_more() -> None:
    shown = watched.page()
    exposure = shown.shows("ann", at=0)
    shown.tells("ann", "conversion", exposure, at=6 * DAY, value=5)
    shown.tells("ann", "conversion", exposure, at=8 * DAY, value=7)
    assert totals(counted(shown))["value"] == 5


def test_views_before_and_after_the_experiment_do_not_count() -> None:
    shown = watched.page(ended=watched.MORNING + 100)
    shown.shows("ann", at=-50)
    shown.shows("ann", at=50)
    shown.shows("ann", at=150)
    found = counted(shown)
    assert totals(found)["views"] == 1
    assert found.left_out == (("outside the experiment's time", 2),)


def test_a_clock_that_is_ahead_is_set_to_the_time_of_receipt() -> None:
    shown = watched.page(ended=watched.MORNING + 100)
    shown.shows("ann", at=50)
    wrong = [replace(event, at=event.at + 9e6) for event in shown.events]
    assert counted(shown, wrong).tally.at.tolist() == [watched.MORNING + 51]


def test_an_arm_that_hashing_did_not_give_is_not_believed() -> None:
    shown = watched.page()
    for name in ("ann", "ben", "eve"):
        shown.shows(name)
    forged = [
        replace(event, arm=1 - event.arm) if event.unit == shown.given("eve").unit else event
        for event in shown.events
    ]
    found = counted(shown, forged)
    assert totals(found)["views"] == 2
    assert found.left_out == (("in an arm that was not given", 1),)
    louder = [replace(event, propensity=0.01) for event in shown.events]
    assert totals(counted(shown, louder))["views"] == 0
    unknown = [replace(event, version=7) for event in shown.events]
    assert totals(counted(shown, unknown))["views"] == 0


def test_an_exposure_of_another_is_not_clicked_by_me() -> None:
    shown = watched.page()
    exposure = shown.shows("ann")
    shown.tells("eve", "click", exposure)
    assert totals(counted(shown))["clicks"] == 0


def test_units_are_drawn_once_by_unit_and_pairs_once_by_pair() -> None:
    for by, draws in (("unit", 2), ("pair", 4)):
        shown = watched.page(Design(("still", "gif"), by=by))  # type: ignore[arg-type]
        for _ in range(3):
            for name in ("ann", "ben"):
                for video in ("one", "two"):
                    shown.shows(name, video)
        assert sum(counted(shown).split.counted) == draws
        assert len(np.unique(counted(shown).tally.unit)) == 2


def test_each_version_of_a_bandit_is_a_draw_with_its_own_shares() -> None:
    shown = watched.page(Design(("still", "gif"), mode="thompson"))
    shown.shows("ann")
    second = Split(2, (0.2, 0.8))
    later = watched.Page(shown.made, second, list(shown.events))
    later.shows("ann")
    found = count(shown.made, [shown.split, second], later.events)
    assert sum(found.split.counted) == 2
    assert found.split.expected == pytest.approx((0.7, 1.3))


def test_robots_are_taken_out_by_rule_before_anything_is_counted() -> None:
    shown = watched.page()
    for number in range(4):
        shown.shows(f"person {number}")
    for number in range(700):
        shown.shows("busy", at=number)
    for number in range(6):
        shown.tells("quick", "click", shown.shows("quick", at=10 * number), at=10 * number + 0.1)
        shown.tells("lone", "click", f"nowhere {number}")
    shown.shows("honest")
    shown.events[-1] = replace(shown.events[-1], robot=True)
    found = counted(shown)
    assert totals(found)["views"] == 4
    assert dict(found.robots) == {
        "said so": 1,
        "more than 600 impressions an hour": 1,
        "clicks within 0.25 s": 1,
        "clicks on what was never shown": 1,
    }
    assert sum(found.split.counted) == 4
    assert sum(found.robots_split.counted) == 3


def test_a_keen_person_is_no_robot() -> None:
    shown = watched.page()
    for number in range(200):
        shown.tells("keen", "click", shown.shows("keen", at=60 * number), at=60 * number + 4)
    assert counted(shown).robots == ()
    few = count(shown.made, [shown.split], shown.events, Rules(hourly=50))
    assert few.robots == (("more than 50 impressions an hour", 1),)


@pytest.mark.parametrize(
    ("agent", "robot"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", True),
        ("curl/8.5.0", True),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0", True),
        ("python-requests/2.32", True),
        ("", True),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0", False),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
            False,
        ),
        ("Mozilla/5.0 (Linux; Android 15; Cubot X70) Chrome/130.0 Mobile Safari/537.36", False),
    ],
)
def test_who_says_to_be_a_program(agent: str, robot: bool) -> None:
    assert says_robot(agent) is robot


def test_nothing_at_all_is_counted_as_nothing() -> None:
    found = counted(watched.page())
    assert len(found.tally) == 0
    assert found.split.counted == (0, 0)
    assert not found.split.is_found
