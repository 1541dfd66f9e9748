from __future__ import annotations

import numpy as np
import pytest

from gifworthy.learning.linear import separating
from gifworthy.taste import (
    AGGREGATIONS,
    FAR,
    Joining,
    cosines,
    directed,
    distances,
    evened,
    maximal_similarity,
    mean_similarity,
    rank_svm,
)

EAST, NORTH, WEST = [2.0, 0.0], [0.0, 3.0], [-1.0, 0.0]
SEGMENTS = np.array([EAST, NORTH])
HISTORY = np.array([[5.0, 0.0], [4.0, 0.0], WEST])
NOBODY = np.zeros((0, 0))


def test_similarity_is_by_the_angle() -> None:
    assert cosines(SEGMENTS, HISTORY).tolist() == [[1, 1, -1], [0, 0, 0]]
    assert maximal_similarity(SEGMENTS, HISTORY).tolist() == [1, 0]
    assert mean_similarity(SEGMENTS, HISTORY) == pytest.approx([1 / 3, 0])
    assert maximal_similarity(SEGMENTS, NOBODY).tolist() == [0, 0]
    assert mean_similarity(SEGMENTS, NOBODY).tolist() == [0, 0]


def test_distances_are_sorted_and_short_histories_padded() -> None:
    assert distances(SEGMENTS, HISTORY, 2).tolist() == [[0, 0], [1, 1]]
    assert distances(SEGMENTS, HISTORY, 5).tolist() == [[0, 0, 2, FAR, FAR], [1, 1, 1, FAR, FAR]]
    assert distances(SEGMENTS, NOBODY, 2).tolist() == [[FAR, FAR]] * 2


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [
        ("mean", [[1 / 3, 0], [1 / 3, 0]]),
        ("max", [[1, 0], [1, 0]]),
        ("nearest", [[1, 0], [1, 0]]),
        ("none", [[1, 0, 1, 0], [1, 0, 1, 0]]),
        ("attention", [[1, 0, 1, 0], [1, 0, 1, 0]]),
    ],
)
def test_vectors_of_the_history_stand_beside_each_segment(
    aggregation: str, expected: list[list[float]]
) -> None:
    joining = Joining(aggregation, nearest=2)  # type: ignore[arg-type]
    assert joining.beside(SEGMENTS, HISTORY) == pytest.approx(np.array(expected))


def test_weighted_is_the_mean_with_closer_ones_more() -> None:
    east, north = Joining("weighted").beside(SEGMENTS, HISTORY)
    assert east == pytest.approx([1, 0], abs=1e-5), "the opposite one weighs e^-16"
    assert north == pytest.approx([1 / 3, 0]), "all are as far"


def test_only_the_distance_may_stand_there() -> None:
    assert Joining("mean", "distances").beside(SEGMENTS, HISTORY).tolist() == [[0], [1]]
    assert Joining("none", "distances", 3).beside(SEGMENTS, HISTORY).tolist() == [
        [0, 0, 2],
        [1, 1, 1],
    ]
    with pytest.raises(ValueError, match="attention mixes vectors"):
        Joining("attention", "distances")


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_without_a_history_nothing_stands_there(aggregation: str) -> None:
    joining = Joining(aggregation, nearest=3)  # type: ignore[arg-type]
    beside = joining.beside(SEGMENTS, NOBODY)
    assert beside.shape == (2, joining.width(2))
    assert not beside.any()


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_the_order_of_a_history_does_not_matter(aggregation: str) -> None:
    history = np.random.default_rng(0).normal(size=(7, 4))
    segments = np.random.default_rng(1).normal(size=(5, 4))
    joining = Joining(aggregation, nearest=3)  # type: ignore[arg-type]
    turned = joining.beside(segments, history[::-1])
    assert joining.beside(segments, history) == pytest.approx(turned)


def test_directions_and_evening_out() -> None:
    assert directed(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist() == [[0.6, 0.8], [0, 0]]
    assert evened(np.array([1.0, 3.0])).tolist() == [-1, 1]
    assert evened(np.array([5.0, 5.0])).tolist() == [0, 0]


@pytest.mark.parametrize("cost", [0.01, 1.0, 100.0])
def test_a_small_rank_svm_is_what_the_large_one_is(cost: float) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    apart = np.random.default_rng(0).normal(0.3, 1.0, (40, 12))
    turned = np.where(np.arange(40) % 2, 1.0, -1.0)
    expected, _ = separating(apart * turned[:, None], turned, cost, offset=False)
    assert rank_svm(apart, cost) == pytest.approx(expected, abs=1e-3)


def test_two_pairs_part_in_the_middle() -> None:
    """One pair apart by (2, 0): the least weights that keep it beyond the margin of 1 are (1/2, 0)."""
    assert rank_svm(np.array([[2.0, 0.0]]), 1e6) == pytest.approx([0.5, 0.0], abs=1e-5)
