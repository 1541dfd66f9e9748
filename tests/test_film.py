"""What render settles before anything is written: where the loop begins, and that it does not flash."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from drawn import FOLDER, textured, write
from gifworthy.framing import Framing
from gifworthy.render import Film
from gifworthy.types import Highlight, Loop, Segment, Storyboard, Style
from gifworthy.video import Video, open_video


def film(video: Video, *windows: Segment, loop: Loop = "seam", fps: float = 25) -> Film:
    board = Storyboard(tuple(Highlight(window, 1.0) for window in windows), "test")
    return Film(video, board, [Framing(window) for window in windows], Style(fps=fps, loop=loop))


@cache
def swinging() -> Path:
    """2 s: a scene that sways and comes back, blurred but for the frame at 1 s."""
    pictures = []
    for number in range(50):
        swayed = np.roll(textured(3), round(8 * np.sin(2 * np.pi * number / 50)), axis=1)
        pictures.append(swayed if number == 25 else cv2.GaussianBlur(swayed, (0, 0), 2))
    return write(FOLDER / "swinging.mkv", [np.asarray(p, np.uint8) for p in pictures])


@cache
def brightening() -> Path:
    """0.28 s from black to white, then black for a while."""
    levels = [*range(10, 250, 35), *[10] * 20]
    return write(FOLDER / "brightening.mkv", [np.full((96, 160, 3), x, np.uint8) for x in levels])


@cache
def strobing() -> Path:
    """2 s of five flashes a second."""
    levels = [20, 20, 20, 230, 230] * 10
    return write(FOLDER / "strobing.mkv", [np.full((96, 160, 3), x, np.uint8) for x in levels])


def test_a_loop_that_closes_begins_with_its_best_frame() -> None:
    with open_video(swinging()) as video:
        assert film(video, Segment(0, 2)).clip.times[0] == pytest.approx(1.0)


def test_a_loop_that_does_not_close_begins_where_it_was_cut() -> None:
    with open_video(swinging()) as video:
        assert film(video, Segment(0, 1.28), loop="cut").clip.times[0] == pytest.approx(0.0)


def test_a_story_of_several_shots_begins_with_the_first() -> None:
    with open_video(swinging()) as video:
        clip = film(video, Segment(1.5, 2), Segment(0.8, 1.2)).clip
    assert clip.times[0] == pytest.approx(1.5)


def test_a_seam_that_would_flash_dissolves_and_says_so() -> None:
    """Dark to bright in 0.28 s, again and again: more than three flashes a second."""
    with open_video(brightening()) as video:
        made = film(video, Segment(0, 0.28), loop="cut")
        assert made.style.loop == "crossfade"
        assert made.seam is None
        assert "dissolves into its start instead" in made.notes[0]


def test_pictures_that_flash_are_said() -> None:
    with open_video(strobing()) as video:
        made = film(video, Segment(0, 2))
        assert made.style.loop == "seam"
        assert "show another part" in made.notes[0]


def test_nothing_to_say_of_a_calm_loop() -> None:
    with open_video(swinging()) as video:
        assert film(video, Segment(0, 2)).notes == ()
