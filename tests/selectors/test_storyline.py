"""Shots chosen together: the joint sum is the best there is, twins are avoided, the order is people's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, pairwise, permutations

import numpy as np
import pytest

import drawn
from gifworthy.errors import VideoTooShort
from gifworthy.selectors.storyline import Storyline, best_set, standardised
from gifworthy.storylines import Habits
from gifworthy.types import Scores, Segment
from gifworthy.video import Video
from imagined import Picture, imagined

SEGMENTS = tuple(Segment(10.0 * place, 10.0 * place + 10) for place in range(6))
PLAIN = Habits(
    goodness=1.0,
    start=np.zeros(1),
    end_edges=np.array([5.0]),
    end=np.zeros(2),
    gap_edges=np.array([18.0]),
    gaps=np.zeros(2),
    share_edges=np.array([0.5]),
    shares=np.zeros(2),
    orders=dict.fromkeys(permutations(range(3)), 0.0),
)


def three_places(moment: float) -> Picture:
    """The first four segments look alike, the fifth and the sixth each their own way."""
    return drawn.textured((0, 0, 0, 0, 1, 2)[int(moment // 10)], 96, 54)


VIDEO = imagined(60.0, cuts=(10.0, 20.0, 30.0, 40.0, 50.0), draw=three_places)
ONE_TAKE = imagined(60.0, draw=three_places)


@dataclass(frozen=True)
class Given:
    """A scorer whose values are known, for every ten seconds of the video."""

    values: tuple[float, ...]

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        values = [self.values[int(segment.middle // 10)] for segment in segments]
        return Scores(segments, np.array(values, float))


@dataclass(frozen=True)
class Good:
    """A scorer that likes what lies between two seconds."""

    start: float
    end: float

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        liked = [self.start <= segment.middle < self.end for segment in segments]
        return Scores(segments, np.array(liked, float))


def shown(values: tuple[float, ...], habits: Habits, opening: float = 0.0) -> list[int]:
    board = Storyline(Given(values), 3, habits, opening=opening).select(VIDEO, SEGMENTS)
    return [int(highlight.segment.start // 10) for highlight in board]


def test_twins_are_avoided() -> None:
    assert sorted(shown((3, 2.9, 0, 0, 2, 2), PLAIN)) == [0, 4, 5]


def test_a_much_better_shot_is_taken_all_the_same() -> None:
    without = replace(Storyline(Given((9, 9, 9, 0, 0, 0)), 3, PLAIN), unlike=0.0)
    board = without.select(VIDEO, SEGMENTS)
    assert max(h.segment.end for h in board) <= 30


def test_the_order_is_the_likeliest() -> None:
    backwards = replace(PLAIN, orders={**PLAIN.orders, (2, 0, 1): 1.0})
    assert shown((3, 2.9, 0, 0, 2, 2), backwards) == [5, 0, 4]


def test_a_good_shot_opens() -> None:
    assert shown((1, 0, 0, 0, 5, 1), PLAIN, opening=1.0)[0] == 4


def test_shots_of_one_take_keep_the_order_of_time() -> None:
    """The likeliest order begins with the last shot, and the best shot wants to open."""
    backwards = replace(PLAIN, orders={**PLAIN.orders, (2, 0, 1): 1.0, (2, 1, 0): 1.0})
    story = Storyline(Given((1, 0, 0, 0, 5, 1)), 3, backwards, opening=1.0)
    starts = [h.segment.start for h in story.select(ONE_TAKE, SEGMENTS)]
    assert starts == sorted(starts)
    cut = imagined(60.0, cuts=(45.0,), draw=three_places)
    first, *rest = (h.segment.start for h in story.select(cut, SEGMENTS))
    assert first >= 45, "what lies behind a cut may come first"
    assert [start for start in rest if start < 45] == sorted(s for s in rest if s < 45)


def test_two_shots_of_one_take_are_seconds_apart() -> None:
    """Only four seconds in the middle are good; without the rule two neighbours come from there."""

    def gaps(near: float) -> list[float]:
        story = replace(Storyline(Good(5.0, 9.0), 3, PLAIN), near=near, unlike=0.0)
        board = story.select(imagined(14.0), (Segment(0, 14),))
        return [b.segment.middle - a.segment.middle for a, b in pairwise(board)]

    assert min(gaps(0.0)) < 3
    assert min(gaps(4.0)) > 3


def test_behind_a_cut_a_shot_may_follow_at_once() -> None:
    story = replace(Storyline(Good(5.0, 9.0), 3, PLAIN), near=4.0, unlike=0.0)
    board = story.select(
        imagined(14.0, cuts=(6.0, 8.0)), (Segment(0, 6), Segment(6, 8), Segment(8, 14))
    )
    assert all(4 < h.segment.middle < 10 for h in board)


def test_a_video_of_one_take_has_something_to_choose_from() -> None:
    """60 s are halved until there are twelve pieces: the good one of five seconds is found."""
    board = Storyline(Good(41.0, 45.0), 3, PLAIN).select(ONE_TAKE, (Segment(0, 60),))
    assert max(h.segment.duration for h in board) <= 7.5
    assert any(h.segment.shared_with(Segment(41, 45)) > 3 for h in board)


def test_neighbours_keep_their_distance() -> None:
    far = replace(PLAIN, gaps=np.array([-50.0, 0.0]))
    assert sorted(shown((1, 1, 1, 1, 1, 1), far)) in ([0, 2, 4], [0, 2, 5], [0, 3, 5], [1, 3, 5])


def test_places_in_the_video_count() -> None:
    late = replace(PLAIN, start=np.array([0.0] * 30 + [50.0]))
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


def test_equal_scores_are_nothing_to_choose_by() -> None:
    assert standardised(np.full(4, 7.0)).tolist() == [0, 0, 0, 0]


def test_a_video_too_short_for_three_shots_says_so() -> None:
    with pytest.raises(VideoTooShort, match="3 shots needs 3 s"):
        Storyline(Given((1.0,)), 3, PLAIN).select(imagined(1.5), (Segment(0, 1.5),))
