"""Another plan's worth from this plan's log, against slow sums and worlds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.errors import PlanUnjudgeable
from gifworthy.experiments.offpolicy import Judged, judge
from gifworthy.experiments.tally import Tally, measured

SHARES = np.array([0.6, 0.3, 0.1])
RATES = np.array([[0.10, 0.20, 0.30], [0.30, 0.20, 0.10]])
BEST = {"v0": (0.0, 0.0, 1.0), "v1": (1.0, 0.0, 0.0)}


def log(seed: int, views: int = 4_000, visits: int = 1) -> Tally:
    random = np.random.default_rng(seed)
    video = random.integers(2, size=views)
    arm = random.choice(3, views, p=SHARES)
    clicks = random.random(views) < RATES[video, arm]
    return Tally(
        np.arange(views) // visits,
        video,
        arm,
        SHARES[arm],
        np.arange(views, dtype=np.float64),
        measured(views, views=np.ones(views), clicks=clicks),
        ("v0", "v1"),
        ("a", "b", "c"),
    )


def by_name(judged: Judged) -> dict[str, float]:
    return {value.method: value.value for value in judged.values}


def test_ips_and_snips_row_by_row() -> None:
    tally = log(0, 300)
    weighted = weights = 0.0
    for row in range(300):
        share = BEST[f"v{tally.video[row]}"][tally.arm[row]]
        weight = share / tally.propensity[row]
        weights += weight
        weighted += weight * tally.of("clicks")[row]
    found = by_name(judge(tally, BEST))
    assert found["IPS"] == pytest.approx(weighted / 300)
    assert found["SNIPS"] == pytest.approx(weighted / weights)


def test_the_plan_that_ran_is_worth_what_was_logged() -> None:
    tally = log(1)
    same = tuple(map(float, SHARES))
    found = judge(tally, {"v0": same, "v1": same})
    assert by_name(found)["IPS"] == pytest.approx(found.logged)
    assert by_name(found)["SNIPS"] == pytest.approx(found.logged)
    assert by_name(found)["DR"] == pytest.approx(found.logged, abs=0.002)
    assert found.effective == pytest.approx(len(tally))
    assert found.heaviest == pytest.approx(1.0)


def test_all_three_find_the_truth_and_dr_errs_least() -> None:
    runs = [by_name(judge(log(seed), BEST)) for seed in range(150)]
    error = {}
    for method in ("IPS", "SNIPS", "DR"):
        values = np.array([run[method] for run in runs])
        assert values.mean() == pytest.approx(0.30, abs=3.5 * values.std() / np.sqrt(150))
        error[method] = values.std()
    assert error["DR"] < error["IPS"]
    assert error["SNIPS"] < error["IPS"]


def test_the_told_error_is_the_true_one_also_when_viewers_repeat() -> None:
    for visits in (1, 8):
        runs = [judge(log(seed, 2_000, visits), BEST) for seed in range(120)]
        for number in range(3):
            values = np.array([run.values[number].value for run in runs])
            told = np.mean([run.values[number].error for run in runs])
            assert told == pytest.approx(values.std(), rel=0.25)


def test_intervals_hold_the_truth() -> None:
    inside = [
        value.low <= 0.30 <= value.high
        for seed in range(60)
        for value in judge(log(seed), BEST).values
    ]
    assert np.mean(inside) >= 0.97


def test_what_was_never_shown_cannot_be_judged() -> None:
    tally = log(2)
    seen = tally.only(~((tally.video == 1) & (tally.arm == 0)))
    with pytest.raises(PlanUnjudgeable, match="'a' for v1, which was never shown there"):
        judge(seen, BEST)
    with pytest.raises(PlanUnjudgeable, match="no counted view"):
        judge(tally, {"another film": (1.0, 0.0, 0.0)})
    with pytest.raises(ValueError, match="add up to 1"):
        judge(tally, {"v0": (0.5, 0.0, 0.0)})


def test_videos_that_the_plan_does_not_name_are_left_out() -> None:
    found = judge(log(3), {"v0": (0.0, 0.0, 1.0)})
    assert found.views + found.left_out == 4_000
    assert by_name(found)["SNIPS"] == pytest.approx(0.30, abs=0.08)
