"""Neighbours are shown as one where the pair scores better than both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gifworthy.selectors.joined import JoinedSegments
from gifworthy.types import Scores, Segment
from gifworthy.video import Video
from imagined import imagined

PIECES = tuple(Segment(float(a), float(a + 2)) for a in range(0, 12, 2))


@dataclass(frozen=True)
class By:
    """Scores by a function of the segment."""

    rule: Callable[[Segment], float]

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.array([self.rule(segment) for segment in segments]))


def overlap_with(start: float, end: float) -> Callable[[Segment], float]:
    """How much of a span a segment holds, less a little for what it holds besides."""
    span = Segment(start, end)
    return lambda s: s.shared_with(span) - 0.5 * (s.duration - s.shared_with(span))


def chosen(rule: Callable[[Segment], float], **fields: float) -> list[tuple[float, float]]:
    selector = JoinedSegments(By(rule), **fields)  # type: ignore[arg-type]
    board = selector.select(imagined(12.0), PIECES)
    return [(h.segment.start, h.segment.end) for h in board]


def test_what_ranges_over_three_shots_is_shown_whole() -> None:
    assert chosen(overlap_with(4, 10)) == [(4, 10)]


def test_what_lies_in_one_shot_is_left_alone() -> None:
    assert chosen(overlap_with(4, 6)) == [(4, 6)]


def test_it_grows_no_longer_than_it_may() -> None:
    assert chosen(lambda s: s.duration, longest=4.0) in ([(0, 4)], [(4, 8)], [(8, 12)])


def test_as_many_shots_are_left_as_are_asked_for() -> None:
    assert len(chosen(lambda s: s.duration, count=3)) == 3


def test_pieces_that_do_not_touch_stay_apart() -> None:
    selector = JoinedSegments(By(lambda s: s.duration))
    board = selector.select(imagined(12.0), (Segment(0, 2), Segment(2.5, 4.5)))
    assert board.highlights[0].segment.duration == 2
