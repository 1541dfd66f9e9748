"""The other metrics, each written a second time, slowly."""

from __future__ import annotations

import itertools
import math
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng
from scipy.stats import kendalltau, spearmanr

from gifworthy.learning.metrics import (
    above_lower_median,
    bad_case_rate,
    best_summary,
    bootstrap,
    chance_at,
    f1,
    hit_at_1,
    kendall,
    mean_f1,
    means,
    nacc,
    nearest_f1,
    precision_at,
    spearman,
    top5_average_precision,
    trapezoid_average_precision,
)
from gifworthy.learning.metrics.summaries import shot_means

Graded = list[tuple[int, int]]
GRADED = st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 3)), min_size=2, max_size=20)


def columns(graded: Graded) -> tuple[list[float], list[float]]:
    return [float(value) for value, _ in graded], [float(score) for _, score in graded]


def reference_nacc(values: list[float], scores: list[float]) -> float:
    pairs = [
        (i, j) for i in range(len(values)) for j in range(len(values)) if values[i] > values[j]
    ]
    return fmean((scores[i] > scores[j]) + (scores[i] == scores[j]) / 2 for i, j in pairs)


def reference_trapezoid(truth: list[int], scores: list[float], top: int) -> float:
    """UMT's loop: precision 1 at recall 0, trapezoids in between, hits within the first `top`."""
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:top]
    wanted = sum(truth[i] for i in order)
    area = found = recall = 0.0
    precision = 1.0
    for rank, i in enumerate(order, start=1):
        found += truth[i]
        if not wanted:
            return 0.0
        area += (found / wanted - recall) * (precision + found / rank) / 2
        recall, precision = found / wanted, found / rank
    return area


@given(GRADED)
@settings(max_examples=200, deadline=None)
def test_nacc_looks_at_every_pair(graded: Graded) -> None:
    values, scores = columns(graded)
    if len(set(values)) == 1:
        assert math.isnan(nacc(values, scores))
    else:
        assert nacc(values, scores) == pytest.approx(reference_nacc(values, scores))


def test_nacc_is_one_half_for_a_scorer_that_says_nothing() -> None:
    assert nacc([0, 1, 2], [5, 5, 5]) == 0.5
    assert nacc([0, 1, 2], [0, 1, 2]) == 1


@given(GRADED, st.integers(1, 25))
@settings(max_examples=200, deadline=None)
def test_trapezoid_average_precision(graded: Graded, top: int) -> None:
    truth, scores = [int(value > 0) for value, _ in graded], [float(score) for _, score in graded]
    expected = reference_trapezoid(truth, scores, top)
    assert trapezoid_average_precision(truth, scores, top) == pytest.approx(expected)


def test_trapezoid_average_precision_in_the_head() -> None:
    # hit, miss, hit: half the recall at precision 1, half between 1/2 and 2/3
    expected = 0.5 * 1 + 0.5 * (1 / 2 + 2 / 3) / 2
    assert trapezoid_average_precision([1, 0, 1], [3, 2, 1]) == pytest.approx(expected)
    assert trapezoid_average_precision([0, 0, 0], [3, 2, 1]) == 0


def test_the_lower_of_two_middle_ratings_is_the_median() -> None:
    assert above_lower_median([[1, 2, 3, 4]]).tolist() == [[False, False, True, True]]
    assert above_lower_median([[1, 1, 1]]).tolist() == [[False, False, False]]


def test_top5_is_the_mean_over_annotators() -> None:
    ratings = [[5, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 5]]
    # the first annotator's one highlight is found first, the second's is not among the five
    assert top5_average_precision(ratings, [7, 6, 5, 4, 3, 2, 1]) == 0.5


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), min_size=1, max_size=9))
@settings(max_examples=100, deadline=None)
def test_best_summary_is_as_good_as_trying_every_one(shots: Graded) -> None:
    values, lengths = np.array([v for v, _ in shots]), np.array([n for _, n in shots])
    room = int(0.5 * lengths.sum())
    tried = (np.array(c, bool) for c in itertools.product((0, 1), repeat=len(shots)))
    best = max(values[c].sum() for c in tried if lengths[c].sum() <= room)
    chosen = best_summary(values, lengths, budget=0.5)
    assert lengths[chosen].sum() <= room
    assert values[chosen].sum() == best


