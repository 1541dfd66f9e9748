"""Errors that know that people repeat, against slow sums, a bootstrap, and the textbook."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.traffic import Traffic

from gifworthy.experiments.ratios import log_lift, log_rate, video_log_lift
from gifworthy.experiments.tally import CTR, READING, Metric, Tally, measured


def tally_of(rows: list[tuple[int, int, int, float]], propensity: float = 0.5) -> Tally:
    """Rows of unit, video, arm, clicks; one view each."""
    unit, video, arm, clicks = (np.array(column) for column in zip(*rows, strict=True))
    count = len(rows)
    return Tally(
        unit,
        video,
        arm,
        np.full(count, propensity),
        np.arange(count, dtype=np.float64),
        measured(count, views=np.ones(count), clicks=clicks),
        tuple(f"v{n}" for n in range(int(video.max()) + 1)),
        ("a", "b"),
    )


def slow_error(tally: Tally, metric: Metric) -> float:
    """Delta method by people, with the 4 x 4 matrix of sums written out."""
    people = sorted(set(tally.unit.tolist()))
    sums = np.zeros((len(people), 4))
    for row in range(len(tally)):
        person, arm = people.index(int(tally.unit[row])), int(tally.arm[row])
        sums[person, 2 * arm] += tally.weighted(metric.above)[row]
        sums[person, 2 * arm + 1] += tally.weighted(metric.below)[row]
    totals = sums.sum(axis=0)
    gradient = np.array([-1, 1, 1, -1]) / totals
    spread = (sums - sums.mean(axis=0)).T @ (sums - sums.mean(axis=0))
    return float(np.sqrt(gradient @ spread @ gradient * len(people) / (len(people) - 1)))


def test_rates_and_lift_that_can_be_seen_in_the_head() -> None:
    rows = [(n, 0, n % 2, float(n < 30 if n % 2 else n < 20)) for n in range(200)]
    tally = tally_of(rows)
    assert np.exp(log_rate(tally, CTR, 0).value) == pytest.approx(0.10)
    assert np.exp(log_rate(tally, CTR, 1).value) == pytest.approx(0.15)
    assert np.exp(log_lift(tally, CTR, 1, 0).value) == pytest.approx(1.5)


def test_with_one_view_each_it_is_the_textbooks_error() -> None:
    """Katz et al. (1978): the variance of a log risk ratio is 1/x1 - 1/n1 + 1/x0 - 1/n0."""
    rows = [(n, 0, int(n >= 400), float(n % 400 < (40 if n < 400 else 60))) for n in range(800)]
    error = log_lift(tally_of(rows), CTR, 1, 0).error
    assert error**2 == pytest.approx((1 / 40 - 1 / 400 + 1 / 60 - 1 / 400) * 800 / 799)
    assert log_lift(tally_of(rows), CTR, 1, 0).repeats == pytest.approx(800 / 799)


@pytest.mark.parametrize("by_pair", [False, True])
def test_the_error_is_the_slow_one(by_pair: bool) -> None:
    random = np.random.default_rng(3)
    tally = Traffic(rates=(0.2, 0.3), dwell=(20, 30)).tally(600, random)
    if by_pair:
        tally = replace(tally, arm=(tally.unit + tally.video) % 2)
    tally = replace(tally, propensity=np.where(tally.video < 5, 0.3, 0.7))
    for metric in (CTR, READING):
        found = log_lift(tally, metric, 1, 0)
        assert found.error == pytest.approx(slow_error(tally, metric), rel=0.02)


def test_people_who_repeat_make_the_error_larger_as_a_bootstrap_of_people_does() -> None:
    random = np.random.default_rng(4)
    tally = Traffic(rates=(0.2, 0.2), visits=10, likeness=0.3).tally(6_000, random)
    found = log_lift(tally, CTR, 1, 0)
    sums = np.zeros((int(tally.unit.max()) + 1, 4))
    np.add.at(sums, (tally.unit, 2 * tally.arm), tally.of("clicks"))
    np.add.at(sums, (tally.unit, 2 * tally.arm + 1), 1.0)
    drawn = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=1_500) @ sums
    again = np.log(drawn[:, 2] / drawn[:, 3]) - np.log(drawn[:, 0] / drawn[:, 1])
    assert found.error == pytest.approx(again.std(), rel=0.1)
    assert found.repeats > 2


def test_weights_mend_what_a_bandit_mixed() -> None:
    """A quiet hour half and half, a busy hour 9 to 1: plain rates would call the second arm better."""
    rows: list[tuple[int, int, int, float]] = []
    chances: list[float] = []
    for hour, (rate, shares) in enumerate(((0.1, (500, 500)), (0.3, (100, 900)))):
        for arm, count in enumerate(shares):
            for number in range(count):
                rows.append((len(rows), 0, arm, float(number < rate * count)))
                chances.append(count / 1000)
        assert hour < 2
    tally = replace(tally_of(rows), propensity=np.array(chances))
    plain = tally.total("clicks", 1) / tally.total("views", 1)
    assert plain > 1.3 * tally.total("clicks", 0) / tally.total("views", 0)
    assert log_lift(tally, CTR, 1, 0).value == pytest.approx(0.0, abs=1e-9)


def test_the_mean_of_videos_counts_videos_alike() -> None:
    """A large video where both arms are alike, a small one where the second is twice as good."""
    rows = [(n, 0, n % 2, float(n % 20 < 2)) for n in range(2_000)]
    rows += [(2_000 + n, 1, n % 2, float(n % 10 == 0 or n % 10 in (1, 3))) for n in range(200)]
    tally = tally_of(rows)
    pooled, alike = log_lift(tally, CTR, 1, 0), video_log_lift(tally, CTR, 1, 0)
    assert np.exp(alike.value) == pytest.approx((0.1 + 0.4) / (0.1 + 0.2))
    assert np.exp(pooled.value) == pytest.approx((100 + 40) / (100 + 20))


def test_the_error_of_the_mean_of_videos_is_a_bootstraps() -> None:
    random = np.random.default_rng(5)
    tally = Traffic(rates=(0.2, 0.25), videos=6, visits=5, likeness=0.1).tally(6_000, random)
    found = video_log_lift(tally, CTR, 1, 0)
    people = int(tally.unit.max()) + 1
    again = []
    for _ in range(400):
        weight = random.multinomial(people, np.full(people, 1 / people))[tally.unit]
        place = tally.video * 2 + tally.arm
        clicks = np.bincount(place, weight * tally.of("clicks"), 12).reshape(6, 2)
        means = (clicks / np.bincount(place, weight, 12).reshape(6, 2)).mean(axis=0)
        again.append(np.log(means[1] / means[0]))
    assert found.error == pytest.approx(np.std(again), rel=0.12)


def test_nothing_is_known_without_clicks() -> None:
    tally = tally_of([(n, 0, n % 2, float(n % 2)) for n in range(50)])
    assert np.isnan(log_lift(tally, CTR, 1, 0).error)
    assert np.isnan(video_log_lift(tally, CTR, 1, 0).error)
