from __future__ import annotations

from io import BytesIO
from itertools import pairwise, product

import numpy as np
import pytest
from PIL import Image

from gifworthy.encoders.gif.container import TRANSPARENT, Picture, gif_file
from gifworthy.encoders.gif.palette import Palette, palette_of
from gifworthy.encoders.gif.stretches import LONGEST, stretches
from gifworthy.encoders.gif.variance_cuts import first_palette
from gifworthy.encoders.gif.visibility import price_of_change, visibility


def one_pixel(levels: list[int]) -> np.ndarray:
    return np.repeat(np.array(levels, np.uint8)[:, None, None, None], 3, axis=3)


def cut_into(levels: list[int], price: float) -> list[tuple[int, int]]:
    """Where stretches begin and their grey level."""
    frames = one_pixel(levels)
    seen = np.ones(frames.shape[:3], np.float32)
    found = stretches(frames, seen, price * seen)
    return [(now, round(float(c.colours[0, 0]))) for now, c in enumerate(found) if len(c.places)]


def test_a_jump_is_kept_and_noise_is_averaged() -> None:
    assert cut_into([10, 12, 11, 11, 90, 92, 91, 91], price=100) == [(0, 11), (4, 91)]


def test_free_changes_follow_every_frame() -> None:
    assert cut_into([1, 5, 9], price=0.0) == [(0, 1), (1, 5), (2, 9)]


def test_dear_changes_are_none() -> None:
    assert cut_into([0, 30, 60], price=1e6) == [(0, 30)]


def test_stretches_cost_no_more_than_any_other_way() -> None:
    """All 128 ways of cutting eight frames, costed one by one."""
    levels, price = [10, 14, 13, 40, 42, 41, 20, 18], 120.0

    def cost(starts: list[int]) -> float:
        spent = price * (len(starts) - 1)
        for begin, end in pairwise([*starts, len(levels)]):
            part = np.array(levels[begin:end])
            spent += 3 * float(np.square(part - part.mean()).sum())
        return spent

    every_way = [
        [0, *(at + 1 for at, cut in enumerate(cuts) if cut)] for cuts in product([0, 1], repeat=7)
    ]
    ours = [start for start, _ in cut_into(levels, price)]
    assert cost(ours) == pytest.approx(min(map(cost, every_way)))


def test_a_stretch_ends_after_eight_frames() -> None:
    assert cut_into([50] * (LONGEST + 1), price=5.0) in ([(0, 50), (8, 50)], [(0, 50), (1, 50)])


def test_what_is_seen_better_counts_more() -> None:
    frames = one_pixel([0, 100])
    seen = np.array([3.0, 1.0], np.float32)[:, None, None]
    found = stretches(frames, seen, np.full((2, 1, 1), 1e9, np.float32))
    assert found[0].colours[0] == pytest.approx([25, 25, 25])
    assert found[0].weights[0] == pytest.approx(4.0)


def test_errors_are_seen_in_flat_areas_and_hidden_in_texture() -> None:
    frame = np.full((1, 40, 80, 3), 120, np.uint8)
    frame[:, :, 40:] = np.random.default_rng(0).integers(0, 256, (40, 40, 1))
    seen = visibility(frame)[0]
    assert seen[:, 5:30].min() > 0.99
    assert seen[:, 50:75].max() < 0.1


def test_changes_are_cheap_in_a_crowd() -> None:
    frames = np.full((2, 40, 40, 3), 50, np.uint8)
    frames[1, :, 20:] = 200
    prices = price_of_change(frames, np.ones((2, 40, 40), np.float32), price=10.0)
    assert prices[1, 20, 5] == pytest.approx(30)
    assert prices[1, 20, 35] == pytest.approx(3)


def test_a_palette_finds_the_colours_there_are() -> None:
    colours = np.array([[0, 0, 0], [255, 0, 0], [0, 200, 90], [13, 13, 255]], np.float32)
    wanted = np.repeat(colours, [500, 3, 40, 7], axis=0)
    palette = palette_of(wanted, np.ones(len(wanted), np.float32), 4, None)
    assert {tuple(c) for c in palette.colours} == {tuple(c) for c in colours}


def test_what_is_seen_gets_the_colours() -> None:
    """Sixteen greys, of which four are seen: four colours go to those."""
    wanted = np.repeat(np.arange(0, 256, 16, dtype=np.float32)[:, None], 3, axis=1)
    weights = np.where(np.arange(16) % 4 == 0, 1000, 0.01).astype(np.float32)
    palette = palette_of(wanted, weights, 4, None)
    assert sorted(palette.colours[:, 0]) == pytest.approx([0, 64, 128, 192], abs=1)


def test_a_palette_that_does_not_fit_is_made_anew() -> None:
    draw = np.random.default_rng(0)
    dark = draw.uniform(0, 60, (4000, 3)).astype(np.float32)
    light = draw.uniform(190, 255, (4000, 3)).astype(np.float32)
    ones = np.ones(4000, np.float32)
    fresh = palette_of(light, ones, 32, None)
    worn = palette_of(light, ones, 32, palette_of(dark, ones, 32, None))
    assert worn.misfit == pytest.approx(fresh.misfit, rel=0.05)


def test_nearest_is_nearest() -> None:
    draw = np.random.default_rng(0)
    palette = Palette(draw.integers(0, 256, (100, 3)).astype(np.float32))
    wanted = draw.uniform(0, 255, (3000, 3)).astype(np.float32)
    truly = np.square(wanted[:, None] - palette.colours[None]).sum(2)
    given = palette.error(palette.nearest(wanted), wanted)
    assert (
        given <= truly.min(1) + 1e-2
    ).mean() > 0.97  # two candidates a cell: rarely a third wins
    assert given.mean() < 1.005 * truly.min(1).mean()


def test_first_cut_takes_most_variance() -> None:
    wanted = np.array([[10, 0, 0], [20, 0, 0], [200, 0, 0], [210, 0, 0]], np.float32)
    halves = first_palette(wanted, np.ones(4, np.float32), 2)
    assert sorted(halves[:, 0]) == pytest.approx([15, 205])


def test_only_what_changed_is_in_the_file() -> None:
    palette = Palette(np.array([[0, 0, 0], [255, 255, 255]], np.float32))
    whole = np.zeros((30, 40), np.uint8)
    change = np.full((30, 40), TRANSPARENT, np.uint8)
    change[10:12, 5:9] = 1
    data = gif_file([(Picture(whole, palette), 8), (Picture(change, palette), 8)], (40, 30))
    with Image.open(BytesIO(data)) as picture:
        picture.seek(1)
        left, top, right, bottom = picture.dispose_extent  # type: ignore[attr-defined]
        assert (left, top, right, bottom) == (5, 10, 9, 12)
        seen = np.asarray(picture.convert("L"))
    assert (seen[10:12, 5:9] == 255).all()
    assert int((seen == 255).sum()) == 8