def test_best_summary_refuses_what_has_no_length_or_negative_value() -> None:
    for values, lengths in (([1.0, 1.0], [1, 0]), ([-1.0, 1.0], [1, 1])):
        with pytest.raises(ValueError, match="every shot"):
            best_summary(values, lengths)


def test_f1_and_its_means() -> None:
    assert f1([1, 1, 0, 0], [1, 0, 1, 0]) == 0.5
    assert f1([0, 0], [0, 0]) == 0
    raters = [[1, 1, 0, 0], [0, 0, 1, 1]]
    assert mean_f1([1, 1, 0, 0], raters) == 0.5
    assert nearest_f1([1, 1, 0, 0], raters) == 1
    with pytest.raises(ValueError, match="judged"):
        f1([1], [1, 0])


def test_shot_means() -> None:
    assert shot_means([1, 3, 10], [0, 2, 3]).tolist() == [2, 10]


@given(GRADED)
@settings(max_examples=200, deadline=None)
def test_rank_correlations_agree_with_scipy(graded: Graded) -> None:
    values, scores = columns(graded)
    if len(set(values)) == 1 or len(set(scores)) == 1:
        assert spearman(values, scores) == 0
        assert kendall(values, scores) == 0
    else:
        assert spearman(values, scores) == pytest.approx(spearmanr(values, scores).statistic)
        assert kendall(values, scores) == pytest.approx(kendalltau(values, scores).statistic)


def test_kendall_counts_pairs() -> None:
    # of three pairs two agree and one does not
    assert kendall([1, 2, 3], [1, 3, 2]) == pytest.approx(1 / 3)


def test_precision_at_asks_whether_any_pick_matches() -> None:
    matches = [0, 0, 1, 0]
    assert precision_at(matches, [0, 2], 1) == 0
    assert precision_at(matches, [0, 2], 2) == 1
    assert precision_at([0, 0, 0, 1], [99], 1) == 1  # a pick past the end is the last frame


def test_chance_is_what_many_draws_give() -> None:
    random = default_rng(0)
    drawn = [(random.permutation(10)[:3] < 2).any() for _ in range(20_000)]
    assert chance_at(2, 10, 3) == pytest.approx(np.mean(drawn), abs=0.01)
    assert chance_at(2, 10, 3) == pytest.approx(1 - (8 * 7 * 6) / (10 * 9 * 8))
    assert chance_at(8, 10, 3) == 1
    assert chance_at(0, 10, 3) == 0
    with pytest.raises(ValueError, match="cannot be"):
        chance_at(11, 10, 1)


def test_hit_at_1_takes_the_kindest_rater() -> None:
    truth = [[0, 0, 1], [0, 1, 0]]
    assert hit_at_1(truth, [1, 3, 2]) == 1
    assert hit_at_1(truth, [3, 1, 2]) == 0
    assert hit_at_1(truth, [0, 0, 0, 9]) == 0  # past the end of the labels


def test_bad_case_rate() -> None:
    assert bad_case_rate([0, 1, 2, 2]) == 0.25
    assert bad_case_rate([0, math.nan]) == 1
    assert math.isnan(bad_case_rate([]))


def test_means_count_topics_alike_and_pass_over_what_is_not_known() -> None:
    values = np.array([[1.0, math.nan], [3.0, 4.0], [10.0, 6.0]])
    assert means(values).tolist() == pytest.approx([14 / 3, 5])
    assert means(values, ["a", "a", "b"]).tolist() == [6, 5]


def test_bootstrap_covers_the_truth_as_often_as_it_says() -> None:
    random = default_rng(1)
    covered = 0
    for _ in range(300):
        low, high = bootstrap(random.normal(5, 2, (40, 1)), random, repeats=300)
        covered += int(low[0] <= 5 <= high[0])
    assert 0.88 <= covered / 300 <= 0.98


def test_bootstrap_draws_inside_topics() -> None:
    # each topic has one value, so there is nothing to vary
    values = np.array([[1.0], [1.0], [9.0]])
    low, high = bootstrap(values, default_rng(0), ["a", "a", "b"], repeats=50)
    assert low.tolist() == high.tolist() == [5]


def test_bootstrap_of_the_same_seed_is_the_same() -> None:
    values = default_rng(3).random((30, 2))
    first, again = (bootstrap(values, default_rng(7), repeats=100) for _ in range(2))
    assert np.array_equal(first, again)
