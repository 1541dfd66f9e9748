from collections.abc import Sequence

import cv2
import numpy as np

import drawn
from gifworthy.scan.cuts import CutFinder, unexplained
from gifworthy.types import Frames
from thumbed import thumbnail

FPS = 25


def found(pictures: Sequence[Frames]) -> list[float]:
    finder = CutFinder()
    for number, picture in enumerate(pictures):
        finder.see(thumbnail(number / FPS, picture))
    finder.finish()
    return finder.cuts


ONE, OTHER = drawn.textured(1, 96, 54), drawn.textured(2, 96, 54)


def test_a_new_picture_is_a_cut() -> None:
    assert found([ONE] * 20 + [OTHER] * 20) == [20 / FPS]


def test_one_picture_of_something_else_is_no_cut() -> None:
    assert found([ONE] * 20 + [np.full_like(ONE, 255)] + [ONE] * 20) == []


def test_a_lamp_that_is_switched_on_is_no_cut() -> None:
    dark = (ONE * 0.6).astype(np.uint8)
    assert found([dark] * 20 + [ONE] * 20) == []


def test_a_jerk_of_the_camera_is_no_cut() -> None:
    scene = drawn.textured(3, 160, 54)
    jerked = [scene[:, x : x + 96] for x in [10] * 20 + [18] * 20]
    assert found([np.ascontiguousarray(picture) for picture in jerked]) == []


def test_a_cut_from_one_plain_picture_to_another_is_found() -> None:
    assert found([np.zeros_like(ONE)] * 10 + [np.full_like(ONE, 200)] * 10) == [10 / FPS]


def test_a_cut_near_the_end_is_found() -> None:
    assert found([ONE] * 20 + [OTHER]) == [20 / FPS]


def test_a_moved_picture_is_explained_and_another_is_not() -> None:
    scene = cv2.cvtColor(drawn.textured(4, 160, 54), cv2.COLOR_RGB2GRAY).astype(np.uint8)
    other = cv2.cvtColor(OTHER, cv2.COLOR_RGB2GRAY).astype(np.uint8)
    assert unexplained(scene[:, 20:116], scene[:, 24:120]) < 0.2
    assert unexplained(scene[:, 20:116], other) > 0.7
