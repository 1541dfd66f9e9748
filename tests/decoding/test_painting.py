"""Pictures come out upright, with square pixels, and in the colours they were made in."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

import drawn
import drawn_looks
from drawn import Picture
from drawn_looks import MATRICES, PATCHES, STANDARDS, Turn, corners
from gifworthy.decoding import open_source
from gifworthy.types import Frames
from gifworthy.video import open_video


def first_picture(path: Path, width: int | None = None) -> Frames:
    with open_video(path) as video:
        picture: Frames = video.frames_at(np.array([0.0]), width).frames[0]
    return picture


def apart(a: Picture, b: Picture) -> float:
    """Mean difference of two pictures, grey levels."""
    return float(np.abs(a.astype(float) - b).mean())


EXPECTED = {
    90: np.rot90(corners(), -1),
    180: np.rot90(corners(), 2),
    270: np.rot90(corners(), 1),
    "mirror": corners()[:, ::-1],
    "flip": corners()[::-1],
}


@pytest.mark.parametrize("turn", list(MATRICES))
def test_a_turned_video_is_upright(turn: Turn) -> None:
    picture = first_picture(drawn_looks.turned(turn))
    assert picture.shape == EXPECTED[turn].shape
    assert apart(picture, EXPECTED[turn]) < 4


def test_a_turned_video_is_sized_as_it_is_seen() -> None:
    with open_video(drawn_looks.turned(90)) as video:
        assert (video.width, video.height) == (96, 160)
        assert video.frames_at(np.array([0.0]), 48).frames.shape[1:] == (80, 48, 3)


def test_wide_pixels_become_square() -> None:
    picture = first_picture(drawn_looks.anamorphic())
    assert picture.shape == (96, 192, 3)
    assert apart(picture, corners(192, 96)) < 4


@pytest.mark.parametrize("standard", list(STANDARDS))
@pytest.mark.parametrize("width", [None, 96])
def test_colours_are_those_that_were_drawn(standard: str, width: int | None) -> None:
    picture = first_picture(drawn_looks.coloured(standard), width)
    places = (np.arange(6) * 2 + 1) * picture.shape[1] // 12
    found = picture[picture.shape[0] // 2, places].astype(int)
    assert np.abs(found - np.array(PATCHES)).max() <= 4


@pytest.mark.parametrize(("size", "matrix"), [((1280, 720), 1), ((640, 360), 5), ((720, 576), 5)])
def test_an_untold_matrix_is_what_players_take(size: tuple[int, int], matrix: int) -> None:
    from gifworthy.decoding import matrix_of

    assert matrix_of(av.VideoFrame(*size, "yuv420p")) == matrix


@pytest.mark.parametrize("transfer", ["pq", "hlg"])
def test_high_dynamic_range_is_not_washed_out(transfer: str) -> None:
    """Light below the knee keeps its brightness against a white of 203 nits; the peak is white."""
    picture = first_picture(drawn_looks.bright(transfer))
    greys = picture[32, np.arange(6) * 32 + 16].astype(float)
    assert np.ptp(greys, axis=1).max() <= 2, "grey stays grey"
    light = ((greys[:, 0] / 255 + 0.055) / 1.055) ** 2.4 * 203
    assert light[1:4] == pytest.approx([10, 50, 100], rel=0.1)
    assert greys[0].mean() < 25
    assert 215 < greys[4].mean() < 245
    assert greys[5].mean() > 250


def test_interlaced_lines_are_not_shown_as_one_picture() -> None:
    """The woven frames hold a comb at the bar's edge; the shown ones do not."""

    def combed(picture: Frames) -> float:
        lines = picture[8:-8, :, 0].astype(int)
        return float(np.abs(lines[1:-1] * 2 - lines[:-2] - lines[2:]).mean())

    path = drawn_looks.interlaced()
    with open_source(path) as source:
        raw = [source.painter().paint(picture.frame) for picture in source.pictures_from(0.0)]
    with open_video(path) as video:
        whole = video.frames_at(np.arange(16) / 25).frames
    assert np.mean([combed(picture) for picture in raw]) > 20
    assert np.mean([combed(picture) for picture in whole]) < 3
    bars = [int(np.argmax(picture[48, :, 0] > 128)) for picture in whole]
    assert bars[:7] == pytest.approx([16 * n for n in range(7)], abs=9), "no frame is lost or late"


def test_a_stream_that_changes_its_shape_keeps_its_proportions() -> None:
    with open_video(drawn_looks.changing_size()) as video:
        clip = video.frames_at(np.array([0.2, 0.7]))
    assert apart(clip.frames[0], corners()) < 4
    upright = clip.frames[1]
    assert upright[:, :48].max() == 0, "black at the sides"
    assert upright[10, 60] == pytest.approx([20, 20, 230], abs=25), "not stretched"


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    path = tmp_path / "clear.mkv"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("ffv1", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "bgra"
        pixels = np.zeros((32, 32, 4), np.uint8)
        pixels[:16] = (200, 0, 0, 255)
        out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgba")))
        out.mux(stream.encode(None))
    picture = first_picture(path)
    assert tuple(picture[4, 4]) == (200, 0, 0)
    assert tuple(picture[28, 4]) == (255, 255, 255)


def test_a_smaller_width_is_met_and_a_larger_never() -> None:
    with open_video(drawn.cuts()) as video:
        assert video.frames_at(np.array([0.0]), 80).frames.shape == (1, 48, 80, 3)
        assert video.frames_at(np.array([0.0]), 9999).frames.shape == (1, 96, 160, 3)


def test_many_pictures_do_not_grow_the_process() -> None:
    import resource

    with open_source(drawn.cuts()) as source:
        painter = source.painter(64)
        picture = next(source.pictures_from(0.0))
        for _ in range(500):
            painter.paint(picture.frame)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(5000):
            painter.paint(picture.frame)
        grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 8 << 10
