"""From a clip to what a net was trained on."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.backbones.preparing import Preparation, prepare
from gifworthy.backbones.published import C3D, I3D, P3D_199, PUBLISHED, RESNET3D_50, Published
from gifworthy.types import Clip, Frames

WHOLE = Preparation(4, (6, 8), 6, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))


def clip_of(frames: Frames) -> Clip:
    return Clip(frames, np.arange(len(frames)) / 25)


def plain(count: int, colour: tuple[int, int, int], height: int = 6, width: int = 8) -> Clip:
    return clip_of(np.full((count, height, width, 3), colour, np.uint8))


def numbered(count: int) -> Clip:
    """Frame i is grey i."""
    frames = np.zeros((count, 6, 8, 3), np.uint8)
    frames += np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
    return clip_of(frames)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (4, [0, 1, 2, 3]),
        (8, [1, 3, 5, 7]),
        (16, [2, 6, 10, 14]),
        (2, [0, 0, 1, 1]),
        (1, [0, 0, 0, 0]),
    ],
)
def test_frames_are_taken_evenly(count: int, shown: list[int]) -> None:
    prepared = prepare(numbered(count), WHOLE)
    assert prepared.shape == WHOLE.shape
    assert prepared.dtype == np.float32
    assert prepared[0, :, 0, 0].tolist() == shown


def test_channels_are_normalised_each_on_its_own() -> None:
    to = Preparation(1, (6, 8), 6, mean=(10.0, 20.0, 30.0), std=(1.0, 2.0, 5.0))
    assert prepare(plain(1, (11, 24, 45)), to)[:, 0, 0, 0].tolist() == [1.0, 2.0, 3.0]


def test_bgr_is_the_other_way_round_and_its_mean_with_it() -> None:
    to = Preparation(1, (6, 8), 6, mean=(1.0, 2.0, 3.0), std=(1.0, 1.0, 1.0), order="bgr")
    assert prepare(plain(1, (30, 20, 10)), to)[:, 0, 0, 0].tolist() == [9.0, 18.0, 27.0]


def test_i3d_reads_from_minus_one_to_one() -> None:
    black, white = (plain(1, (grey,) * 3, 90, 160) for grey in (0, 255))
    assert prepare(black, I3D.preparation).max() == -1
    assert prepare(white, I3D.preparation).min() == 1


def test_c3d_is_squeezed_to_128_by_171_and_cut_at_8_and_29() -> None:
    """A picture of exactly 128 x 171 shows where the crop lies."""
    frames = np.zeros((16, 128, 171, 3), np.uint8)
    frames[:, 8, 29] = 200
    frames[:, 8 + 111, 29 + 111] = 100
    to = Preparation(16, (128, 171), 112, (0.0,) * 3, (1.0,) * 3, corner=(8, 29))
    prepared = prepare(clip_of(frames), to)
    assert (prepared[:, :, 0, 0] == 200).all()
    assert (prepared[:, :, -1, -1] == 100).all()
    assert C3D.preparation.corner == (8, 29)
    assert C3D.preparation.size == (128, 171)


@pytest.mark.parametrize(("height", "width"), [(120, 200), (200, 120)])
def test_the_short_side_is_fitted_and_the_middle_is_cut(height: int, width: int) -> None:
    """A white cross through the middle stays in the middle, whichever way the picture lies."""
    frames = np.zeros((16, height, width, 3), np.uint8)
    frames[:, height // 2 - 4 : height // 2 + 4] = 255
    frames[:, :, width // 2 - 4 : width // 2 + 4] = 255
    to = Preparation(16, 60, 40, (0.0,) * 3, (1.0,) * 3)
    prepared = prepare(clip_of(frames), to)[0, 0]
    assert prepared[20, 2] == prepared[2, 20] == 255
    assert prepared[2, 2] == prepared[37, 37] == 0


def test_the_mean_clip_is_cut_as_the_frames_are() -> None:
    to = Preparation(2, (6, 8), 4, (9.0,) * 3, (1.0,) * 3, corner=(1, 3))
    mean_clip = np.zeros((3, 2, 6, 8), np.float32)
    mean_clip[2, 1, 1, 3] = 50  # third channel, second moment, upper left of the crop
    prepared = prepare(plain(2, (60, 60, 60)), to, mean_clip)
    assert prepared[2, 1, 0, 0] == 10
    assert (prepared == 60).sum() == prepared.size - 1


def test_a_mean_clip_of_another_shape_is_said() -> None:
    with pytest.raises(ValueError, match=r"\(3, 4, 6, 8\)"):
        prepare(numbered(4), WHOLE, np.zeros((3, 4, 6, 6), np.float32))


def test_the_clip_is_left_alone() -> None:
    clip = numbered(4)
    prepare(clip, WHOLE)
    assert clip.frames[3, 0, 0, 0] == 3


@pytest.mark.parametrize("about", PUBLISHED.values(), ids=list(PUBLISHED))
@pytest.mark.parametrize(("height", "width"), [(36, 64), (640, 360), (16, 16)])
def test_any_clip_can_be_prepared(about: Published, height: int, width: int) -> None:
    prepared = prepare(plain(3, (1, 2, 3), height, width), about.preparation)
    assert prepared.shape == about.preparation.shape
    assert np.isfinite(prepared).all()


def test_what_the_notes_say_about_sizes() -> None:
    assert P3D_199.preparation.shape == (3, 16, 160, 160)
    assert I3D.preparation.shape == (3, 16, 224, 224)
    assert RESNET3D_50.preparation.shape == (3, 16, 112, 112)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"frames": 0}, "frames"),
        ({"crop": 200}, "crop"),
        ({"std": (1.0, 0.0, 1.0)}, "std"),
        ({"order": "grb"}, "order"),
    ],
)
def test_impossible_preparations_are_said(change: dict[str, object], word: str) -> None:
    given: dict[str, object] = {"frames": 16, "size": 128, "crop": 112, "mean": (0.0,) * 3}
    with pytest.raises(ValueError, match=word):
        Preparation(**{"std": (1.0,) * 3, **given, **change})  # type: ignore[arg-type]
