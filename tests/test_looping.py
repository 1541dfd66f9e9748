from __future__ import annotations

import numpy as np
import pytest

from gifworthy.looping import (
    closed,
    closes_well,
    flashes_a_second,
    joined,
    seam_of,
    started_at,
)
from gifworthy.types import Clip


def greys(*levels: int, start: float = 0.0) -> Clip:
    """Flat frames of these grey levels, ten a second."""
    frames = np.stack([np.full((8, 12, 3), level, np.uint8) for level in levels])
    return Clip(frames, start + np.arange(len(levels)) / 10)


def levels(clip: Clip) -> list[int]:
    return [int(frame[0, 0, 0]) for frame in clip.frames]


def test_shots_are_cut_one_after_another() -> None:
    reel = joined([greys(1, 2), greys(7, 8, 9, start=5.0)], "cut", 10)
    assert levels(reel) == [1, 2, 7, 8, 9]
    assert reel.times == pytest.approx([0.0, 0.1, 5.0, 5.1, 5.2])


def test_a_fade_mixes_the_end_of_one_shot_with_the_start_of_the_next() -> None:
    """0.3 s at ten frames a second: three frames, a quarter, a half, three quarters of the next."""
    reel = joined([greys(*[0] * 8), greys(*[200] * 8)], "fade", 10)
    assert levels(reel) == [0] * 5 + [50, 100, 150] + [200] * 5


def test_a_bounce_shows_no_end_twice() -> None:
    assert levels(closed(greys(1, 2, 3, 4), "bounce", 10)) == [1, 2, 3, 4, 3, 2]
    assert levels(closed(greys(5), "bounce", 10)) == [5]


def test_a_crossfade_ends_in_its_own_beginning() -> None:
    """The first four frames are only seen inside the last four, so the step round the end is none."""
    reel = closed(greys(0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110), "crossfade", 10)
    assert levels(reel)[:4] == [40, 50, 60, 70]
    assert levels(reel)[-1] == pytest.approx(0.2 * 110 + 0.8 * 30, abs=1)
    assert len(reel) == 8


@pytest.mark.parametrize("loop", ["seam", "cut"])
def test_other_loops_stay_as_they_are(loop: str) -> None:
    assert levels(closed(greys(1, 2, 3), loop, 10)) == [1, 2, 3]  # type: ignore[arg-type]


def test_a_loop_can_begin_anywhere() -> None:
    assert levels(started_at(greys(1, 2, 3, 4), 2)) == [3, 4, 1, 2]


def test_a_seam_is_the_jump_from_last_to_first() -> None:
    assert seam_of(greys(10, 50, 90)) == pytest.approx(80)


@pytest.mark.parametrize(
    ("shades", "well"),
    [
        ([50, 51, 50, 51, 50], True),
        ([10, 12, 14, 16, 14, 12], True),
        ([10, 20, 30, 40, 30, 20], False),
        ([10, 20, 30, 40, 50, 60], False),
        ([10, 10, 10, 10, 200], False),
        ([7], True),
    ],
)
def test_a_loop_closes_well_where_the_jump_is_a_usual_step(shades: list[int], well: bool) -> None:
    assert closes_well(greys(*shades)) is well


def test_flashes_are_counted_round_the_seam_too() -> None:
    """One bright frame in four at 16 frames a second: four flashes a second, however it is cut."""
    flashing = greys(*[20, 20, 20, 230] * 4)
    assert flashes_a_second(flashing, 16) > 3
    once = greys(*[20, 20, 20, 230])
    assert flashes_a_second(once, 16, looping=False) <= 1
    assert flashes_a_second(once, 16) > 1
    assert flashes_a_second(greys(*[20] * 16), 16) == 0


def test_somebody_small_who_jumps_across_a_still_picture_is_seen() -> None:
    """A dot that goes one pixel a frame: in the mean of the picture its jump back hardly counts."""
    frames = np.zeros((12, 90, 160, 3), np.uint8)
    for index, frame in enumerate(frames):
        frame[40:46, 10 + index : 16 + index] = 200
    assert seam_of(Clip(frames, np.arange(12) / 12)) <= 1, "in the mean hardly anything jumps"
    assert not closes_well(Clip(frames, np.arange(12) / 12))
