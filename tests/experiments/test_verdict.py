"""What may be said, and when nothing may."""

from __future__ import annotations

import math

import pytest

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.mismatch import Mismatch
from gifworthy.experiments.tally import CTR, READING
from gifworthy.experiments.verdict import Verdict, guard_of, verdict

ARMS = ("still", "gif", "joined")
SOUND = Mismatch((100.0, 100.0), (101, 99), 1.0, 0.02, 0.9)
ODD = Mismatch((100.0, 100.0), (150, 50), 1e-9, 50.0, 1e-12)


def lift(low: float, high: float, arm: int = 1, against: int = 0) -> Lift:
    return Lift(CTR, arm, against, (low + high) / 2, low, high, 1.0, 1.0)


def both_ways(*lifts: Lift) -> dict[tuple[int, int], Lift]:
    ways = [*lifts, *(each.reversed for each in lifts)]
    return {(each.arm, each.against): each for each in ways}


def said(clicks: Lift, dwell: Lift, split: Mismatch = SOUND) -> Verdict:
    return verdict(ARMS[:2], split, both_ways(clicks), both_ways(dwell), 0.05)


UNKNOWN = Lift(READING, 1, 0, math.nan, -1.0, math.inf, 1.0, 1.0)


def test_a_winner_is_named_when_clicks_rise_and_dwell_holds() -> None:
    found = said(lift(0.1, 0.4), lift(-0.02, 0.1))
    assert (found.outcome, found.winner, found.guard) == ("winner", 1, "held")
    assert "gif is clicked +10.0 to +40.0 % more often than still" in found.why


def test_the_control_may_win() -> None:
    found = said(lift(-0.5, -0.2), lift(-0.02, 0.02))
    assert (found.outcome, found.winner) == ("winner", 0)
    assert "still is clicked +25.0 to +100.0 %" in found.why


def test_clicks_that_cost_dwell_make_no_winner() -> None:
    found = said(lift(0.1, 0.4), lift(-0.3, -0.1))
    assert (found.outcome, found.winner, found.guard) == ("guarded", None, "broken")
    assert "no winner is named" in found.why


def test_a_mismatch_silences_everything() -> None:
    found = said(lift(0.1, 0.4), lift(0.0, 0.1), ODD)
    assert (found.outcome, found.winner) == ("mismatch", None)
    assert "still 150 where 100 were due" in found.why


def test_an_open_guard_and_an_unmeasured_one_are_told() -> None:
    assert "not settled" in said(lift(0.1, 0.4), lift(-0.2, 0.2)).why
    assert "not measured" in said(lift(0.1, 0.4), UNKNOWN).why


def test_no_difference_and_too_early() -> None:
    assert said(lift(-0.1, 0.1), UNKNOWN).outcome == "undecided"
    assert said(UNKNOWN, UNKNOWN).outcome == "too early"


def test_a_winner_of_three_must_beat_both_others() -> None:
    dwell = both_ways(
        *(lift(-0.01, 0.01, arm, against) for arm, against in ((1, 0), (2, 0), (2, 1)))
    )
    near = both_ways(lift(0.1, 0.3), lift(0.2, 0.5, 2, 0), lift(-0.05, 0.2, 2, 1))
    found = verdict(ARMS, SOUND, near, dwell, 0.05)
    assert found.outcome == "undecided"
    assert found.why == "not decided between gif and joined; behind are: still"
    clear = both_ways(lift(0.1, 0.3), lift(0.2, 0.5, 2, 0), lift(0.01, 0.2, 2, 1))
    assert verdict(ARMS, SOUND, clear, dwell, 0.05).winner == 2


@pytest.mark.parametrize(
    ("low", "high", "guard"),
    [(-0.04, 0.2, "held"), (-0.2, -0.06, "broken"), (-0.2, -0.01, "open"), (-0.06, 0.1, "open")],
)
def test_the_guard(low: float, high: float, guard: str) -> None:
    assert guard_of(lift(low, high), 0.05) == guard


def test_a_lift_told_from_the_other_side() -> None:
    turned = lift(0.25, 1.0).reversed
    assert (turned.arm, turned.against) == (0, 1)
    assert (turned.low, turned.high) == pytest.approx((-0.5, -0.2))
    assert not UNKNOWN.reversed.is_known
