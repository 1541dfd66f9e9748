"""The crop: of the right shape, around what moves, still when that is as good, and never jittering."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gifworthy.cropping import STEPS, Seen, _fastest_allowed, crop_path, held_by
from gifworthy.gaze import plain
from gifworthy.rooms import Slide, largest_box
from gifworthy.types import Box, Clip, CropPath, Floats
from imagined import imagined

TIMES = np.arange(0, 3, 1 / 8)


def scene(centres: Floats, width: int = 160, height: int = 90) -> Clip:
    """A bright, detailed disc on a softly textured ground, its centre a fraction of the width."""
    rng = np.random.default_rng(0)
    ground = rng.integers(90, 110, (height, width, 1)).repeat(3, 2)
    disc = rng.integers(0, 255, (200, 200, 3))
    down, across = np.mgrid[:height, :width]
    frames = np.empty((len(centres), height, width, 3), np.uint8)
    for frame, centre in zip(frames, centres, strict=True):
        middle = round(centre * width)
        inside = (across - middle) ** 2 + (down - height // 2) ** 2 < (height // 5) ** 2
        frame[:] = ground
        rows, columns = np.nonzero(inside)
        frame[rows, columns] = disc[rows, columns - middle + 100]
    return Clip(frames, TIMES[: len(centres)])


def path_of(
    clip: Clip, box: tuple[float, float], focus: Box | None = None, looping: bool = False
) -> CropPath:
    """The path of a box of that size through plain saliency."""
    low, high = 0.0, 1 - min(box)
    way = Slide(*box, along_width=box[1] == 1.0, low=low, high=high, across=0.0)
    return crop_path(Seen(clip.times, plain(imagined(1.0), clip, focus)), (way,), looping)


def middles(path: CropPath) -> NDArray[np.float64]:
    return np.asarray(path.at(TIMES)[:, [0, 2]].mean(1))


@pytest.mark.parametrize(
    ("size", "aspect", "box"),
    [
        ((1920, 1080), 1.0, (0.5625, 1.0)),
        ((1080, 1920), 1.0, (1.0, 0.5625)),
        ((1920, 1080), 16 / 9, (1.0, 1.0)),
        ((1000, 1000), 2.0, (1.0, 0.5)),
    ],
)
def test_the_largest_box_of_an_aspect(
    size: tuple[int, int], aspect: float, box: tuple[float, float]
) -> None:
    assert largest_box(*size, aspect) == pytest.approx(box)


@pytest.mark.parametrize("place", [0.25, 0.5, 0.75])
def test_a_subject_that_stays_gets_a_still_box_around_it(place: float) -> None:
    sway = place + 0.02 * np.sin(TIMES * 9)
    path = path_of(scene(sway), (0.3, 1.0))
    assert path.is_still
    assert middles(path)[0] == pytest.approx(place, abs=0.08)


def test_a_subject_that_crosses_the_frame_is_followed_smoothly() -> None:
    path = path_of(scene(np.linspace(0.15, 0.85, len(TIMES))), (0.3, 1.0))
    assert not path.is_still
    followed = middles(path)
    assert np.abs(followed - np.linspace(0.15, 0.85, len(TIMES))).max() < 0.13
    assert (np.diff(followed) >= -1e-3).all()
    assert np.abs(np.diff(followed, 2)).max() < 0.02


NARROW = Slide(0.3, 1.0, along_width=True, low=0.0, high=0.7, across=0.0)


def spots(places: Floats, heats: Floats) -> Floats:
    """Maps of (T, 24, 48), each with one spot, a sixth of the frame wide."""
    maps = np.zeros((len(places), 24, 48))
    for seen, place, heat in zip(maps, places, heats, strict=True):
        seen[8:16, max(0, round(48 * place) - 4) : round(48 * place) + 4] = heat
    return maps


@pytest.mark.parametrize("when", [slice(0, 2), slice(11, 13), slice(22, 24)])
@pytest.mark.parametrize(("where", "thing"), [(0.1, 0.6), (0.9, 0.4)])
def test_what_flares_up_for_a_moment_draws_no_box(when: slice, where: float, thing: float) -> None:
    """A leaf that blows through at the beginning, in the midst or at the end, eight times as hot."""
    lasting = spots(np.full(24, thing), np.ones(24))
    flare, heats = np.full(24, where), np.zeros(24)
    heats[when] = 8.0
    path = crop_path(Seen(TIMES, lasting + spots(flare, heats)), (NARROW,))
    assert path.is_still
    assert middles(path)[0] == pytest.approx(thing, abs=0.06)


def test_what_comes_in_is_shown_from_the_first_moment_on() -> None:
    """It is nowhere for longer than a moment, but a box can go with it."""
    places = np.clip(0.9 - 0.5 * TIMES, 0.3, 0.9)
    path = crop_path(Seen(TIMES, spots(places, np.ones(24))), (NARROW,))
    assert np.abs(middles(path) - np.clip(places, 0.15, 0.85)).max() < 0.1


@pytest.mark.parametrize(("moments", "stands_still"), [(2, True), (6, False)])
def test_what_is_lost_for_a_moment_moves_no_box(moments: int, stands_still: bool) -> None:
    """A hand that reaches for the bottle and is gone again; one that stays is gone after."""
    maps = np.zeros((len(TIMES), 9, 32))
    maps[:, 3:6, 10:12] = 1.0
    maps[6 : 6 + moments, 3:6, 2:4], maps[6 : 6 + moments, 3:6, 10:12] = 2.0, 0.3
    way = Slide(0.316, 1.0, along_width=True, low=0.0, high=0.684, across=0.0)
    assert (len(crop_path(Seen(TIMES, maps), (way,)).times) == 1) is stands_still


def test_in_a_loop_the_box_does_not_come_back_when_that_loses_the_beginning() -> None:
    """In 8 s it comes in from the right, in the first, is on the left later, and ends in the middle."""
    times = np.arange(0, 8, 1 / 8)
    later = 0.5 - 0.25 * np.sin(np.clip((times - 2) / 4, 0, 1) * np.pi)
    places = np.where(times < 1, np.clip(0.85 - 0.5 * times, 0.5, 0.85), later)
    seen = Seen(times, spots(places, np.ones(len(times))))
    begun = crop_path(seen, (NARROW,), looping=True).at(times[:1])[0]
    assert begun[0] > 0.6


def test_a_way_that_gains_little_is_not_gone() -> None:
    """By turns one of two neighbouring places holds a twentieth more."""
    held = np.ones((24, STEPS))
    turns = np.arange(24) % 2
    held[np.arange(24), np.where(turns == 0, 30, 36)] = 1.05
    assert len(np.unique(_fastest_allowed(held, np.linspace(0, 0.7, STEPS)))) == 1


def test_in_a_loop_the_box_does_not_come_back_when_that_loses_the_end() -> None:
    """What moves away at the end draws the eye less there; all the same it is what is to be seen."""
    columns = np.full(len(TIMES), 10)
    columns[-6:] = (16, 22, 28, 32, 34, 34)
    maps = np.zeros((len(TIMES), 24, 48))
    for at, column in enumerate(columns):
        maps[at, 8:16, column - 3 : column + 3] = 1.0 if at < len(TIMES) - 6 else 0.1
    way = Slide(0.3, 1.0, along_width=True, low=0.0, high=0.7, across=0.0)
    followed = middles(crop_path(Seen(TIMES, maps), (way,), looping=True))
    assert abs(followed[-1] - 34 / 48) < 0.15


def test_in_a_loop_the_box_comes_back() -> None:
    there_and_back = 0.5 - 0.2 * np.cos(TIMES / 3 * 2 * np.pi)
    there_and_back[-4:] += 0.03
    looping = middles(path_of(scene(there_and_back), (0.2, 1.0), looping=True))
    assert abs(looping[-1] - looping[0]) < 0.005
    assert np.ptp(looping) > 0.2


def test_a_subject_that_leaves_is_followed_even_in_a_loop() -> None:
    crossing = scene(np.linspace(0.15, 0.85, len(TIMES)))
    followed = middles(path_of(crossing, (0.3, 1.0), looping=True))
    assert followed[-1] - followed[0] > 0.4


def test_every_box_has_the_size_asked_for_and_lies_inside_the_frame() -> None:
    path = path_of(scene(np.linspace(0.02, 0.98, len(TIMES))), (0.3, 1.0))
    boxes = path.at(np.linspace(-1, 4, 50))
    assert boxes.min() >= 0
    assert boxes.max() <= 1
    assert boxes[:, 2] - boxes[:, 0] == pytest.approx(0.3)
    assert boxes[:, 3] - boxes[:, 1] == pytest.approx(1.0)


def test_the_whole_frame_is_no_crop() -> None:
    path = path_of(scene(np.full(5, 0.5)), (1.0, 1.0))
    assert path.is_still
    assert path.boxes.tolist() == [[0, 0, 1, 1]]


def test_a_tall_picture_is_cropped_along_its_height() -> None:
    flat = scene(np.full(len(TIMES), 0.8))
    tall = Clip(np.ascontiguousarray(flat.frames.transpose(0, 2, 1, 3)), flat.times)
    path = path_of(tall, (1.0, 0.3))
    assert path.at(TIMES)[0, [1, 3]].mean() == pytest.approx(0.8, abs=0.08)


def test_a_focus_pulls_the_box() -> None:
    nothing = Clip(np.full((8, 90, 160, 3), 100, np.uint8), TIMES[:8])
    path = path_of(nothing, (0.3, 1.0), Box(0.8, 0.3, 0.95, 0.7))
    assert path.boxes[0, 0] <= 0.8
    assert path.boxes[0, 2] >= 0.95


def test_one_frame_is_enough() -> None:
    assert path_of(scene(np.array([0.7])), (0.3, 1.0)).is_still


def test_a_box_holds_most_when_the_mass_is_well_inside() -> None:
    seen = np.zeros((1, 10, 100))
    seen[0, 5, 50] = 1.0
    held = held_by(seen, Slide(0.4, 1.0, along_width=True, low=0.0, high=0.6, across=0.0))[0]
    assert held.max() == pytest.approx(1.0)
    assert held[0] == 0
    best = np.flatnonzero(held > 0.999) / 95 * 0.6
    assert best.min() == pytest.approx(0.5 - 0.3, abs=0.02)
    assert best.max() == pytest.approx(0.5 - 0.1, abs=0.02)


def test_a_path_needs_a_box_for_every_time() -> None:
    with pytest.raises(ValueError, match="2 times but boxes of shape"):
        CropPath(np.array([0.0, 1.0]), np.zeros((1, 4)))
