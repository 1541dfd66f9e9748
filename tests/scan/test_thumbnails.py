from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import drawn
import drawn_looks
from gifworthy.decoding import open_source
from gifworthy.scan.thumbnails import Shrinker, fitted, halved, resized

PATHS: dict[str, Callable[[], Path]] = {
    **{standard: partial(drawn_looks.coloured, standard) for standard in drawn_looks.STANDARDS},
    **{f"turned {turn}": partial(drawn_looks.turned, turn) for turn in drawn_looks.MATRICES},
    "ten bits": partial(drawn_looks.coloured, "bt709", "yuv420p10le"),
    "high dynamic range": partial(drawn_looks.bright, "pq"),
    "wide pixels": drawn_looks.anamorphic,
}


@pytest.mark.parametrize("name", PATHS)
def test_a_thumbnail_is_the_painted_picture_made_small(name: str) -> None:
    with open_source(PATHS[name]()) as source:
        picture = next(source.pictures_from(0.0))
        painted = source.painter().paint(picture.frame)
        small = Shrinker(source).shrink(*picture).colours
    wanted = resized(painted, small.shape[1::-1])
    assert np.abs(small.astype(float) - wanted).mean() < 4


def test_the_long_side_is_96_and_the_short_one_says_something() -> None:
    assert fitted(1920, 1080, 96) == (96, 54)
    assert fitted(1080, 1920, 96) == (54, 96)
    assert fitted(16000, 16, 96) == (96, 12)
    assert fitted(1, 1, 96) == (96, 96)


def test_halving_means_two_by_two() -> None:
    picture = np.array([[0, 10, 1], [20, 30, 1], [9, 9, 9]], np.uint8)
    assert halved(picture, (1, 1)).tolist() == [[15]]
    assert halved(picture, (2, 1)).shape == (3, 3)


def test_small_videos_are_brought_to_size_too() -> None:
    with open_source(drawn_looks.sized(16, 16)) as source:
        picture = next(source.pictures_from(0.0))
        assert Shrinker(source).shrink(*picture).mix.shape == (96, 96, 3)


def test_detail_is_larger_than_the_picture() -> None:
    with open_source(drawn.cuts()) as source:
        thumbnail = Shrinker(source).shrink(*next(source.pictures_from(0.0)))
    assert thumbnail.detail.shape == (96, 160)
    assert thumbnail.grey.shape == (58, 96)
