from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gifworthy.likeness import ssim
from gifworthy.tradeoffs import (
    Setting,
    Tried,
    harm_of,
    least_harm_first,
    narrowed,
    slowest,
    thinned,
    widths,
)
from gifworthy.types import Clip, Frames


def textured(width: int = 240, height: int = 136) -> Frames:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def smooth(width: int = 240, height: int = 136) -> Frames:
    ramp = np.linspace(20, 230, width)
    return np.broadcast_to(ramp[None, :, None], (height, width, 3)).astype(np.uint8)


def still(picture: Frames, count: int = 12) -> Clip:
    return Clip(np.repeat(picture[None], count, axis=0), np.arange(count) / 10)


def sliding(picture: Frames, count: int = 12) -> Clip:
    rolled = [np.roll(picture, 6 * step, axis=1) for step in range(count)]
    return Clip(np.stack(rolled), np.arange(count) / 10)


def attempt(setting: Setting) -> Tried:
    """A format whose bytes follow quality, pixels and frames exactly."""
    size = 4000 * 2 ** (setting.quality / 10) * (setting.width / 240) ** 2 / setting.every
    return Tried(int(size), 0.01 * 2 ** ((80 - setting.quality) / 20))


OWN = Setting(80, 240)


def test_alike_is_one_and_noise_is_not() -> None:
    assert ssim(smooth(), smooth()) == pytest.approx(1)
    assert ssim(smooth(), textured()) < 0.1


def test_ssim_of_flat_pictures_is_the_papers_light_term() -> None:
    one, two = (np.full((20, 20, 3), level, np.uint8) for level in (100, 150))
    light = (2 * 100 * 150 + 6.5025) / (100**2 + 150**2 + 6.5025)
    assert ssim(one, two) == pytest.approx(light, abs=1e-4)


def test_ssim_of_opposite_textures_is_the_papers_structure_term() -> None:
    """The same grey and contrast, turned over: minus one, up to C2."""
    texture = np.random.default_rng(0).choice([-50, 50], (60, 60, 1)).repeat(3, axis=2)
    one, two = ((128 + sign * texture).astype(np.uint8) for sign in (1, -1))
    assert ssim(one, two) == pytest.approx(-1, abs=0.06)


def test_leaving_out_frames_harms_only_what_moves() -> None:
    calm, lively = still(textured()), sliding(textured())
    assert harm_of(calm, thinned(calm, 2).frames, 2) < 1e-3
    assert harm_of(lively, thinned(lively, 2).frames, 2) > 0.2


def test_narrowing_harms_texture_more_than_a_ramp() -> None:
    fine, plain = still(textured()), still(smooth())
    assert harm_of(fine, narrowed(fine, 60).frames, 1) > 0.3
    assert harm_of(plain, narrowed(plain, 60).frames, 1) < 0.02


@pytest.mark.parametrize(("fps", "expected"), [(25, 5), (12.5, 2), (10, 2), (9.9, 1), (4, 1)])
def test_five_frames_a_second_are_left(fps: float, expected: int) -> None:
    assert slowest(fps) == expected


def test_widths_go_down_to_the_floor_and_no_further() -> None:
    steps = widths(480)
    assert (steps[0], steps[-1]) == (480, 160)
    assert all(0.85 < small / large < 1 for large, small in pairwise(steps[:-1]))
    assert widths(120) == [120]


def test_a_still_clip_loses_frames_before_width() -> None:
    path = least_harm_first(still(textured()), OWN, 12.5, attempt).settings
    first_thin = next(at for at, setting in enumerate(path) if setting.every > 1)
    narrow = [at for at, setting in enumerate(path) if setting.width < 240]
    assert not narrow or first_thin < narrow[0]


def test_a_smooth_clip_that_moves_loses_width_before_frames() -> None:
    path = least_harm_first(sliding(smooth()), OWN, 12.5, attempt).settings
    first_narrow = next(at for at, setting in enumerate(path) if setting.width < 240)
    thin = [at for at, setting in enumerate(path) if setting.every > 1]
    assert not thin or first_narrow < thin[0]


@pytest.mark.parametrize("clip", [still(textured()), sliding(textured()), sliding(smooth())])
def test_each_step_is_smaller(clip: Clip) -> None:
    path = least_harm_first(clip, OWN, 12.5, attempt).settings
    sizes = [attempt(setting).size_bytes for setting in path]
    assert sizes == sorted(sizes, reverse=True)
    assert path[-1] == Setting(10, 160, 2)
    assert OWN not in path


def test_finer_settings_lie_between_two_steps() -> None:
    path = least_harm_first(sliding(textured()), OWN, 12.5, attempt)
    for index in range(1, len(path.settings)):
        here = path.settings[index]
        for setting in path.finer(index):
            assert (setting.width, setting.every) == (here.width, here.every)
            assert setting.quality > here.quality
            assert path.harms[index - 1] <= path.predicted.harm(setting) <= path.harms[index]
