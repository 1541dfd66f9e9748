"""How many views are needed: against the textbook, against itself, against simulated experiments."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.peeking import peeks
from benchmarks.traffic import Traffic
from scipy.stats import norm

from gifworthy.experiments.planner import Question, findable, needed, needed_as_planned
from gifworthy.experiments.tally import CTR


def two_proportions(rate: float, lift: float, level: float = 0.05, power: float = 0.8) -> float:
    """Fleiss: views an arm on the difference scale, both variances unpooled."""
    after = rate * (1 + lift)
    z = norm.isf(level / 2) + norm.isf(1 - power)
    return float(z**2 * (rate * (1 - rate) + after * (1 - after)) / (after - rate) ** 2)


@pytest.mark.parametrize(
    ("rate", "lift", "published"),
    [(0.053, 0.375, 2_340), (0.053, 0.195, 8_048), (0.053, 0.10, 29_365), (0.02, 0.10, 80_679)],
)
def test_one_look_needs_what_the_textbook_says(rate: float, lift: float, published: int) -> None:
    arm = needed(Question(rate, lift), peeking=False).views / 2
    assert arm == pytest.approx(two_proportions(rate, lift), rel=0.02)
    assert arm == pytest.approx(published, rel=0.02)


def test_peeking_costs_about_twice_the_views() -> None:
    question = Question(0.05, 0.1)
    ratio = needed(question).views / needed(question, peeking=False).views
    assert ratio == pytest.approx((3.035 + 0.842) ** 2 / (1.960 + 0.842) ** 2, rel=1e-3)


def test_what_is_found_is_what_was_needed() -> None:
    for peeking in (True, False):
        question = Question(0.05, 0.12, share=0.3, repeats=1.7)
        views = needed(question, peeking).views
        assert findable(question, views, peeking).lift == pytest.approx(0.12, rel=1e-3)


def test_more_is_needed_for_less() -> None:
    plain = needed(Question(0.05, 0.1)).views
    assert needed(Question(0.05, 0.05)).views > 3.5 * plain
    assert needed(Question(0.05, 0.1, repeats=2)).views == pytest.approx(2 * plain, abs=2)
    assert needed(Question(0.05, 0.1, share=0.1)).views > 2.5 * plain
    assert needed(Question(0.05, 0.1, arms=3)).views > plain
    assert needed(Question(0.05, 0.1, power=0.95)).views > plain


def test_the_planned_views_find_the_lift_four_times_of_five() -> None:
    views = needed(Question(0.1, 0.3)).views
    traffic = Traffic((0.1, 0.13), visits=1, likeness=0.0)
    found = [
        peeks(traffic.tally(views, np.random.default_rng([7, seed])), CTR, views).first_without(0.0)
        for seed in range(120)
    ]
    assert sum(each is not None for each in found) >= 0.8 * 120


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((0.0, 0.1), "rate"),
        ((1.5, 0.1), "rate"),
        ((0.05, 0.0), "lift"),
        ((0.6, 0.9), "lift"),
        ((0.05, float("nan")), "lift"),
        ((0.05, 0.1, 1), "2 arms"),
        ((0.05, 0.1, 2, 0.0), "share"),
        ((0.05, 0.1, 2, 0.5, 0.5), "design effect"),
    ],
)
def test_what_cannot_be_planned_is_said(arguments: tuple[float, ...], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Question(*arguments)  # type: ignore[arg-type]


def test_too_few_views_find_nothing() -> None:
    with pytest.raises(ValueError, match="too few"):
        findable(Question(0.5, 0.1), 3)


def test_an_experiment_planned_for_more_finds_the_lift_when_it_says() -> None:
    views = needed_as_planned(Question(0.1, 1.0), 20_000).views
    traffic = Traffic((0.1, 0.2), visits=1, likeness=0.0)
    found = [
        peeks(traffic.tally(views, np.random.default_rng([8, seed])), CTR, 20_000).first_without(
            0.0
        )
        for seed in range(60)
    ]
    assert sum(each is not None for each in found) >= 0.7 * 60
    assert views > 1.5 * needed(Question(0.1, 1.0)).views


def test_who_plans_for_what_it_takes_waits_the_least() -> None:
    question = Question(0.1, 1.1)
    best = needed(question).views
    assert needed_as_planned(question, best).views == pytest.approx(best, rel=0.02)
    for planned in (best / 20, best * 20):
        assert needed_as_planned(question, planned).views > 1.15 * best
    with pytest.raises(ValueError, match="too small"):
        needed_as_planned(Question(0.1, 1e-9), 1000)
