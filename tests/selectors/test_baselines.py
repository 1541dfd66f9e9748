"""The baselines that look at nothing: middle, first, even, random."""

from __future__ import annotations

from gifworthy.selectors.even import Even
from gifworthy.selectors.first import First
from gifworthy.selectors.middle import Middle
from gifworthy.selectors.random import Random
from gifworthy.types import Segment, Storyboard
from imagined import imagined

VIDEO = imagined(20.0)
TENTHS = tuple(Segment(2.0 * place, 2.0 * place + 2) for place in range(10))


def starts(board: Storyboard) -> list[float]:
    return [highlight.segment.start for highlight in board]


def test_the_middle() -> None:
    assert starts(Middle(1).select(VIDEO, (Segment(0, 4), Segment(9, 12), Segment(14, 20)))) == [9]
    assert starts(Middle(2).select(VIDEO, TENTHS)) == [8, 10]


def test_the_middle_of_what_may_be_shown() -> None:
    assert starts(Middle(1).select(imagined(20.0, start=14.0), TENTHS)) == [16]


def test_the_first() -> None:
    assert starts(First(2).select(VIDEO, TENTHS[::-1])) == [0, 2]


def test_even_places_lie_in_the_middle_of_their_shares() -> None:
    assert starts(Even(1).select(VIDEO, TENTHS[:9:2])) == [8]
    assert starts(Even(2).select(VIDEO, TENTHS)) == [4, 14]


def test_even_takes_no_segment_twice() -> None:
    board = Even(3).select(VIDEO, (Segment(0, 1), Segment(1, 2), Segment(2, 3)))
    assert starts(board) == [0, 1, 2]


def test_lots_are_drawn_without_repeats_and_the_same_seed_draws_the_same() -> None:
    boards = [starts(Random(3, seed).select(VIDEO, TENTHS)) for seed in range(30)]
    assert all(len(set(board)) == 3 and board == sorted(board) for board in boards)
    assert boards == [starts(Random(3, seed).select(VIDEO, TENTHS)) for seed in range(30)]
    assert {start for board in boards for start in board} == {s.start for s in TENTHS}
