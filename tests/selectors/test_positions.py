"""Three shots by their seconds alone: away from the ends and from each other, whatever is shown."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gifworthy.errors import VideoTooShort
from gifworthy.selectors.positions import Positions
from gifworthy.types import Segment
from imagined import imagined

SECONDS = tuple(Segment(float(place), place + 1.0) for place in range(60))


def test_the_ends_are_avoided_and_time_runs_on() -> None:
    board = Positions().select(imagined(60.0), SECONDS)
    starts = [highlight.segment.start for highlight in board]
    assert starts == sorted(starts)
    assert starts[0] >= 3
    assert starts[-1] <= 55
    assert min(b - a for a, b in pairwise(starts)) >= 2


def test_the_order_in_which_segments_are_given_does_not_matter() -> None:
    video = imagined(60.0)
    assert Positions().select(video, SECONDS[::-1]) == Positions().select(video, SECONDS)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_other_numbers(count: int) -> None:
    board = Positions(count).select(imagined(60.0), SECONDS)
    assert len({highlight.segment for highlight in board}) == count


def test_a_video_too_short_says_so() -> None:
    with pytest.raises(VideoTooShort, match="3 shots needs 3 s"):
        Positions().select(imagined(1.5), (Segment(0, 1.5),))
