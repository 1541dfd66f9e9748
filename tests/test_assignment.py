"""The closest shots, none twice; one answer of many samples. By hand, and by scipy's exact assignment."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from gifworthy.assignment import agreed, closest, distances


def test_distances_are_euclidean() -> None:
    told, shots = (
        np.array([[[3.0, 4.0], [0.0, 0.0], [1.0, 0.0]]]),
        np.array([[0.0, 0.0], [3.0, 0.0]]),
    )
    assert distances(told, shots)[0] == pytest.approx(np.array([[5, 4], [0, 3], [1, 2]]))


def test_a_shot_that_two_want_goes_where_the_sum_is_smallest() -> None:
    """All want shot 0; who loses least by giving way gives way."""
    apart = np.array([[[0.0, 1.0, 9.0, 9.0], [0.0, 5.0, 2.0, 9.0], [0.0, 9.0, 9.0, 9.0]]])
    assert closest(apart).tolist() == [[1, 2, 0]]


def test_it_is_scipys_assignment() -> None:
    random = np.random.default_rng(0)
    for shots in (3, 4, 12):
        apart = random.random((200, 3, shots)) ** 3
        for found, costs in zip(closest(apart), apart, strict=True):
            assert found.tolist() == linear_sum_assignment(costs)[1].tolist()
            assert len(set(found.tolist())) == 3


def test_fewer_shots_than_places_are_refused() -> None:
    with pytest.raises(ValueError, match="3 distinct shots cannot be chosen of 2"):
        closest(np.zeros((1, 3, 2)))


def stories() -> np.ndarray:
    """Two samples tell shots 0 1 2, one tells 3 4 5, and 6 7 8 are half way from both."""
    apart = np.full((3, 3, 9), 10.0)
    for sample, first in ((0, 0), (1, 0), (2, 3)):
        for place in range(3):
            apart[sample, place, first + place] = 0.0
            apart[sample, place, 6 + place] = 3.0
    return apart


def test_likelihood_tells_one_story_and_cost_mixes_them() -> None:
    """The mean distance to 0 1 2 is (0 + 0 + 10) / 3 a shot, to what lies half way 3."""
    assert agreed(stories(), 1.0).tolist() == [0, 1, 2]
    assert agreed(stories(), 1.0, "vote").tolist() == [0, 1, 2]
    assert agreed(stories(), 1.0, "cost").tolist() == [6, 7, 8]


def test_a_sample_that_fits_outweighs_two_that_do_not() -> None:
    apart = np.full((3, 3, 6), 9.0)
    apart[:2, [0, 1, 2], [0, 1, 2]] = 4.0
    apart[2, [0, 1, 2], [3, 4, 5]] = 0.5
    assert agreed(apart, 1.0).tolist() == [3, 4, 5]
    assert agreed(apart, 1.0, "vote").tolist() == [0, 1, 2]


def test_likelihood_is_equation_10_over_all_ordered_triples() -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        apart, unit = random.random((5, 3, 6)) * 4, 0.7
        scores = {
            (a, b, c): np.exp(-(apart[:, 0, a] + apart[:, 1, b] + apart[:, 2, c]) / unit).mean()
            for a in range(6)
            for b in range(6)
            for c in range(6)
            if len({a, b, c}) == 3
        }
        assert tuple(agreed(apart, unit)) == max(scores, key=lambda triple: scores[triple])


def test_huge_distances_do_not_underflow() -> None:
    apart = stories() + 5000.0
    assert agreed(apart, 1.0).tolist() == [0, 1, 2]
