from __future__ import annotations

import io
from itertools import pairwise

import av
import numpy as np
import pytest

from gifworthy.sample import SCENES, best_moment, draw_sample
from gifworthy.sample.film import FPS
from gifworthy.sample.sound import RATE, soundtrack
from gifworthy.segmenters.shots import cuts_of
from gifworthy.video import open_video

LENGTH = sum(scene.seconds for scene in SCENES)
CUTS = np.cumsum([scene.seconds for scene in SCENES])[:-1]


@pytest.fixture(scope="module")
def film() -> bytes:
    return draw_sample()


def test_the_film_has_pictures_and_sound_of_one_length(film: bytes) -> None:
    with av.open(io.BytesIO(film)) as file:
        picture, sound = file.streams.video[0], file.streams.audio[0]
        assert sound.duration is not None
        assert sound.time_base is not None
        assert (picture.width, picture.height) == (640, 360)
        assert picture.frames == pytest.approx(LENGTH * FPS, abs=1)
        assert float(sound.duration * sound.time_base) == pytest.approx(LENGTH, abs=0.1)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_scene_is_drawn_the_same_again(scene) -> None:  # type: ignore[no-untyped-def]
    first, again = scene.draw(scene.seconds / 2), scene.draw(scene.seconds / 2)
    assert first.shape == (360, 640, 3)
    assert (first == again).all()


def test_the_bear_moves_most_and_the_window_not_at_all() -> None:
    def change(name: str) -> float:
        scene = next(scene for scene in SCENES if scene.name == name)
        shown = [scene.draw(t).astype(int) for t in (1.0, 1.2, 1.4)]
        return float(np.mean([np.abs(a - b).mean() for a, b in pairwise(shown)]))

    assert change("window") == 0
    assert change("juggler") > 1.5 * max(change(name) for name in ("sea", "night"))


def test_the_sound_is_loudest_where_the_bear_leaps() -> None:
    sound = soundtrack(SCENES)
    loudest = np.abs(sound).argmax() / RATE
    start, end = best_moment()
    assert start < loudest < end
    assert len(sound) == pytest.approx(LENGTH * RATE, abs=len(SCENES))
    assert np.abs(sound).max() <= 1


def test_its_cuts_are_found(film: bytes, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "clip.mp4"
    path.write_bytes(film)
    with open_video(path, "thorough") as video:
        found = np.array([shot.start for shot in cuts_of(video)])
    wanted = CUTS[1:-1]  # the first and the last fall between black and nearly black
    assert all(np.abs(found - cut).min() < 0.1 for cut in wanted)
