from collections.abc import Sequence

import cv2
import numpy as np
import pytest

import drawn
from gifworthy.scan.transitions import TransitionFinder
from gifworthy.types import Frames, Segment
from thumbed import thumbnail

FPS = 25
ONE, OTHER = drawn.textured(1, 96, 54), drawn.textured(2, 96, 54)
BLACK = np.zeros_like(ONE)


def found(pictures: Sequence[Frames], cuts: Sequence[float] = ()) -> tuple[Segment, ...]:
    finder = TransitionFinder()
    for number, picture in enumerate(pictures):
        finder.see(thumbnail(number / FPS, picture))
    return finder.finish(cuts)


def mixed(one: Frames, other: Frames, count: int = 25) -> list[Frames]:
    shares = (np.arange(count) + 1) / (count + 1)
    return [np.asarray(cv2.addWeighted(one, 1 - s, other, s, 0), np.uint8) for s in shares]


def test_a_dissolve_is_found_where_it_is() -> None:
    (span,) = found([ONE] * 30 + mixed(ONE, OTHER) + [OTHER] * 30)
    assert span.start == pytest.approx(30 / FPS, abs=0.15)
    assert span.end == pytest.approx(55 / FPS, abs=0.15)


def test_a_fade_through_black_is_one_transition() -> None:
    fade = [*mixed(ONE, BLACK), *[BLACK] * 10, *mixed(BLACK, OTHER)]
    (span,) = found([ONE] * 30 + fade + [OTHER] * 30)
    assert span.duration == pytest.approx(60 / FPS, abs=0.3)


def test_a_pan_is_none() -> None:
    scene = drawn.textured(3, 300, 54)
    assert found([np.ascontiguousarray(scene[:, x : x + 96]) for x in range(0, 200, 2)]) == ()


def test_words_that_appear_slowly_are_none() -> None:
    titled = ONE.copy()
    titled[20:30, 20:70] = 255
    assert found([ONE] * 30 + mixed(ONE, titled) + [titled] * 30) == ()


def test_a_hard_cut_is_none() -> None:
    assert found([ONE] * 30 + [OTHER] * 30, cuts=[30 / FPS]) == ()


def test_a_light_that_grows_on_one_scene_is_none() -> None:
    bright = np.clip(ONE * 1.6, 0, 255).astype(np.uint8)
    assert found([ONE] * 30 + mixed(ONE, bright) + [bright] * 30) == ()
