"""Enough pieces to choose from, or a clear word that there are not."""

from __future__ import annotations

import pytest

from gifworthy.choosing import enough, unscored
from gifworthy.errors import VideoTooShort
from gifworthy.types import Segment
from imagined import imagined

VIDEO = imagined(10.0)


def test_enough_segments_are_left_alone() -> None:
    segments = (Segment(0, 4), Segment(4, 6), Segment(6, 10))
    assert enough(VIDEO, segments, 3) == segments


def test_the_longest_is_halved_until_there_are_enough() -> None:
    assert enough(VIDEO, (Segment(0, 2), Segment(2, 10)), 4) == (
        Segment(0, 2),
        Segment(2, 4),
        Segment(4, 6),
        Segment(6, 10),
    )


def test_segments_under_a_second_are_left_out_while_there_are_others() -> None:
    assert enough(VIDEO, (Segment(0, 0.5), Segment(0.5, 3)), 1) == (Segment(0.5, 3),)


def test_where_halves_would_be_too_short_the_parts_are_even() -> None:
    assert enough(VIDEO, (Segment(0, 3),), 3) == (Segment(0, 1), Segment(1, 2), Segment(2, 3))
    assert enough(VIDEO, (Segment(0, 2.5), Segment(2.5, 3.7)), 3) == (
        Segment(0, 1.25),
        Segment(1.25, 2.5),
        Segment(2.5, 3.7),
    )


def test_short_segments_are_better_than_none() -> None:
    assert enough(VIDEO, (Segment(0, 0.5), Segment(1, 1.9), Segment(2, 3)), 2) == (
        Segment(1, 1.9),
        Segment(2, 3),
    )


def test_too_short_says_how_much_there_is_and_what_to_do() -> None:
    with pytest.raises(VideoTooShort, match=r"imagined has 2\.5 s .* 3 shots needs 3 s; ask"):
        enough(VIDEO, (Segment(0, 1.5), Segment(1.5, 2.5)), 3)


def test_storyboards_of_baselines_run_in_time() -> None:
    board = unscored([Segment(4, 5), Segment(1, 2)], "me")
    assert [highlight.segment.start for highlight in board] == [1, 4]
    assert board.chosen_by == "me"
