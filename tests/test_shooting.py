from __future__ import annotations

from io import BytesIO

import cv2
import numpy as np
import pytest
from PIL import Image

from drawn import FOLDER, number_of, numbered, textured, write
from drawn_looks import corners
from gifworthy.cropping import CropPath
from gifworthy.framing import Framing
from gifworthy.shooting import Size, shoot, size_for
from gifworthy.stills import best_frame, poster
from gifworthy.types import Clip, Segment, Style
from gifworthy.video import open_video

WINDOW = Segment(0.0, 1.0)


def crop(*boxes: tuple[float, float, float, float]) -> CropPath:
    return CropPath(np.linspace(0, 1, len(boxes)), np.array(boxes))


def framed(*boxes: tuple[float, float, float, float]) -> Framing:
    return Framing(WINDOW, crop(*boxes) if boxes else None)


@pytest.mark.parametrize(
    ("style", "even", "expected"),
    [
        (Style(width=80), False, Size(80, 80, 48)),
        (Style(width=1000), False, Size(160, 160, 96)),
        (Style(width=1000, height=24), False, Size(40, 40, 24)),
        (Style(width=81), True, Size(81, 80, 48)),
        (Style(width=1), False, Size(1, 1, 1)),
        (Style(width=1), True, Size(1, 2, 2)),
    ],
)
def test_sizes_of_a_whole_160_by_96_frame(style: Style, even: bool, expected: Size) -> None:
    with open_video(numbered()) as video:
        assert size_for(video, framed(), style, even) == expected


def test_a_crop_is_sized_not_the_frame() -> None:
    with open_video(numbered()) as video:
        half = framed((0.25, 0.0, 0.75, 1.0))
        assert size_for(video, half, Style(width=40), even=False) == Size(80, 40, 48)
        assert size_for(video, half, Style(width=400), even=False) == Size(160, 80, 96)


def test_the_frames_asked_for_are_shot() -> None:
    with open_video(numbered()) as video:
        clip = shoot(video, framed(), np.array([0.0, 0.4, 0.2]), Size(160, 160, 96))
    assert [number_of(frame) for frame in clip.frames] == [0, 10, 5]


def test_a_still_crop_cuts_whole_pixels() -> None:
    with open_video(numbered()) as video:
        whole = shoot(video, framed(), np.array([0.2]), Size(160, 160, 96)).frames[0]
        cut = shoot(video, framed((0.25, 0.5, 0.75, 1.0)), np.array([0.2]), Size(160, 80, 48))
    assert np.array_equal(cut.frames[0], whole[48:96, 40:120])


def test_a_moving_crop_glides() -> None:
    """From the left half to the right half, 80 pixels in 16 steps: five pixels each."""
    path = write(FOLDER / "glide.mkv", [corners()] * 26)
    with open_video(path) as video:
        whole = shoot(video, framed(), np.array([0.0]), Size(160, 160, 96)).frames[0]
        gliding = framed((0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0))
        clip = shoot(video, gliding, np.arange(17) / 16, Size(160, 80, 96))
    for step, frame in enumerate(clip.frames):
        expected = whole[:, 5 * step : 5 * step + 80]
        assert np.abs(frame.astype(int) - expected).mean() < 2


def test_the_best_frame_is_sharp_and_like_the_rest() -> None:
    plain = textured(1)
    blurred = cv2.GaussianBlur(plain, (0, 0), 3)
    strange = textured(2)
    frames = np.stack([blurred, strange, plain, blurred, blurred]).astype(np.uint8)
    assert best_frame(Clip(frames, np.arange(5) / 10)) == 2


def test_the_still_is_cropped_as_the_animation_is_but_larger() -> None:
    with open_video(numbered()) as video:
        data = poster(video, framed((0.25, 0.0, 0.75, 1.0)), 0.5, Style(width=40))
    with Image.open(BytesIO(data)) as still:
        assert (still.format, still.size) == ("JPEG", (80, 96))
