from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from drawn import CUTS, cuts
from gifworthy.against import MARGIN, Pictured, Verdict, compare, read_picture
from gifworthy.errors import PictureUnreadable
from gifworthy.moments import Moment
from gifworthy.types import Highlight, Scores, Segment, Storyboard
from gifworthy.video import Video, open_video

EDGES = (0.0, *CUTS, 8.0)
PIECES = tuple(Segment(a, b) for a, b in pairwise(EDGES))


class Later:
    """Later pieces are better: 0, 1, 2, 3."""

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.array([float(PIECES.index(s)) for s in segments]))


class Colours:
    """What the scan says about colour."""

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        colour = video.scan.colourfulness
        return Scores(segments, np.array([colour[video.scan.inside(s)].mean() for s in segments]))


def board(*pieces: int) -> Storyboard:
    return Storyboard(tuple(Highlight(PIECES[n], 0.0) for n in pieces), "test")


def test_a_moment_is_worth_what_its_piece_is_worth() -> None:
    with open_video(cuts(), "fast") as video:
        verdict = compare(video, Later(), PIECES, board(2, 3), Moment(1.0))
    assert (verdict.own, verdict.made) == (0.0, 2.5)
    assert verdict.margin == pytest.approx(MARGIN * 3)
    assert not verdict.keeps_own


def test_ours_has_to_be_better_by_the_margin() -> None:
    assert Verdict(own=1.0, made=1.1, margin=0.2, moment=0).keeps_own
    assert not Verdict(own=1.0, made=1.3, margin=0.2, moment=0).keeps_own
    assert Verdict(own=1.0, made=1.0, margin=0.0, moment=0).keeps_own, "no better is not better"
    assert not Verdict(own=None, made=-5.0, margin=9.0, moment=0).keeps_own, "refused"


def test_a_share_of_the_video_is_a_moment_too() -> None:
    with open_video(cuts(), "fast") as video:
        verdict = compare(video, Later(), PIECES, board(3), Moment(0.9, is_share=True))
    assert verdict.moment == pytest.approx(7.2)
    assert verdict.own == 3.0


def test_a_frame_of_the_video_is_found_in_it_and_scored_as_its_moment() -> None:
    with open_video(cuts(), "thorough") as video:
        frame = video.frames_at(np.array([4.5])).frames[0]
        by_picture = compare(video, Colours(), PIECES, board(3), frame)
        by_moment = compare(video, Colours(), PIECES, board(3), Moment(4.5))
    assert PIECES[2].holds(by_picture.moment)
    assert by_picture.likeness == pytest.approx(1.0, abs=0.02)
    assert by_picture.own == by_moment.own


def test_a_picture_from_elsewhere_is_judged_by_itself() -> None:
    luck = np.random.default_rng(0)
    gaudy = luck.choice([0, 255], (96, 160, 3)).astype(np.uint8)
    grey = np.full((96, 160, 3), 128, np.uint8)
    with open_video(cuts(), "fast") as video:
        assert compare(video, Colours(), PIECES, board(0), gaudy).keeps_own
        assert not compare(video, Colours(), PIECES, board(0), grey).keeps_own


def test_a_pictured_video_differs_where_the_picture_stands_and_nowhere_else() -> None:
    picture = np.full((96, 160, 3), (200, 30, 30), np.uint8)
    with open_video(cuts(), "fast") as video:
        pictured = Pictured(video, PIECES[1], picture)
        place = video.scan.inside(PIECES[1])
        assert (pictured.scan.frames[place] == (200, 30, 30)).all()
        elsewhere = np.ones(len(video.scan), bool)
        elsewhere[place] = False
        assert (pictured.scan.frames == video.scan.frames)[elsewhere].all()
        assert (pictured.scan.moving[place] == 0).all(), "a picture does not move"
        assert (pictured.scan.moving == video.scan.moving)[elsewhere].all()
        frames = pictured.frames_at(np.array([1.0, 3.0])).frames
        assert (frames[1] == (200, 30, 30)).all()
        assert (frames[0] == video.frames_at(np.array([1.0])).frames[0]).all()
        assert pictured.content_key() != video.content_key()


def test_a_picture_is_scored_whether_or_not_the_video_was_looked_at_before() -> None:
    picture = np.full((96, 160, 3), (200, 30, 30), np.uint8)
    with open_video(cuts(), "fast") as video:
        assert len(video.scan)
        frames = Pictured(video, PIECES[1], picture).scan.frames
    assert (frames[video.scan.inside(PIECES[1])] == (200, 30, 30)).all()


def test_a_moment_outside_is_refused() -> None:
    with (
        open_video(cuts(), "fast") as video,
        pytest.raises(ValueError, match=r"0:09\.0 lies outside"),
    ):
        compare(video, Later(), PIECES, board(0), Moment(9.0))


def test_pictures_are_read_in_colour_whatever_they_are(tmp_path: Path) -> None:
    Image.new("LA", (4, 2), (100, 255)).save(tmp_path / "grey.png")
    assert read_picture(tmp_path / "grey.png").shape == (2, 4, 3)
    (tmp_path / "none.jpg").write_bytes(b"\xff\xd8\xff")
    with pytest.raises(PictureUnreadable, match=r"none\.jpg is no picture"):
        read_picture(tmp_path / "none.jpg")
