"""A/A: on sound traffic it passes, where units are not what repeats it does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.traffic import Traffic

from gifworthy.experiments.selftest import plain_z, self_test

KEEN = Traffic(rates=(0.1, 0.1), visits=12, likeness=0.4)


def test_sound_traffic_passes_where_a_z_test_cries_wolf() -> None:
    test = self_test(
        KEEN.tally(4_000, np.random.default_rng(0)), 4_000, np.random.default_rng(1), runs=120
    )
    assert test.passes
    assert test.alarms <= 9
    assert test.plain > 30
    assert test.mismatches <= 4


def test_a_true_difference_does_not_disturb_it() -> None:
    tally = Traffic(rates=(0.05, 0.15)).tally(4_000, np.random.default_rng(0))
    assert self_test(tally, 4_000, np.random.default_rng(1), runs=60).passes


def test_one_unit_that_is_half_of_the_traffic_breaks_the_promise_and_is_caught() -> None:
    """A robot that was missed: no normal distribution comes from one draw of an arm."""
    tally = Traffic().tally(3_000, np.random.default_rng(0))
    robot = np.arange(len(tally)) % 2 == 0
    measures = tally.measures.copy()
    measures[robot, 1] = np.random.default_rng(3).random(int(robot.sum())) < 0.5
    caught = replace(
        tally, unit=np.where(robot, tally.unit.max() + 1, tally.unit), measures=measures
    )
    test = self_test(caught, 3_000, np.random.default_rng(1), runs=60)
    assert not test.passes


def test_by_pair_arms_are_drawn_by_unit_and_video() -> None:
    tally = KEEN.tally(3_000, np.random.default_rng(0))
    assert self_test(tally, 3_000, np.random.default_rng(1), by_pair=True, runs=60).passes


def test_the_plain_z_is_the_textbooks() -> None:
    tally = Traffic(rates=(0.2, 0.3)).tally(500, np.random.default_rng(5))
    x = [tally.total("clicks", arm) for arm in (0, 1)]
    n = [tally.total("views", arm) for arm in (0, 1)]
    pooled = sum(x) / sum(n)
    z = (x[1] / n[1] - x[0] / n[0]) / np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    assert plain_z(tally)[-1] == pytest.approx(z)


def test_too_few_views_are_said() -> None:
    with pytest.raises(ValueError, match="at least 100"):
        self_test(Traffic().tally(60, np.random.default_rng(0)), 100, np.random.default_rng(0))
