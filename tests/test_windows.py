"""The best seconds of a segment: where things move, inside one shot, off everything barred."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gifworthy.types import Segment
from gifworthy.video import Video
from gifworthy.windows import JUMP, Appeal, Barred, best_length, best_window
from imagined import imagined

FREE = Barred(np.array([]), 0.12, 0.04)


def test_the_window_lies_where_something_moves() -> None:
    video = imagined(20.0, motion=lambda t: float(12 <= t < 14))
    window = best_window(video, Segment(5, 18), 2.0, FREE).window
    assert window.start == pytest.approx(12, abs=0.15)
    assert window.duration == pytest.approx(2.0)


def test_with_nothing_to_choose_by_the_window_is_in_the_middle() -> None:
    window = best_window(imagined(20.0), Segment(5, 15), 2.0, FREE).window
    assert window.middle == pytest.approx(10, abs=0.1)


def test_no_window_crosses_a_cut_that_can_be_avoided() -> None:
    video = imagined(20.0, motion=lambda t: float(9 <= t < 11))
    barred = Barred(np.array([10.0]), before=0.12, after=0.04)
    window = best_window(video, Segment(5, 15), 3.0, barred).window
    assert window.end <= 10 - 0.12 + 1e-9 or window.start >= 10 + 0.04 - 1e-9


def test_a_short_segment_grows_inside_its_shot() -> None:
    barred = Barred(np.array([8.0, 14.0]), 0.12, 0.04)
    window = best_window(imagined(20.0), Segment(8, 9), 3.0, barred).window
    assert window.start == pytest.approx(8.04, abs=0.01)
    assert window.duration == pytest.approx(3.0)


def test_a_shot_that_is_nearly_long_enough_is_shown_alone() -> None:
    barred = Barred(np.array([8.0, 10.5]), 0.12, 0.04)
    window = best_window(imagined(20.0), Segment(8, 10.5), 3.0, barred).window
    assert (window.start, window.end) == pytest.approx((8.04, 10.38))


def test_a_far_too_short_shot_runs_into_its_neighbours_but_shows_no_sliver() -> None:
    barred = Barred(np.array([8.0, 9.0]), 0.12, 0.04)
    window = best_window(imagined(20.0), Segment(8, 9), 3.0, barred).window
    assert window.duration > 2.0
    assert window.start <= 8.1
    assert window.end >= 8.8
    for cut in (8.0, 9.0):
        assert not 0 < cut - window.start < 0.4
        assert not 0 < window.end - cut < 0.4


def test_the_ends_of_a_window_across_cuts_stay_in_their_shots() -> None:
    barred = Barred(np.array([8.0, 9.0]), 0.12, 0.04)
    place = best_window(imagined(20.0), Segment(8, 9), 3.0, barred)
    assert place.room.start == pytest.approx(8.04)
    assert place.room.end == pytest.approx(20)


def test_a_short_video_gives_what_there_is() -> None:
    video = imagined(2.0)
    assert best_window(video, Segment(0, 1), 3.0, FREE).window == Segment(0, 2)


def test_bad_moments_are_avoided() -> None:
    video = imagined(20.0, motion=lambda t: float(9 <= t < 11))
    barred = Barred(np.array([]), 0.12, 0.04, bad=(Segment(9.5, 10.5),))
    assert (
        best_window(video, Segment(5, 15), 3.0, barred).window.shared_with(Segment(9.5, 10.5)) == 0
    )


def test_excluded_spans_are_not_shown() -> None:
    barred = Barred(np.array([]), 0.12, 0.04, never=(Segment(9, 11),))
    window = best_window(imagined(20.0), Segment(5, 15), 3.0, barred).window
    assert window.shared_with(Segment(9, 11)) == 0


@given(
    start=st.floats(0, 9),
    length=st.floats(0.05, 10),
    seconds=st.floats(0.3, 12),
    cuts=st.lists(st.floats(0.1, 9.9), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_the_window_lies_in_the_video_and_in_its_room(
    start: float, length: float, seconds: float, cuts: list[float]
) -> None:
    video = imagined(10.0)
    segment = Segment(start, min(10.0, start + length))
    place = best_window(video, segment, seconds, Barred(np.array(sorted(cuts)), 0.12, 0.04))
    assert place.window.start >= 0
    assert place.window.end <= 10 + 1e-9
    assert place.window.duration <= seconds + 1e-9
    assert place.room.shared_with(place.window) == pytest.approx(place.window.duration)


def length(video: Video, segment: Segment, barred: Barred = FREE) -> Segment:
    """The window of 3 to 10 seconds."""
    appeal = Appeal.of(video.scan, JUMP)
    return best_length(video, segment, (3.0, 10.0), barred, appeal).window


@pytest.mark.parametrize("lasting", [4.0, 7.0])
def test_a_length_is_as_long_as_what_happens(lasting: float) -> None:
    video = imagined(40.0, motion=lambda t: float(10 <= t < 10 + lasting))
    window = length(video, Segment(10, 14))
    assert window.start == pytest.approx(10, abs=0.6)
    assert window.duration == pytest.approx(lasting, abs=0.6)


def test_a_length_stays_in_its_range() -> None:
    short = imagined(20.0, motion=lambda t: float(10 <= t < 11.5))
    assert length(short, Segment(9, 15)).duration == pytest.approx(3.0)
    assert length(imagined(20.0), Segment(9, 15)).duration == pytest.approx(3.0), "of equals"
    endless = imagined(40.0, motion=lambda t: float(t > 5))
    assert length(endless, Segment(9, 15)).duration == pytest.approx(10.0)


def test_a_length_does_not_grow_across_a_cut() -> None:
    video = imagined(40.0, motion=lambda t: float(8 <= t < 20))
    window = length(video, Segment(9, 14), Barred(np.array([8.0, 14.0]), 0.12, 0.04))
    assert window.end <= 14.0
    assert window.start >= 8.0
    assert window.duration == pytest.approx(5.5, abs=0.5)


def test_a_shot_shorter_than_the_shortest_length_is_shown_alone() -> None:
    barred = Barred(np.array([8.0, 10.5]), 0.12, 0.04)
    window = length(imagined(20.0), Segment(8, 10.5), barred)
    assert 8.0 <= window.start < window.end <= 10.5


def test_who_saw_every_frame_says_how_much_there_is_to_see() -> None:
    video = imagined(20.0, motion=lambda t: float(2 <= t < 4))
    appeal = Appeal.of(video.scan, JUMP)
    moments = np.arange(0, 20, 0.25)
    told = appeal.told(moments, np.where((moments >= 12) & (moments < 14), 0.02, 0.0))
    assert best_window(video, Segment(0, 19), 2.0, FREE, appeal).window.start < 3
    assert best_window(video, Segment(0, 19), 2.0, FREE, told).window.start == pytest.approx(
        12, abs=0.3
    )
