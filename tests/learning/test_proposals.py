"""Stories are drawn where viewers wrote, apart from each other, in the orders that people accept."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import drawn
from drawn_comments import crowd
from gifworthy.comments import Comment, CommentCounts, CommentFile, counted_in
from gifworthy.errors import CommentsTooFew
from gifworthy.learning.proposals import (
    ORDER_SHARES,
    Proposing,
    draw_chances,
    draw_stories,
    propose,
    shots_of,
)
from gifworthy.types import Floats, Segment
from gifworthy.video import open_video

EVERY = np.ones(60, bool)


def lots(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def bumpy(length: int = 60) -> Floats:
    """A peak of ten every fifth second, one comment elsewhere."""
    return np.where(np.arange(length) % 5 == 2, 10.0, 1.0)


def test_chances_go_by_comments_and_peaks_count_four_times() -> None:
    counts = bumpy()
    chances = draw_chances(counts, EVERY)
    assert chances[12] == 40
    assert chances[13] == 1
    assert chances[:3].tolist() == [0, 0, 0]
    assert not chances[-5:].any()
    allowed = EVERY.copy()
    allowed[12] = False
    assert draw_chances(counts, allowed)[12] == 0


def test_stories_are_distinct_and_their_shots_apart() -> None:
    stories = draw_stories(draw_chances(bumpy(), EVERY), Proposing(), lots())
    assert len(stories) == len(set(stories)) == 32
    for story in stories:
        first, second, third = sorted(story)
        assert second - first >= 3
        assert third - second >= 3
    assert max(Counter(frozenset(story) for story in stories).values()) <= 2


def test_most_shots_are_peaks_and_the_more_comments_the_more_often() -> None:
    counts = bumpy()
    counts[32] = 40
    stories = draw_stories(draw_chances(counts, EVERY), Proposing(count=300), lots())
    shots = Counter(second for story in stories for second in story)
    assert np.mean([second % 5 == 2 for second in shots.elements()]) > 0.8
    assert shots.most_common(1)[0][0] == 32


def test_orders_are_drawn_as_often_as_people_accept_them() -> None:
    stories = draw_stories(draw_chances(bumpy(400), np.ones(400, bool)), Proposing(3000), lots())
    ranks = Counter(tuple(np.argsort(np.argsort(story)).tolist()) for story in stories)
    total = sum(ORDER_SHARES.values())
    for order, count in ORDER_SHARES.items():
        assert ranks[order] / len(stories) == pytest.approx(count / total, abs=0.03)


def test_three_seconds_give_the_few_stories_that_there_are() -> None:
    chances = np.zeros(60)
    chances[[10, 11, 40]] = 5
    stories = draw_stories(chances, Proposing(), lots())
    assert {frozenset(story) for story in stories} == {frozenset((10, 11, 40))}
    assert len(stories) == 2


def test_the_same_seed_draws_the_same() -> None:
    chances = draw_chances(bumpy(), EVERY)
    assert draw_stories(chances, Proposing(), lots(1)) == draw_stories(
        chances, Proposing(), lots(1)
    )
    assert draw_stories(chances, Proposing(), lots(1)) != draw_stories(
        chances, Proposing(), lots(2)
    )


@pytest.mark.parametrize("given", [{"count": 0}, {"least": 0}, {"apart": 0}])
def test_a_senseless_drawing_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        Proposing(**given)


def counted(where: dict[int, int], duration: float) -> CommentCounts:
    said = tuple(Comment(*comment) for comment in crowd(where))
    return counted_in(CommentFile("a.xml", said), duration)


def test_what_the_gate_refuses_is_not_proposed(tmp_path: Path) -> None:
    """Black from second 4 to 6."""
    pictures = [*drawn.moving(1, 100), *drawn.piece("black", 50, 160, 96), *drawn.moving(2, 100)]
    with open_video(drawn.write(tmp_path / "a.mp4", pictures)) as video:
        everywhere = counted(dict.fromkeys(range(10), 10), video.duration)
        stories = propose(video, everywhere, Proposing(least=1, apart=1))
    shown = {second for story in stories for second in story}
    assert not shown & {4, 5}
    assert shown >= {1, 2, 7}


def test_a_video_with_too_few_comments_is_left_out() -> None:
    with open_video(drawn.cuts()) as video:
        few = counted(dict.fromkeys(range(8), 10), video.duration)
        with pytest.raises(CommentsTooFew, match="80 comments that count, fewer than 100"):
            propose(video, few, Proposing())
        with pytest.raises(CommentsTooFew, match="comments in 2 of the seconds"):
            propose(video, counted({1: 60, 4: 60}, video.duration), Proposing())


def test_a_video_shorter_than_three_shots_is_left_out() -> None:
    with open_video(drawn.half_second()) as video:
        counts = counted({0: 200}, video.duration)
        with pytest.raises(CommentsTooFew, match="3 are needed"):
            propose(video, counts, Proposing())


def test_a_second_with_a_cut_in_its_midst_is_proposed_last(tmp_path: Path) -> None:
    """`cuts` has one at 3.4 s: second 3 shows two scenes."""
    with open_video(drawn.cuts()) as video:
        counts = counted(dict.fromkeys(range(8), 20), video.duration)
        stories = propose(video, counts, Proposing(apart=1))
    assert 3 not in {second for story in stories for second in story}
    assert 4 in {second for story in stories for second in story}


def test_a_story_is_three_spans() -> None:
    assert shots_of((5, 1, 9)) == (Segment(5, 6), Segment(1, 2), Segment(9, 10))


@pytest.mark.parametrize("count", [0, 10_001])
def test_more_than_people_can_look_at_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"count must be at .*, not {count}"):
        Proposing(count=count)
