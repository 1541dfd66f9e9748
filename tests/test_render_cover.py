"""From a storyboard to a cover, on drawn videos."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from drawn import cuts, one_frame
from gifworthy import render as rendering
from gifworthy import windows
from gifworthy.encoders import ENCODERS
from gifworthy.render import render
from gifworthy.sampling import ticks
from gifworthy.types import Box, Cover, Highlight, Loop, Segment, Storyboard, Style
from gifworthy.video import open_video

SHOT = Segment(3.4, 6.0)
STYLE = Style(width=120, fps=10, seconds=1.5)


def cover_of(style: Style, *segments: Segment) -> Cover:
    shots = segments or (SHOT,)
    board = Storyboard(tuple(Highlight(segment, 1.0) for segment in shots), "test")
    with open_video(cuts()) as video:
        return render(video, board, ENCODERS[style.format](), style)


def test_a_cover_says_what_it_shows() -> None:
    cover = cover_of(STYLE)
    shown = cover.storyboard.highlights[0].segment
    assert SHOT.start <= shown.start < shown.end <= SHOT.end
    assert shown.duration == pytest.approx(cover.seconds, abs=0.15)
    assert (cover.width, cover.fps) == (120, 10)
    assert cover.frames == round(cover.seconds * cover.fps)
    with Image.open(BytesIO(cover.data)) as picture:
        assert (picture.width, picture.height) == (cover.width, cover.height)


def test_the_still_is_a_jpeg_and_never_larger_than_the_video() -> None:
    with Image.open(BytesIO(cover_of(STYLE).poster)) as still:
        assert still.format == "JPEG"
        assert still.size == (160, 96)


def test_nothing_is_upscaled() -> None:
    cover = cover_of(replace(STYLE, width=4000, fps=500))
    assert (cover.width, cover.height) == (160, 96)
    assert cover.fps <= 25


@pytest.mark.parametrize("aspect", [1.0, 9 / 16, 16 / 9, 3.0])
def test_a_crop_has_the_aspect_asked_for(aspect: float) -> None:
    cover = cover_of(replace(STYLE, width=4000, aspect=aspect))
    assert cover.width / cover.height == pytest.approx(aspect, rel=0.04)


@pytest.mark.parametrize("loop", ["crossfade", "bounce"])
def test_a_loop_closed_in_time_has_no_seam(loop: Loop) -> None:
    assert cover_of(replace(STYLE, loop=loop)).seam is None
    assert cover_of(replace(STYLE, loop="cut")).seam is not None


def test_a_bounce_goes_forth_and_back() -> None:
    cover = cover_of(replace(STYLE, loop="bounce"))
    with Image.open(BytesIO(cover.data)) as picture:
        frames = []
        for index in range(cover.frames):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("L"), float))
    film = np.stack(frames)
    turned = [np.abs(film - np.roll(film[::-1], by, axis=0)).mean() for by in range(len(film))]
    assert min(turned) < 4, "wherever it begins, backwards it is the same film"


def test_shots_are_shown_in_the_order_of_the_storyboard() -> None:
    cover = cover_of(replace(STYLE, seconds=1.0), Segment(6.0, 8.0), Segment(0.0, 2.0))
    first, second = cover.storyboard
    assert first.segment.start >= 6.0
    assert second.segment.end <= 2.0
    assert cover.seconds == pytest.approx(2.0, abs=0.4)


def test_a_budget_holds_for_the_finished_file() -> None:
    whole = cover_of(STYLE).size_bytes
    cover = cover_of(replace(STYLE, max_bytes=whole // 2))
    assert cover.size_bytes <= whole // 2
    assert cover.gave_up


def test_what_is_hardly_to_be_seen_is_said() -> None:
    sliver = cover_of(replace(STYLE, height=20))
    assert sliver.notes == (
        f"only {sliver.width} x {sliver.height} pixels are shown; ask for more",
    )
    assert cover_of(STYLE).notes == ()


def test_one_picture_is_said_to_stand_still() -> None:
    board = Storyboard((Highlight(Segment(0.0, 0.04), 1.0),), "test")
    with open_video(one_frame()) as video:
        cover = render(video, board, ENCODERS["gif"](), STYLE)
    assert cover.notes[0].startswith("one picture is all there is")


@pytest.mark.parametrize(("loop", "first"), [("seam", 5), ("cut", 0)])
def test_a_loop_that_closes_begins_with_its_best_frame_but_a_cut_as_chosen(
    loop: Loop, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "closes_well", lambda _: True)
    monkeypatch.setattr(rendering, "best_frame", lambda _: 5)
    cover = cover_of(replace(STYLE, loop=loop))
    with Image.open(BytesIO(cover.data)) as picture:
        shown = np.asarray(picture.convert("L"), float)
    away = np.abs(frames_of(cover) - shown).mean((1, 2))
    assert away.argmin() == first


def frames_of(cover: Cover) -> NDArray[np.float64]:
    """The grey frames of the seconds that a cover shows, in the order of time."""
    window = cover.storyboard.highlights[0].segment
    with open_video(cuts()) as video:
        frames = video.frames_at(ticks(window, cover.fps), width=cover.width).frames
    return np.stack([np.asarray(Image.fromarray(frame).convert("L"), float) for frame in frames])


def test_in_a_range_the_length_pays_for_the_budget_first(monkeypatch: pytest.MonkeyPatch) -> None:
    style = replace(STYLE, seconds=0.8, up_to=2.4, loop="cut")
    monkeypatch.setattr(windows, "WORTH_ADDING", -1.0)  # whatever is there is worth adding
    whole = cover_of(style)
    assert whole.seconds > 1.6
    cover = cover_of(replace(style, max_bytes=round(whole.size_bytes * 0.6)))
    assert cover.size_bytes <= whole.size_bytes * 0.6
    assert 0.8 - 0.05 <= cover.seconds < whole.seconds
    assert cover.gave_up[0].startswith("seconds")
    assert cover.width == whole.width, "no pixel was given up while seconds were left"


@pytest.mark.parametrize("loop", ["seam", "cut", "crossfade"])
def test_a_range_is_kept(loop: Loop) -> None:
    cover = cover_of(replace(STYLE, seconds=0.7, up_to=1.25, loop=loop))
    shown = cover.storyboard.highlights[0].segment
    assert 0.7 - 1e-6 <= shown.duration <= 1.25 + 1e-6
    assert cover.seconds <= 1.25 + 1e-6


def test_a_crop_keeps_and_avoids_in_every_frame() -> None:
    kept, avoided = Box(0.6, 0.1, 0.7, 0.2), Box(0.0, 0.85, 1.0, 1.0)
    style = replace(STYLE, aspect=1.0, keep=(kept,), avoid=(avoided,))
    (crop,) = cover_of(style).crops
    assert crop is not None
    for edges in crop.at(np.linspace(0, 8, 50)):
        shown = Box(*np.clip(edges, 0, 1))
        assert shown.holds(kept)
        assert not shown.meets(avoided)


def test_what_is_avoided_is_cut_off_in_the_video_s_own_shape() -> None:
    cover = cover_of(replace(STYLE, width=4000, avoid=(Box(0.0, 0.8, 1.0, 1.0),)))
    assert cover.width / cover.height == pytest.approx(160 / 96, rel=0.03)
    assert cover.height == pytest.approx(96 * 0.8, abs=1.5)
    assert cover_of(replace(STYLE, keep=(Box(0, 0, 1, 1),))).crops == (None,)


def test_shots_that_do_not_fit_together_are_shorter_and_show_nothing_twice() -> None:
    with open_video(cuts()) as video:
        third = video.duration / 3
    spans = [Segment(n * third, (n + 1) * third) for n in range(3)]
    shown = sorted(
        highlight.segment for highlight in cover_of(replace(STYLE, seconds=9), *spans).storyboard
    )
    assert all(a.end <= b.start + 0.05 for a, b in pairwise(shown))


def test_no_shot_takes_the_seconds_that_another_was_chosen_for() -> None:
    spans = (Segment(5.0, 5.6), Segment(6.1, 6.7), Segment(7.3, 7.9))
    board = cover_of(replace(STYLE, seconds=2.4), *spans).storyboard
    shown = [highlight.segment for highlight in board]
    assert all(a.end <= b.start + 0.05 for a, b in pairwise(sorted(shown)))
    for chosen, window in zip(spans, shown, strict=True):
        assert window.shared_with(chosen) > chosen.duration / 2


def test_a_cover_says_which_second_it_begins_with() -> None:
    for loop in ("seam", "cut", "crossfade"):
        cover = cover_of(replace(STYLE, loop=loop))
        with Image.open(BytesIO(cover.data)) as picture, open_video(cuts()) as video:
            first = np.asarray(picture.convert("L"), float)
            shown = video.frames_at(np.array([cover.begins]), width=cover.width).frames[0]
        assert np.abs(first - np.asarray(Image.fromarray(shown).convert("L"), float)).mean() < 6
        assert SHOT.start <= cover.begins < SHOT.end


def test_what_dissolves_is_not_turned() -> None:
    cover = cover_of(replace(STYLE, loop="crossfade"))
    start = cover.storyboard.highlights[0].segment.start
    assert cover.begins == pytest.approx(start + 0.4, abs=0.1)


def test_a_range_that_no_shot_fills_is_not_passed_over() -> None:
    short = cover_of(replace(STYLE, seconds=4, up_to=6), Segment(2.2, 3.2))
    assert any("4 or more were asked for" in note for note in short.notes)
    assert not cover_of(replace(STYLE, seconds=1, up_to=2)).notes
