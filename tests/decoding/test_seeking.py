"""Every frame of every kind of container is found by its second, in any order."""

from __future__ import annotations

import numpy as np
import pytest

import drawn
import drawn_strange
from drawn import NUMBERED_COUNT, SHOWN_UNEVENLY, VARIANTS, number_of, numbered
from gifworthy.types import Floats
from gifworthy.video import open_video

ORDER = np.random.default_rng(1).permutation(NUMBERED_COUNT)


def shown(variant: str) -> Floats:
    if variant == "slides":
        return np.arange(NUMBERED_COUNT, dtype=np.float64)
    uneven = variant.startswith("uneven")
    return np.array(SHOWN_UNEVENLY) if uneven else np.arange(NUMBERED_COUNT) / 25


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_every_frame_in_any_order(variant: str) -> None:
    with open_video(numbered(variant)) as video:
        clip = video.frames_at(shown(variant)[ORDER])
    assert [number_of(frame) for frame in clip.frames] == list(ORDER)
    assert (clip.times == shown(variant)[ORDER]).all()


@pytest.mark.parametrize("variant", list(VARIANTS))
def test_one_frame_at_a_time_backwards(variant: str) -> None:
    """Each call seeks anew, so each landing must be right by itself."""
    wanted = [47, 40, 36, 35, 25, 24, 23, 13, 12, 11, 3, 0]
    with open_video(numbered(variant)) as video:
        found = [number_of(video.frames_at(shown(variant)[[n]]).frames[0]) for n in wanted]
    assert found == wanted


@pytest.mark.parametrize("variant", ["mp4", "webm", "ts", "uneven", "open-gop"])
def test_the_frame_shown_between_two_times_is_the_earlier(variant: str) -> None:
    times = shown(variant)
    just_before = np.append(times[1:], times[-1] + 0.04) - 0.004
    with open_video(numbered(variant)) as video:
        clip = video.frames_at(just_before)
    assert [number_of(frame) for frame in clip.frames] == list(range(NUMBERED_COUNT))


def test_a_frame_that_lasts_long_is_found_at_its_end() -> None:
    """On the way there frames are left out; the one that is shown must not be among them."""
    with open_video(numbered("slides")) as video:
        late = [video.frames_at(np.array([n + 0.95])).frames[0] for n in range(1, 24)]
    assert [number_of(frame) for frame in late] == list(range(1, 24))


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "slides"])
def test_length_and_rate(variant: str) -> None:
    with open_video(numbered(variant)) as video:
        uneven = variant.startswith("uneven")
        assert video.duration == pytest.approx(2.4 if uneven else 1.92, abs=0.08)
        assert video.fps == pytest.approx(20.5 if variant == "uneven" else 25, abs=0.5)
        assert video.warnings == ()


def test_times_outside_show_the_first_and_the_last_frame() -> None:
    with open_video(numbered("mp4")) as video:
        clip = video.frames_at(np.array([-3.0, 99.0]))
    assert [number_of(frame) for frame in clip.frames] == [0, 47]


def test_a_time_asked_twice_is_answered_twice() -> None:
    with open_video(numbered("mp4")) as video:
        clip = video.frames_at(np.array([1.0, 0.2, 1.0]))
    assert [number_of(frame) for frame in clip.frames] == [25, 5, 25]


def test_far_apart_moments_do_not_decode_what_lies_between() -> None:
    with open_video(numbered("mp4", 600)) as video:
        seen = 0
        decoded = video._opened.decoded

        def counted(packet):  # type: ignore[no-untyped-def]
            nonlocal seen
            frames = decoded(packet)
            seen += len(frames)
            return frames

        video._opened.decoded = counted  # type: ignore[method-assign]
        clip = video.frames_at(np.array([1.0, 12.0, 23.0]))
    assert [number_of(frame) for frame in clip.frames] == [25, 300, 575]
    assert seen < 150, "a frame costs its group of pictures and the decoder's delay"


@pytest.mark.parametrize("kept", [0.5, 0.9])
@pytest.mark.parametrize("variant", ["mp4", "mkv", "fragments", "flv", "avi"])
def test_a_truncated_tail_is_left_out_and_told(variant: str, kept: float) -> None:
    with open_video(drawn_strange.truncated(variant, kept)) as video:
        whole = 4.0
        assert 0.4 < video.duration < whole - 0.1
        last = number_of(video.frames_at(np.array([video.duration - 0.12])).frames[0])
        assert last == pytest.approx(video.duration * 25 - 3, abs=4)
        if kept < 0.6:
            told = " ".join(video.warnings)
            assert ("is damaged near" if variant == "avi" else "breaks off at 0:0") in told


@pytest.mark.parametrize("variant", ["mp4", "mkv", "ts", "webm"])
def test_a_damaged_middle_is_stepped_over_and_told(variant: str) -> None:
    with open_video(drawn_strange.damaged(variant)) as video:
        before = video.frames_at(np.arange(30) / 25)
        after = video.frames_at(np.arange(80, 100) / 25)
        video.frames_at(np.array([1.9]))
        assert [number_of(frame) for frame in before.frames] == list(range(30))
        assert [number_of(frame) for frame in after.frames] == list(range(80, 100))
        assert "is damaged near 0:0" in " ".join(video.warnings)


def test_reading_through_a_damaged_middle_reaches_the_end() -> None:
    with open_video(drawn_strange.damaged("mkv")) as video:
        times = [picture.time for picture in video._opened.pictures_from(0.0)]
    assert times[-1] == pytest.approx(99 / 25)
    assert len(times) > 70


def test_nothing_declared_is_measured() -> None:
    with open_video(drawn_strange.undeclared()) as video:
        assert video.duration == pytest.approx(2.0, abs=0.05)
        assert video.fps == pytest.approx(25, rel=0.02)
        clip = video.frames_at(np.array([1.6, 0.4]))
    assert [number_of(frame) for frame in clip.frames] == [40, 10]


def test_one_frame_and_half_a_second() -> None:
    with open_video(drawn.one_frame()) as video:
        assert video.duration == pytest.approx(0.04)
        assert number_of(video.frames_at(np.array([0.02])).frames[0]) == 7
    with open_video(drawn.half_second()) as video:
        assert video.duration == pytest.approx(0.48)
        assert len(video.frames_at(np.linspace(0, 0.48, 9))) == 9
