from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gif_reading import delays_centiseconds, shown
from gifworthy.encoders.gif import Gif
from gifworthy.encoders.gif.encoder import price_at
from gifworthy.types import Clip, Frames, Style


def clip_of(frames: Frames) -> Clip:
    return Clip(frames, np.arange(len(frames)) / 10)


def crossing(count: int = 8, noise: float = 0.0) -> Clip:
    """A bright square that crosses a grey frame."""
    frames = np.full((count, 48, 64, 3), 90, np.uint8)
    for index, frame in enumerate(frames):
        frame[16:32, index * 6 : index * 6 + 16] = (250, 180, 20)
    grain = np.random.default_rng(0).normal(0, noise, frames.shape)
    return clip_of(np.clip(frames + grain, 0, 255).astype(np.uint8))


def photograph(count: int = 1) -> Frames:
    """Smooth colour and texture, more colours than a palette has."""
    across, down = np.meshgrid(np.linspace(0, 1, 96), np.linspace(0, 1, 64))
    grain = np.random.default_rng(1).normal(0, 12, (64, 96))
    planes = [255 * across, 255 * down, 127 + 100 * np.sin(9 * across) + grain]
    picture = np.clip(np.stack(planes, axis=-1), 0, 255).astype(np.uint8)
    return np.repeat(picture[None], count, axis=0)


def error(clip: Clip, seen: Frames) -> float:
    return float(np.abs(clip.frames.astype(int) - seen).mean())


def test_few_colours_come_back_exactly() -> None:
    clip = crossing()
    assert np.array_equal(shown(Gif().encode(clip, Style(fps=10))), clip.frames)


def test_it_loops_for_ever() -> None:
    with Image.open(BytesIO(Gif().encode(crossing(), Style(fps=10)))) as picture:
        assert picture.info["loop"] == 0


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        (10, [10] * 8),
        (12.5, [8] * 8),
        (15, [7, 6, 7, 7, 6, 7, 7, 6]),
        (50, [2] * 8),
    ],
)
def test_delays_keep_the_average_rate(fps: float, expected: list[int]) -> None:
    assert delays_centiseconds(Gif().encode(crossing(), Style(fps=fps))) == expected


def test_what_browsers_slow_down_is_thinned() -> None:
    delays = delays_centiseconds(Gif().encode(crossing(10), Style(fps=100)))
    assert delays == [2] * 5


def test_a_still_picture_of_few_colours_is_written_once_and_held() -> None:
    clip = clip_of(np.repeat(crossing().frames[:1], 9, axis=0))
    data = Gif().encode(clip, Style(fps=10))
    assert delays_centiseconds(data) == [90]
    assert len(data) < len(Gif().encode(clip_of(clip.frames[:1]), Style(fps=10))) + 20


def test_a_still_picture_of_many_colours_is_drawn_again_only_to_show_it_better() -> None:
    once, held = clip_of(photograph()), clip_of(photograph(count=30))
    seen = shown(Gif().encode(held, Style(fps=10)))
    errors = [error(once, frame[None]) for frame in seen]
    assert len(seen) <= 5
    assert errors == sorted(errors, reverse=True)


def test_noise_is_not_worth_bytes_but_movement_is() -> None:
    still, noisy = crossing(), crossing(noise=2.0)
    data = Gif().encode(noisy, Style(fps=10, quality=60))
    assert len(data) < 3 * len(Gif().encode(still, Style(fps=10)))
    assert error(still, shown(data)) < 2.0


def test_a_slow_fade_never_lags_far_behind() -> None:
    """Each step is too small to be worth a change; what the screen lacks must not add up."""
    levels = np.linspace(60, 180, 60)
    frames = np.round(np.broadcast_to(levels[:, None, None, None], (60, 24, 24, 3))).astype(
        np.uint8
    )
    seen = shown_at_every_frame(Gif().encode(clip_of(frames), Style(fps=10, quality=70)), 60)
    assert np.abs(frames.astype(int) - seen).max() <= 8


def shown_at_every_frame(data: bytes, count: int) -> Frames:
    held = np.repeat(np.arange(len(shown(data))), [d // 10 for d in delays_centiseconds(data)])
    assert len(held) == count
    return shown(data)[held]


def test_nothing_of_the_old_place_is_left_behind() -> None:
    clip = crossing(noise=3.0)
    last = shown(Gif().encode(clip, Style(fps=10, quality=40)))[-1]
    assert np.abs(last[16:32, :40].astype(int) - 90).mean() < 6


def test_a_cut_gets_its_own_colours() -> None:
    reds = photograph()
    blues = 255 - photograph()
    clip = clip_of(np.concatenate([reds] * 3 + [blues] * 3))
    seen = shown_at_every_frame(Gif().encode(clip, Style(fps=10, quality=95)), 6)
    alone = shown(Gif().encode(clip_of(blues), Style(fps=10, quality=95)))
    assert np.abs(seen[3].astype(int) - blues[0]).mean() == pytest.approx(
        np.abs(alone[0].astype(int) - blues[0]).mean(), abs=0.5
    )


def test_quality_buys_likeness_with_bytes() -> None:
    rolled = [np.roll(photograph()[0], 2 * step, axis=1) for step in range(8)]
    clip = clip_of(np.stack(rolled))
    files = [Gif().encode(clip, Style(fps=10, quality=quality)) for quality in (10, 50, 90)]
    assert len(files[0]) < len(files[1]) < len(files[2])
    errors = [error(clip, shown(data)) for data in files]
    assert errors[0] > errors[1] > errors[2]


def test_price_falls_with_quality() -> None:
    prices = [price_at(quality) for quality in range(1, 101)]
    assert prices == sorted(prices, reverse=True)
    assert prices[-1] == pytest.approx(0.25)


@pytest.mark.parametrize("colours", [2, 7, 64, 256])
def test_no_more_colours_than_asked_for(colours: int) -> None:
    seen = shown(Gif().encode(clip_of(photograph()), Style(fps=10, colours=colours)))
    assert 2 <= len(np.unique(seen.reshape(-1, 3), axis=0)) <= colours


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (5, 3)])
def test_tiny_pictures(size: tuple[int, int]) -> None:
    frames = np.zeros((3, *size, 3), np.uint8)
    frames[1] = 200
    seen = shown(Gif().encode(clip_of(frames), Style(fps=10)))
    assert np.array_equal(seen, frames)
