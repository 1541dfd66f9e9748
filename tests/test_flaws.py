from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from gifworthy.flaws import Flaws, bad_moments, flaws
from gifworthy.types import Scan, Segment
from imagined import HEIGHT, WIDTH, Draw, Picture, imagined


def lively(moment: float) -> Picture:
    """A checkered picture over which a bright square wanders: nothing is wrong with it."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    grey = (60 + 120 * ((down // 6 + across // 6) % 2)).astype(np.uint8)
    left = int(8 * moment) % 80
    grey[20:34, left : left + 14] = 240
    return np.stack([grey, grey, 255 - grey], -1)


def plain(value: int) -> Draw:
    return lambda moment: np.full((HEIGHT, WIDTH, 3), value, np.uint8)


def frozen(moment: float) -> Picture:
    return lively(0.0)


def blurred(moment: float) -> Picture:
    return cv2.GaussianBlur(lively(moment), (0, 0), 8).astype(np.uint8)


def washed(moment: float) -> Picture:
    return (120 + lively(moment) * 0.1).astype(np.uint8)


def bars(moment: float) -> Picture:
    colours = [(191 * (n >> 1 & 1), 191 * (n >> 2 & 1), 191 * (n & 1)) for n in range(7, 0, -1)]
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for place, colour in enumerate(colours):
        picture[:36, place * WIDTH // 7 : (place + 1) * WIDTH // 7] = colour
    return picture


def rolling(moment: float) -> Picture:
    picture = np.zeros((HEIGHT * 4, WIDTH * 4, 3), np.uint8)
    for line in range(12):
        row = int(30 + 28 * line - 20 * moment)
        cv2.putText(picture, "Directed by A. Nobody", (60, row), 0, 0.7, (235,) * 3, 2)
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)


def as_light(disc: tuple[int, int, int], wall: tuple[int, int, int], radius: int = 16) -> Draw:
    """A disc that wanders over a wall with the camera's grain."""
    luck = np.random.default_rng(0)

    def draw(moment: float) -> Picture:
        picture = np.full((HEIGHT, WIDTH, 3), wall, np.uint8)
        cv2.circle(picture, (30 + int(8 * moment), HEIGHT // 2), radius, disc, -1, cv2.LINE_AA)
        grain = luck.normal(0, 2, (HEIGHT, WIDTH, 1))
        return np.clip(picture + grain, 0, 255).astype(np.uint8)

    return draw


def words(draw: Draw) -> set[str]:
    """The flaws that more than half of the moments of four seconds have."""
    found = flaws(imagined(4.0, draw=draw, motion=lambda t: 0.0).scan)
    return {w for w, marks in zip(found.words, found.marks, strict=True) if marks.mean() > 0.5}


@pytest.mark.parametrize(
    ("draw", "word"),
    [
        (plain(3), "black"),
        (plain(252), "white"),
        (plain(120), "uniform"),
        (washed, "uniform"),
        (frozen, "frozen"),
        (blurred, "blurred"),
        (bars, "bars"),
        (rolling, "title"),
    ],
)
def test_a_flaw_is_called_by_its_name(draw: Draw, word: str) -> None:
    assert words(draw) == {word}


RED, GREEN = (200, 80, 80), (80, 140, 80)
"""Both are 116 of 255 light."""


@pytest.mark.parametrize(
    ("disc", "wall"), [(RED, GREEN), (GREEN, RED), ((120, 104, 220), (120, 128, 90))]
)
def test_what_only_its_colour_parts_from_the_ground_is_seen(
    disc: tuple[int, int, int], wall: tuple[int, int, int]
) -> None:
    assert words(as_light(disc, wall)) == set()


@pytest.mark.parametrize(
    ("disc", "wall"),
    [
        (GREEN, GREEN),
        ((120, 124, 120), (116, 124, 116)),  # a stain on the wall
        ((130, 110, 110), (105, 121, 105)),  # 18 levels of red apart
    ],
)
def test_a_wall_is_uniform_whatever_its_colour(
    disc: tuple[int, int, int], wall: tuple[int, int, int]
) -> None:
    assert words(as_light(disc, wall)) == {"uniform"}


def test_a_speck_of_colour_does_not_save_a_wall() -> None:
    assert words(as_light(RED, GREEN, radius=2)) == {"uniform"}


def test_a_dark_picture_is_black_whatever_its_colours() -> None:
    assert words(as_light((60, 0, 0), (0, 20, 60))) == {"black"}


def test_a_colour_that_never_stirs_is_frozen_and_one_without_edge_is_blurred() -> None:
    """What colour alone shows is judged by that colour, in all respects."""
    still = as_light(RED, GREEN)(0.0)
    assert words(lambda moment: still) == {"frozen"}
    soft = as_light(RED, GREEN)
    assert words(lambda t: cv2.GaussianBlur(soft(t), (0, 0), 9).astype(np.uint8)) == {"blurred"}


def test_a_lively_picture_has_no_flaw() -> None:
    assert not bad_moments(imagined(4.0, draw=lively).scan).any()


def test_dark_and_soft_pictures_are_no_flaw() -> None:
    assert not words(lambda t: (lively(t) * 0.3).astype(np.uint8))
    assert not words(lambda t: cv2.GaussianBlur(lively(t), (0, 0), 0.8).astype(np.uint8))


def test_fireworks_on_black_are_no_title() -> None:
    scan = imagined(4.0, draw=rolling, motion=lambda t: 0.3).scan
    assert not bad_moments(scan).any()


def fading(seconds: float) -> Scan:
    """Full for two seconds, then down to black within two."""

    def left(moment: float) -> float:
        return float(np.clip((seconds - moment) / 2, 0, 1))

    scan = imagined(seconds, draw=lambda t: (lively(t) * left(t)).astype(np.uint8)).scan
    return replace(scan, contrast=np.array([60 * left(float(t)) for t in scan.times]))


def test_a_fade_reaches_from_black_back_to_full_contrast() -> None:
    scan = fading(4.0)
    bad = bad_moments(scan)
    assert not bad[scan.times < 1.5].any()
    assert bad[scan.times > 2.5].all()


def test_a_fade_ends_at_a_cut() -> None:
    scan = replace(fading(4.0), cuts=np.array([3.0]))
    assert not bad_moments(scan)[scan.times < 3.0].any()


def test_what_the_scan_calls_a_transition_is_a_flaw() -> None:
    scan = replace(imagined(4.0, draw=lively).scan, transitions=(Segment(1.0, 2.0),))
    assert bad_moments(scan).tolist() == [1.0 <= t < 2.0 for t in scan.times]


def test_more_than_three_flashes_a_second_are_a_flaw_and_three_are_not() -> None:
    scan = imagined(4.0, draw=lively).scan
    for flashes, flawed in ((3.0, False), (3.5, True)):
        assert bad_moments(replace(scan, flashes=np.full(len(scan), flashes))).all() == flawed


def test_a_word_can_be_taken_out() -> None:
    found = Flaws(("black", "frozen"), np.array([[True, False], [False, True]]))
    assert found.any.tolist() == [True, True]
    assert found.without("frozen").any.tolist() == [True, False]


def test_one_moment_is_enough() -> None:
    scan = imagined(0.1, draw=lively).scan
    assert len(scan) == 1
    assert bad_moments(scan).shape == (1,)
