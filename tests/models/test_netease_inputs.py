"""A crop is a crop, and flow says which way and how far."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

import drawn
from gifworthy.models.netease_inputs import MOST, Crop, batch_of, flow_of, inputs_of, levels

SIDE = 64


def moving(across: int, down: int, moments: int = 2) -> NDArray[np.uint8]:
    """Pairs of pictures in which a texture moves by so many pixels: (2 T, 64, 64, 3)."""
    scene = drawn.textured(5, SIDE + 32, SIDE + 32)
    before = scene[16 : 16 + SIDE, 16 : 16 + SIDE]
    after = scene[16 - down : 16 - down + SIDE, 16 - across : 16 - across + SIDE]
    return np.stack([before, after] * moments)


def middle(flow_3thw: NDArray[np.float32]) -> NDArray[np.float32]:
    """Across, down and speed, the median of the middle."""
    return np.asarray(np.median(flow_3thw[:, :, 16:48, 16:48], axis=(1, 2, 3)))


@pytest.mark.parametrize(("across", "down"), [(3, 0), (-3, 0), (0, 2), (0, -2)])
def test_flow_says_which_way_and_how_far(across: int, down: int) -> None:
    most = MOST * SIDE
    right, lower, speed = middle(flow_of(moving(across, down))).tolist()
    assert right == pytest.approx(across / most, abs=0.06)
    assert lower == pytest.approx(down / most, abs=0.06)
    assert speed == pytest.approx(2 * np.hypot(across, down) / most - 1, abs=0.1)


def test_stillness_is_no_flow() -> None:
    flow = flow_of(moving(0, 0))
    assert flow.shape == (3, 2, SIDE, SIDE)
    np.testing.assert_allclose(middle(flow), [0, 0, -1], atol=1e-3)


def test_a_mirror_image_flows_the_other_way() -> None:
    frames = moving(3, 0)
    turned = Crop(0, 0, SIDE, mirrored=True).of(frames)
    np.testing.assert_allclose(middle(flow_of(turned))[0], -middle(flow_of(frames))[0], atol=0.06)


def test_flow_stays_within_its_range_whatever_it_is_shown() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, SIDE, SIDE, 3), np.uint8)
    flow = flow_of(noise)
    assert flow.dtype == np.float32
    assert np.abs(flow).max() <= 1


def test_flow_of_a_frame_without_a_second_is_refused() -> None:
    with pytest.raises(ValueError, match="pairs of frames, not 3"):
        flow_of(moving(0, 0)[:3])


def test_the_stream_over_pictures_sees_the_first_of_each_pair() -> None:
    frames = moving(3, 0)
    pictures, flow = inputs_of(frames, "both")
    np.testing.assert_array_equal(pictures, levels(frames[::2]))
    np.testing.assert_array_equal(flow, inputs_of(frames, "flow")[0])
    assert pictures.shape == flow.shape == (3, 2, SIDE, SIDE)


def test_levels_are_grey_levels_red_first() -> None:
    frames = np.zeros((1, 2, 2, 3), np.uint8)
    frames[..., 0] = 200
    assert levels(frames)[:, 0, 0, 0].tolist() == [200, 0, 0]


def test_a_crop_is_where_it_says() -> None:
    frames = np.zeros((1, 8, 8, 3), np.uint8)
    frames[0, 3, 5] = 255
    crop = Crop.middle(8, 4)  # rows and columns 2 to 5
    assert np.argwhere(crop.of(frames)[0, :, :, 0]).tolist() == [[1, 3]]
    turned = Crop(crop.top, crop.left, 4, mirrored=True)
    assert np.argwhere(turned.of(frames)[0, :, :, 0]).tolist() == [[1, 0]]


def test_drawn_crops_stay_inside_and_reach_every_place() -> None:
    random = np.random.default_rng(0)
    crops = [Crop.drawn(6, 4, random, mirrored=True) for _ in range(200)]
    assert {crop.top for crop in crops} == {crop.left for crop in crops} == {0, 1, 2}
    assert {crop.mirrored for crop in crops} == {True, False}
    plain = [Crop.drawn(6, 4, random, mirrored=False) for _ in range(20)]
    assert not any(crop.mirrored for crop in plain)


def test_a_crop_larger_than_what_was_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.\.8"):
        Crop.middle(8, 9)


def test_a_batch_keeps_the_order_of_its_clips() -> None:
    clips = [np.full((2, 4, 4, 3), level, np.uint8) for level in (10, 20, 30)]
    (batch,) = batch_of(clips, "rgb")
    assert batch.shape == (3, 3, 2, 4, 4)
    assert batch[:, 0, 0, 0, 0].tolist() == [10, 20, 30]
