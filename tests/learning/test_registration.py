"""Which part of a picture is shown, and how unlike pictures are: worked on drawn ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from drawn import textured
from gifworthy.learning.registration import (
    compared,
    cropped,
    shown_part,
    unlikeness,
    unlikeness_beside,
)
from gifworthy.types import WHOLE_FRAME, Box, Frames


def greys(count: int, width: int = 128, height: int = 72) -> Frames:
    pictures = [cv2.cvtColor(textured(n, width, height), cv2.COLOR_RGB2GRAY) for n in range(count)]
    return np.stack(pictures).astype(np.uint8)


def flat(*levels: int) -> Frames:
    return np.stack([np.full((36, 64), level, np.uint8) for level in levels])


@pytest.mark.parametrize(
    "box", [WHOLE_FRAME, Box(0.0625, 0.0, 1.0, 0.9375), Box(0.03125, 0.0625, 0.96875, 1.0)]
)
def test_the_part_that_was_cut_out_is_found(box: Box) -> None:
    video = greys(4)
    rows = slice(round(box.top * 72), round(box.bottom * 72))
    columns = slice(round(box.left * 128), round(box.right * 128))
    gif = np.stack([cv2.resize(v[rows, columns], (100, 60)) for v in video]).astype(np.uint8)
    found = shown_part(gif, video)
    edges = (found.left, found.top, found.right, found.bottom)
    assert edges == pytest.approx((box.left, box.top, box.right, box.bottom), abs=0.01)


def test_the_whole_picture_cropped_is_the_picture() -> None:
    video = greys(2)
    apart = np.abs(cropped(video, WHOLE_FRAME).astype(int) - compared(video).astype(int))
    assert apart.max() <= 1


def test_unlikeness_is_in_grey_levels_and_ends_at_32() -> None:
    found = unlikeness(flat(10, 14, 200), flat(10, 20))
    assert found.tolist() == [[0, 10], [4, 6], [32, 32]]


def test_what_palette_and_caption_always_add_does_not_count() -> None:
    """The light rises by a level a picture; the GIF is ten levels darker, and shows the fifth and seventh."""
    video, gif = flat(*range(100, 111)), flat(94, 96)
    assert unlikeness(gif, video).argmin(axis=1).tolist() == [0, 0]
    usual = gif.mean(axis=0) - video.mean(axis=0)
    assert unlikeness_beside(gif, video, usual).argmin(axis=1).tolist() == [4, 6]
