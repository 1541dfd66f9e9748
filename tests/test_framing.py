"""Where to cut, on drawn and real videos: no stray frame, a closed loop, a crop of the right shape."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import drawn
from gifworthy.framing import Framing, frame
from gifworthy.sampling import ticks
from gifworthy.types import EFFORTS, Effort, Highlight, Segment, Style
from gifworthy.video import Video, open_video
from imagined import HEIGHT, WIDTH, Picture, dull, imagined

STYLE = Style(seconds=2.0)


def framed(video: Video, start: float, end: float, style: Style = STYLE) -> Framing:
    return frame(video, Highlight(Segment(start, end), 1.0), style)


def numbered_moment(moment: float) -> Picture:
    """The dull picture with a bar at a place that says when it is."""
    picture = dull(moment)
    picture[:, round(moment * 4) : round(moment * 4) + 4] = 255
    return picture


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("shot", range(4))
@pytest.mark.parametrize("loop", ["seam", "cut"])
def test_every_frame_shown_is_of_one_shot(effort: Effort, shot: int, loop: str) -> None:
    """Shots of 2.0, 1.4, 2.6 and 2.0 s; a cover of 1.2 s fits into each of them."""
    edges = (0.0, *drawn.CUTS, 8.0)
    style = Style(seconds=1.2).but(loop=loop)
    with open_video(drawn.cuts(), effort) as video:
        framing = framed(video, edges[shot], edges[shot + 1], style)
        frames = video.frames_at(ticks(framing.window, style.fps)).frames.astype(float)
    own = drawn.textured(shot + 1).astype(float)
    others = [drawn.textured(seed).astype(float) for seed in range(1, 5) if seed != shot + 1]
    for picture in frames:
        here = np.abs(picture - own).mean()
        assert all(here < np.abs(picture - other).mean() for other in others)


def test_a_cut_that_the_scan_did_not_see_is_seen_before_it_is_shown() -> None:
    def two(moment: float) -> Picture:
        return drawn.textured(1 if moment < 4.6 else 2, WIDTH, HEIGHT)

    window = framed(imagined(9.0, draw=two, motion=lambda t: float(4 < t < 6)), 2.0, 7.0).window
    assert window.end <= 4.6 or window.start >= 4.6


def test_the_decoder_is_asked_once() -> None:
    video = imagined(9.0)
    framed(video, 2.0, 7.0, Style(seconds=2.0, aspect=1.0))
    assert len(video.asked) == 1


def test_a_seam_is_no_larger_than_a_cut() -> None:
    video = imagined(9.0, draw=numbered_moment)
    closed, cut = framed(video, 2, 7).seam, framed(video, 2, 7, STYLE.but(loop="cut")).seam
    assert closed is not None
    assert cut is not None
    assert closed <= cut
    assert cut > 1


@pytest.mark.parametrize("loop", ["crossfade", "bounce"])
def test_other_ways_to_loop_keep_the_window_and_have_no_seam(loop: str) -> None:
    framing = framed(imagined(9.0, draw=numbered_moment), 2.0, 7.0, STYLE.but(loop=loop))
    assert framing.seam is None
    assert framing.window.duration == pytest.approx(2.0)


def test_no_aspect_no_crop() -> None:
    assert framed(imagined(9.0), 2.0, 7.0).crop is None


@pytest.mark.parametrize(
    ("aspect", "share"), [(1.0, HEIGHT / WIDTH), (9 / 16, 0.5625**2), (3.0, None)]
)
def test_the_crop_has_the_aspect_in_pixels(aspect: float, share: float | None) -> None:
    crop = framed(imagined(9.0), 2.0, 7.0, STYLE.but(aspect=aspect)).crop
    assert crop is not None
    left, top, right, bottom = crop.at(np.array([3.0]))[0]
    assert (right - left) * WIDTH / ((bottom - top) * HEIGHT) == pytest.approx(aspect)
    assert share is None or right - left == pytest.approx(share)


def test_what_is_shown_already_is_not_shown_again() -> None:
    video = imagined(9.0, motion=lambda t: float(3 <= t < 5))
    first = framed(video, 2.0, 7.0).window
    second = frame(video, Highlight(Segment(2, 7), 1.0), STYLE, (first,)).window
    assert first.shared_with(second) == 0


def test_excluded_spans_are_never_shown() -> None:
    video = imagined(9.0, excluded=(Segment(3.5, 5.5),))
    assert framed(video, 2.0, 7.0).window.shared_with(Segment(3.5, 5.5)) == 0


def black_in_the_middle(moment: float) -> Picture:
    picture = dull(moment)
    return picture if not 3 <= moment < 4 else np.zeros_like(picture)


def test_flawed_moments_are_not_shown() -> None:
    video = imagined(9.0, draw=black_in_the_middle, motion=lambda t: float(2.5 <= t < 4.5))
    assert framed(video, 2.0, 7.0).window.shared_with(Segment(3, 4)) == 0


def test_of_two_flaws_the_graver_is_avoided() -> None:
    """A frozen picture is shown where nothing else is left; black is not."""
    video = imagined(9.0, draw=black_in_the_middle, motion=lambda t: 0.0)
    assert framed(video, 2.0, 7.0).window.shared_with(Segment(3, 4)) == 0


def test_what_is_flawed_throughout_is_shown_when_it_was_chosen() -> None:
    video = imagined(9.0, draw=lambda t: np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    window = framed(video, 2.0, 7.0).window
    assert window.shared_with(Segment(2, 7)) == pytest.approx(2.0)


@pytest.mark.parametrize("draw", [drawn.one_frame, drawn.half_second, drawn.silent])
@pytest.mark.parametrize("aspect", [None, 1.0])
def test_short_videos_give_what_there_is(draw: object, aspect: float | None) -> None:
    with open_video(draw()) as video:  # type: ignore[operator]
        framing = frame(video, Highlight(video.bounds, 1.0), Style(aspect=aspect))
        assert framing.window.start >= 0
        assert framing.window.end <= video.bounds.end + 1e-6
        assert framing.window.duration >= 0.6 * min(3.0, video.bounds.duration)


def blurred(picture: Picture) -> Picture:
    small = cv2.resize(picture, (64, 36), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))


@pytest.mark.parametrize("name", ["intel_bottle_40s_640x360.mp4", "dizzy_cat_25s_480x360.mp4"])
def test_the_seam_reported_is_the_jump_that_is_seen(videos: Path, name: str) -> None:
    style = Style(seconds=2.0)
    with open_video(videos / name) as video:
        framing = framed(video, 10.0, 14.0, style)
        shown = video.frames_at(ticks(framing.window, style.fps), width=320).frames
    seen = np.abs(blurred(shown[-1]).astype(float) - blurred(shown[0])).mean()
    assert framing.seam == pytest.approx(seen, rel=0.1, abs=2.0)
