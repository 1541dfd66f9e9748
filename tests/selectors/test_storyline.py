"""Shots chosen together: the joint sum is the best there is, twins are avoided, the order is people's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

import drawn
from gifworthy.errors import VideoTooShort
from gifworthy.selectors.storyline import Habits, Storyline, best_set, standardised
from gifworthy.types import Scores, Segment
from gifworthy.video import Video
from imagined import Picture, imagined

SEGMENTS = tuple(Segment(10.0 * place, 10.0 * place + 10) for place in range(6))
PLAIN = Habits(
    1.0, np.zeros(10), np.array([0.5]), np.zeros(2), dict.fromkeys(permutations(range(3)), 0.0)
)


def three_places(moment: float) -> Picture:
    """The first four segments look alike, the fifth and the sixth each their own way."""
    return drawn.textured((0, 0, 0, 0, 1, 2)[int(moment // 10)], 96, 54)


VIDEO = imagined(60.0, draw=three_places)


@dataclass(frozen=True)
class Given:
    """A scorer whose values are known, in the order of the segments."""

    values: tuple[float, ...]

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.array(self.values))


def shown(values: tuple[float, ...], habits: Habits, opening: float = 0.0) -> list[int]:
    board = Storyline(Given(values), 3, habits, opening=opening).select(VIDEO, SEGMENTS)
    return [int(highlight.segment.start // 10) for highlight in board]


def test_twins_are_avoided() -> None:
    assert sorted(shown((3, 2.9, 0, 0, 2, 2), PLAIN)) == [0, 4, 5]


def test_a_much_better_shot_is_taken_all_the_same() -> None:
    without = replace(Storyline(Given((9, 9, 9, 0, 0, 0)), 3, PLAIN), unlike=0.0)
    board = without.select(VIDEO, SEGMENTS)
    assert sorted(h.segment.start for h in board) == [0, 10, 20]


def test_the_order_is_the_likeliest() -> None:
    backwards = replace(PLAIN, orders={**PLAIN.orders, (2, 0, 1): 1.0})
    assert shown((3, 2.9, 0, 0, 2, 2), backwards) == [5, 0, 4]


def test_a_good_shot_opens() -> None:
    assert shown((1, 0, 0, 0, 5, 1), PLAIN, opening=1.0)[0] == 4


def test_neighbours_keep_their_distance() -> None:
    far = replace(PLAIN, gap_edges=np.array([0.3]), gaps=np.array([-50.0, 0.0]))
    assert sorted(shown((1, 1, 1, 1, 1, 1), far)) in ([0, 2, 4], [0, 2, 5], [0, 3, 5], [1, 3, 5])


def test_places_in_the_video_count() -> None:
    late = replace(PLAIN, positions=np.array([0.0] * 5 + [50.0] * 5))
    assert sorted(shown((9, 9, 9, 0, 0, 0), late)) == [3, 4, 5]


@pytest.mark.parametrize("seed", range(5))
def test_the_set_is_the_best_of_all_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    single, pairs, gaps = rng.normal(size=9), rng.normal(size=(9, 9)), rng.normal(size=(9, 9))
    pairs = (pairs + pairs.T) / 2

    def total(chosen: tuple[int, ...]) -> float:
        return float(
            single[list(chosen)].sum()
            + sum(pairs[a, b] for a, b in combinations(chosen, 2))
            + sum(gaps[a, b] for a, b in pairwise(chosen))
        )

    assert best_set(single, pairs, gaps, 3) == max(combinations(range(9), 3), key=total)


@pytest.mark.parametrize("count", [1, 2, 5, 6])
def test_other_numbers_are_shown_in_order_of_time(count: int) -> None:
    board = Storyline(Given((3, 1, 2, 6, 5, 4)), count, PLAIN).select(VIDEO, SEGMENTS)
    starts = [highlight.segment.start for highlight in board]
    assert len(board) == count
    assert starts == sorted(starts)


def test_the_habits_in_the_package_are_those_of_the_data() -> None:
    """31.9 % of the real GIFs are chronological and 14.7 % begin with the latest shot."""
    habits = Habits.learned()
    share = {order: np.exp(odds) / 6 for order, odds in habits.orders.items()}
    assert sum(share.values()) == pytest.approx(1.0, abs=0.01)
    assert share[0, 1, 2] == pytest.approx(0.319, abs=0.03)
    assert share[2, 0, 1] + share[2, 1, 0] == pytest.approx(0.147, abs=0.04)
    assert habits.goodness > 0.5
    assert habits.gaps[0] < 0 < habits.gaps[-1]
    assert len(habits.gaps) == len(habits.gap_edges) + 1


def test_equal_scores_are_nothing_to_choose_by() -> None:
    assert standardised(np.full(4, 7.0)).tolist() == [0, 0, 0, 0]


def test_a_video_too_short_for_three_shots_says_so() -> None:
    with pytest.raises(VideoTooShort, match="3 shots needs 3 s"):
        Storyline(Given((1.0,)), 3, PLAIN).select(imagined(1.5), (Segment(0, 1.5),))
