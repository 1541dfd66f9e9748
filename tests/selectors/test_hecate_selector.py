"""Hecate on drawn videos: it reads them itself, keeps to what may be shown, and answers always."""

from __future__ import annotations

import numpy as np
import pytest

import drawn
from gifworthy.moments import Bounds, Moment
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.selectors.hecate import Hecate
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video
from imagined import Picture, imagined


def no_scorer() -> Scorer:
    raise AssertionError("hecate needs no scorer")


def lively_from_five(moment: float) -> Picture:
    """Still but for a ball from the fifth to the ninth second."""
    pictures = list(drawn.moving(4, 100, 96, 54))
    return pictures[int((moment - 5) * 25)] if 5 <= moment < 9 else drawn.textured(9, 96, 54)


def test_the_lively_piece_is_taken() -> None:
    (highlight,) = Hecate(1).select(imagined(14.0, draw=lively_from_five), (Segment(0, 14),))
    assert highlight.segment.shared_with(Segment(5, 9)) > 0.8 * highlight.segment.duration


def test_it_asks_for_frames_in_batches() -> None:
    video = imagined(40.0)
    Hecate(1).select(video, (Segment(0, 40),))
    assert sum(map(len, video.asked)) == 1000
    assert max(map(len, video.asked)) <= 768


def test_a_long_video_is_read_in_steps() -> None:
    video = imagined(40.0)
    Hecate(1, most=300).select(video, (Segment(0, 40),))
    moments = np.concatenate(video.asked)
    assert len(moments) == 250
    assert np.diff(moments) == pytest.approx(4 / 25)


def test_lengths_and_margins_on_a_drawn_video() -> None:
    with open_video(drawn.cuts(), bounds=Bounds(Moment(1.0), Moment(7.0))) as video:
        board = Hecate.load(Ingredients(Settings(), no_scorer)).select(video, (video.bounds,))
    for highlight in board:
        assert 1.5 - 0.05 <= highlight.segment.duration <= 4.5 + 0.05
        assert highlight.segment.start >= 1.5
        assert highlight.segment.end <= 6.5 + 0.05


def test_excluded_spans_are_left_out() -> None:
    video = imagined(14.0, draw=lively_from_five, excluded=(Segment(6, 14),))
    for highlight in Hecate(2).select(video, (Segment(0, 6),)):
        assert highlight.segment.shared_with(Segment(6, 14)) == 0


def test_where_it_finds_nothing_the_storyboard_says_so() -> None:
    board = Hecate(1).select(imagined(0.8), (Segment(0, 0.3), Segment(0.3, 0.8)))
    assert board.highlights[0].segment == Segment(0.3, 0.8)
    assert "found nothing" in board.chosen_by
