"""The loop seam: a period is found, the jump is measured, the ends move no further than allowed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gifworthy.seams import Looks, close_loop, jump
from gifworthy.types import Clip, Floats, Segment

FPS = 25.0
FREE = Segment(0.0, 10.0)


def clip(grey_at: NDArray[np.float64]) -> Clip:
    """Frames of one grey each, 25 a second."""
    frames = np.broadcast_to(
        grey_at[:, None, None, None].astype(np.uint8), (len(grey_at), 36, 64, 3)
    )
    return Clip(frames.copy(), np.array([(place + 0.5) / FPS for place in range(len(grey_at))]))


def length(starts: Floats, ends: Floats) -> Floats:
    """Every second is worth the same."""
    return ends - starts[:, None]


def swinging(period: float, seconds: float = 10.0) -> Clip:
    """A bright bar that swings to and fro once a period."""
    times = np.array([(place + 0.5) / FPS for place in range(round(seconds * FPS))])
    frames = np.full((len(times), 36, 64, 3), 40, np.uint8)
    for frame, time in zip(frames, times, strict=True):
        left = round(28 + 24 * np.sin(2 * np.pi * time / period))
        frame[:, left : left + 8] = 220
    return Clip(frames, times)


def test_the_jump_is_the_difference_of_the_last_frame_shown_to_the_first() -> None:
    looks = Looks.of(clip(np.repeat([50.0, 80.0], 25)))
    assert jump(looks, Segment(0.5, 1.5), FPS) == pytest.approx(30)
    assert jump(looks, Segment(0.0, 1.0), FPS) == pytest.approx(0)


def test_the_end_shown_is_a_frame_before_the_end() -> None:
    looks = Looks.of(clip(np.repeat([50.0, 80.0], 25)))
    assert jump(looks, Segment(0.0, 1.04), FPS) == pytest.approx(30)
    assert jump(looks, Segment(0.0, 1.04), 12.5) == pytest.approx(0)


def test_a_swinging_thing_is_cut_to_whole_periods() -> None:
    looks = Looks.of(swinging(period=1.2))
    seam = close_loop(looks, Segment(3.0, 5.9), FREE, FPS, reach=0.5, held=length)
    assert seam.window.duration % 1.2 == pytest.approx(0, abs=0.05) or (
        seam.window.duration % 1.2 == pytest.approx(1.2, abs=0.05)
    )
    assert seam.jump < jump(looks, Segment(3.0, 5.9), FPS) / 2


def test_what_swings_goes_on_in_the_same_direction() -> None:
    """Half a period later the bar is at the same place on its way back: no seam."""
    looks = Looks.of(swinging(period=2.0))
    window = close_loop(looks, Segment(3.0, 4.7), FREE, FPS, reach=0.28, held=length).window
    before, after = window.end - 0.04, window.start + 0.04
    onward = np.sin(np.pi * np.array([before, window.end, window.start, after]))
    assert np.sign(onward[1] - onward[0]) == np.sign(onward[3] - onward[2])


@pytest.mark.parametrize("reach", [0.2, 0.5])
def test_ends_move_no_further_than_allowed_and_stay_in_their_room(reach: float) -> None:
    rng = np.random.default_rng(3)
    looks = Looks.of(clip(rng.uniform(0, 255, 250)))
    window, room = Segment(3.0, 6.0), Segment(2.9, 6.04)
    seam = close_loop(looks, window, room, 12.5, reach, held=length)
    assert abs(seam.window.start - 3.0) <= reach + 0.02
    assert abs(seam.window.end - 6.0) <= reach + 0.04 + 1e-9
    assert seam.window.start >= 2.9
    assert seam.window.end <= 6.04 + 1e-6
    assert seam.jump <= jump(looks, window, 12.5)


def test_the_loop_lasts_a_whole_number_of_frames() -> None:
    window = close_loop(Looks.of(swinging(1.1)), Segment(3.0, 6.0), FREE, 12.5, 0.5, length).window
    assert window.duration * 12.5 == pytest.approx(round(window.duration * 12.5))


def test_a_still_scene_keeps_its_window() -> None:
    looks = Looks.of(clip(np.full(250, 90.0)))
    seam = close_loop(looks, Segment(3.0, 6.0), FREE, 12.5, 0.5, held=length)
    assert seam.jump == 0
    assert seam.window.duration == pytest.approx(3.0, abs=0.1)


def test_what_there_is_to_see_is_not_lost_for_a_smaller_jump() -> None:
    """Everything worth seeing lies in the last fifth of a second; the loop would close without it."""
    looks = Looks.of(clip(np.where(np.arange(250) < 145, 50.0, 60.0)))

    def at_the_end(starts: Floats, ends: Floats) -> Floats:
        return np.clip(ends - 5.8, 0, 0.2) + 0 * starts[:, None]

    window = Segment(3.0, 6.0)
    assert close_loop(looks, window, FREE, 12.5, 0.5, held=length).jump == 0
    assert close_loop(looks, window, FREE, 12.5, 0.5, held=at_the_end).window.end > 5.9
