import cv2
import numpy as np
import pytest

from gifworthy.measures import (
    brightness_and_contrast,
    change,
    colourfulness,
    content_difference,
    in_hsv,
    sharpness,
)


def test_half_black_half_white() -> None:
    grey = np.zeros((10, 10), np.uint8)
    grey[:, 5:] = 200
    assert brightness_and_contrast(grey) == (100, 100)


def test_a_plain_picture_is_not_sharp_and_a_ramp_is_as_steep_as_it_is() -> None:
    ramp = np.tile(np.arange(0, 160, dtype=np.uint8), (96, 1))
    assert sharpness(np.full((96, 160), 90, np.uint8)) == 0
    assert sharpness(ramp) == pytest.approx(1, abs=0.05)


def test_blur_takes_sharpness_and_one_sharp_place_keeps_it() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (45, 80)).astype(np.uint8)
    sharp = noise.repeat(4, axis=0).repeat(4, axis=1)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4).astype(np.uint8)
    portrait = blurred.copy()
    portrait[40:140, 100:220] = sharp[40:140, 100:220]
    assert sharpness(blurred) < sharpness(sharp) / 2
    assert sharpness(portrait) > 0.8 * sharpness(sharp)


def test_grey_has_no_colour_and_pure_colours_have_much() -> None:
    grey = np.repeat(np.arange(96, dtype=np.uint8)[None, :, None], 54, axis=0).repeat(3, axis=2)
    bars = np.zeros((54, 96, 3), np.uint8)
    bars[:, :48, 0] = bars[:, 48:, 2] = 255
    assert colourfulness(grey) == 0
    assert colourfulness(bars) > 100


def test_black_to_white_changes_by_half_since_its_colours_stay() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8)
    white[:, :, 0] = 255
    assert change(black, white) == 127.5
    assert change(white, white) == 0


def test_content_difference_is_the_mean_over_pixels_and_channels() -> None:
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert content_difference(in_hsv(black), in_hsv(white)) == 85
