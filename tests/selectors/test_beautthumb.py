"""Hecate's stills as shots of a second."""

from __future__ import annotations

import numpy as np
import pytest

import drawn
from gifworthy.models.hecate import Measures
from gifworthy.models.hecate_thumbnails import SubShot, sub_shots, thumbnails
from gifworthy.selectors.beautthumb import BeautThumb
from gifworthy.testing import check_selector
from gifworthy.types import Segment
from gifworthy.video import open_video
from imagined import imagined


def measures(labels: list[int], difference: list[float]) -> Measures:
    """Frames of a few looks: 0, 1, 2 ... far apart."""
    count = len(labels)
    features = np.zeros((count, 4), np.float16)
    features[np.arange(count), labels] = 9
    still = np.zeros(count)
    return Measures(still, still, still, np.array(difference), still, features)


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_sub_shots_are_runs_of_one_look_and_their_key_is_the_stillest() -> None:
    seen = measures([0, 0, 1, 1, 1, 0], [5, 4, 3, 1, 2, 9])
    found = sub_shots(seen, [(0, 4), (4, 6)], random())
    assert found == [
        SubShot((0, 2), 1, 0),
        SubShot((2, 4), 3, 0),
        SubShot((4, 5), 4, 1),
        SubShot((5, 6), 5, 1),
    ]


def test_few_keyframes_give_one_a_shot_the_longest_first() -> None:
    seen = measures([0] * 6 + [1] * 8, [7, 6, 1, 6, 7, 7, 3, 3, 3, 2, 3, 3, 3, 3])
    assert thumbnails(seen, [(0, 6), (6, 14)], 3, random()) == [9, 2]


def test_many_keyframes_are_clustered_and_the_largest_cluster_comes_first() -> None:
    """Look 0 is shown twice as long as 1, and 1 longer than 2; five clusters hold three looks."""
    labels = [0] * 8 + [1] * 6 + [0] * 8 + [2] * 3 + [1] * 2
    difference = [4.0] * len(labels)
    difference[20], difference[9], difference[23] = 1.0, 1.0, 1.0
    found = thumbnails(measures(labels, difference), [(0, 14), (14, 27)], 3, random())
    assert found[0] in (0, 20)
    assert len(found) == 3


def test_without_shots_the_stillest_frame_inside_is_taken() -> None:
    assert thumbnails(measures([0] * 5, [0, 5, 2, 4, 0]), [], 3, random()) == [2]


def test_it_keeps_what_selectors_owe() -> None:
    with open_video(drawn.cuts(), "fast") as video:
        board = check_selector(BeautThumb(3), video, (video.bounds,))
    assert board.chosen_by == "beautthumb"
    assert all(h.segment.duration == pytest.approx(1.0) for h in board)
    assert 1 <= len(board) <= 3


def test_a_still_outside_of_what_may_be_shown_is_left_out() -> None:
    """All frames are alike, so the first inside is the still, and no segment holds it."""
    board = BeautThumb(3).select(imagined(6.0), (Segment(4.0, 5.0),))
    assert board.highlights[0].segment == Segment(4.0, 5.0)
    assert "found nothing" in board.chosen_by
