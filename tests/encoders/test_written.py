"""What comes out of the encoders, read back by a decoder that is not ours."""

from __future__ import annotations

from io import BytesIO

import av
import cv2
import numpy as np
import pytest
from PIL import Image, ImageSequence

from gifworthy.encoders import ENCODERS
from gifworthy.types import Clip, Floats, Frames, Style

PICTURES = ("gif", "webp", "avif")
STYLE = Style(fps=10)


def crossing(count: int = 12, width: int = 96, height: int = 64) -> Clip:
    """A soft coloured ground, always the same, and a bright square that crosses it once."""
    luck = np.random.default_rng(1)
    coarse = luck.integers(40, 200, (4, 6, 3)).astype(np.uint8)
    ground = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    frames = np.repeat(ground[None], count, axis=0).astype(np.uint8)
    for index, frame in enumerate(frames):
        left = index * (width - 20) // max(1, count - 1)
        frame[20:40, left : left + 20] = (250, 240, 60)
    return Clip(frames, np.arange(count) / 12)


def shown(name: str, data: bytes) -> Frames:
    """The frames of a file."""
    if name in PICTURES:
        with Image.open(BytesIO(data)) as picture:
            return np.stack([np.asarray(f.convert("RGB")) for f in ImageSequence.Iterator(picture)])
    with av.open(BytesIO(data), "r") as file:
        return np.stack([f.to_ndarray(format="rgb24") for f in file.decode(video=0)]).astype(
            np.uint8
        )


def delays(data: bytes) -> Floats:
    """Seconds that each frame of a GIF is shown."""
    with Image.open(BytesIO(data)) as picture:
        return np.array([f.info["duration"] / 1000 for f in ImageSequence.Iterator(picture)])


@pytest.mark.parametrize("name", list(ENCODERS))
def test_what_is_shown_is_what_was_given(name: str) -> None:
    clip = crossing()
    frames = shown(name, ENCODERS[name]().encode(clip, Style(fps=12, quality=95)))
    assert frames.shape == clip.frames.shape
    error = np.abs(frames.astype(float) - clip.frames).mean(axis=(1, 2, 3))
    assert error.max() < 6, "a frame looks unlike the one it stands for"


@pytest.mark.parametrize("name", list(ENCODERS))
def test_more_quality_takes_more_bytes_and_shows_more(name: str) -> None:
    clip, encoder = crossing(), ENCODERS[name]()
    coarse, fine = (encoder.encode(clip, Style(fps=12, quality=q)) for q in (10, 95))
    assert len(coarse) < len(fine)
    assert (
        np.abs(shown(name, coarse).astype(float) - clip.frames).mean()
        > np.abs(shown(name, fine).astype(float) - clip.frames).mean()
    )


@pytest.mark.parametrize("fps", [8, 10, 12, 12.5, 15, 20, 24, 25, 30])
def test_a_gif_keeps_time_in_whole_centiseconds(fps: float) -> None:
    seconds = delays(ENCODERS["gif"]().encode(crossing(24), Style(fps=fps)))
    assert seconds.sum() == pytest.approx(24 / fps, abs=0.011)
    assert np.allclose(seconds * 100, np.round(seconds * 100))
    assert seconds.min() >= 0.02, "players slow down what is faster"


@pytest.mark.parametrize("name", ["gif", "webp", "avif"])
def test_an_animation_loops_for_ever(name: str) -> None:
    data = ENCODERS[name]().encode(crossing(4), Style(fps=10))
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        assert picture.info.get("loop", 0) == 0
        assert picture.info["duration"] == pytest.approx(100, abs=1)


def test_what_stands_still_costs_a_gif_next_to_nothing() -> None:
    """It is drawn once, and again only where another palette shows it better."""
    one = crossing(1)
    held = Clip(np.repeat(one.frames, 20, axis=0), np.arange(20) / 10)
    encoder = ENCODERS["gif"]()
    still, long = (len(encoder.encode(clip, STYLE)) for clip in (one, held))
    assert long < 3 * still, "not twenty times"


@pytest.mark.parametrize("quality", [20, 60, 90])
def test_what_has_gone_leaves_no_ghost(quality: int) -> None:
    clip = crossing(24)
    last = shown("gif", ENCODERS["gif"]().encode(clip, Style(fps=12, quality=quality)))[-1]
    where_it_began = np.abs(last[20:40, :16].astype(float) - clip.frames[-1, 20:40, :16])
    assert where_it_began.mean() < 12


def test_black_is_black_from_the_first_frame_on() -> None:
    clip = crossing()
    clip.frames[:, :, :8] = 0
    frames = shown("gif", ENCODERS["gif"]().encode(clip, Style(fps=12)))
    assert frames[:, :, :8].max() <= 4


@pytest.mark.parametrize("colours", [2, 16, 256])
def test_a_gif_has_no_more_colours_a_frame_than_asked(colours: int) -> None:
    data = ENCODERS["gif"]().encode(crossing(1), Style(fps=10, colours=colours))
    frame = shown("gif", data)[0]
    assert len(np.unique(frame.reshape(-1, 3), axis=0)) <= colours


@pytest.mark.parametrize("name", ["mp4", "webm"])
def test_a_video_has_no_sound_and_says_what_its_colours_mean(name: str) -> None:
    data = ENCODERS[name]().encode(crossing(), Style(fps=12))
    with av.open(BytesIO(data)) as file:
        assert not file.streams.audio
        stream = file.streams.video[0]
        assert float(stream.average_rate or 0) == pytest.approx(12)
        assert stream.codec_context.colorspace == 1, "BT.709"


@pytest.mark.parametrize("name", list(ENCODERS))
@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 5), (17, 9)])
def test_small_and_odd_sizes(name: str, size: tuple[int, int]) -> None:
    width, height = size
    frames = np.full((3, height, width, 3), (200, 30, 90), np.uint8)
    out = shown(name, ENCODERS[name]().encode(Clip(frames, np.arange(3) / 10), Style(fps=10)))
    assert out.shape[1] - height in (0, 1)
    assert out.shape[2] - width in (0, 1)
    assert np.abs(out[0].astype(float).mean(axis=(0, 1)) - (200, 30, 90)).max() < 30
