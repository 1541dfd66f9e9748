"""The best segments of a scorer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from gifworthy.protocols import Ingredients
from gifworthy.selectors.top import TopSegments, best_apart
from gifworthy.settings import Settings
from gifworthy.types import Scores, Segment
from gifworthy.video import Video
from imagined import imagined

VIDEO = imagined(20.0)
SEGMENTS = tuple(Segment(4.0 * place, 4.0 * place + 4) for place in range(5))


@dataclass(frozen=True)
class Given:
    """A scorer whose values are known: by the second at which a segment starts."""

    values: dict[float, float]

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.array([self.values.get(s.start, 0.0) for s in segments]))


def test_the_best_are_shown_in_order_of_time_with_their_scores() -> None:
    board = TopSegments(Given({16.0: 3.0, 4.0: 2.0, 8.0: 1.0}), 2).select(VIDEO, SEGMENTS)
    assert [(h.segment.start, h.score) for h in board] == [(4, 2), (16, 3)]
    assert board.chosen_by == "top"


def test_no_two_overlap() -> None:
    windows = (Segment(0, 4), Segment(2, 6), Segment(5, 9))
    best = best_apart(Scores(windows, np.array([3.0, 2.0, 1.0])), 2)
    assert [highlight.segment.start for highlight in best] == [0, 5]


def test_of_equals_the_earlier_is_taken() -> None:
    assert TopSegments(Given({})).select(VIDEO, SEGMENTS).highlights[0].segment == SEGMENTS[0]


def test_it_is_made_of_the_scorer_and_the_count() -> None:
    scorer = Given({8.0: 1.0})
    selector = TopSegments.load(Ingredients(Settings(), lambda: scorer, count=3))
    assert selector == TopSegments(scorer, 3)
    assert pytest.approx([0, 4, 8]) == [h.segment.start for h in selector.select(VIDEO, SEGMENTS)]
