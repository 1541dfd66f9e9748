from __future__ import annotations

import numpy as np
import pytest

from gifworthy.backbones.pixels import SIZE, Pixels
from gifworthy.testing import check_backbone
from gifworthy.types import Clip
from imagined import Draw
from test_flaws import frozen, lively, plain


def clip(draw: Draw, count: int = 8) -> Clip:
    times = np.arange(count) / 8
    return Clip(np.stack([draw(float(t)) for t in times]), times)


def test_it_keeps_the_contract_of_a_backbone() -> None:
    check_backbone(Pixels(), [clip(lively), clip(frozen), clip(plain(7), 1)])


def test_alike_lie_near_and_unlike_far() -> None:
    lively_row, again, dark = Pixels().encode(
        [clip(lively), clip(lambda t: lively(t + 0.1)), clip(plain(7))]
    )
    assert np.linalg.norm(lively_row - again) < 0.3 * np.linalg.norm(lively_row - dark)


def test_a_still_clip_has_no_movement_and_no_change() -> None:
    (row,) = Pixels().encode([clip(frozen)])
    assert row[144:288].max() == 0
    assert row[364:368] == pytest.approx([0, 0, 0, 0], abs=1e-6)


def test_brightness_is_where_the_layout_says() -> None:
    (row,) = Pixels().encode([clip(plain(51))])
    assert row[360] == pytest.approx(0.2)
    assert row[288:360].tolist() == [0.0] * 72


def test_numbers_stay_on_one_scale() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (6, 54, 96, 3)).astype(np.uint8)
    rows = Pixels().encode([Clip(noise, np.arange(6) / 30), clip(lively)])
    assert rows.shape == (2, SIZE)
    assert 0 <= rows.min() <= rows.max() <= 2


@pytest.mark.parametrize("shape", [(1, 1), (7, 300), (300, 7)])
def test_odd_sizes_are_encoded(shape: tuple[int, int]) -> None:
    assert np.isfinite(
        Pixels().encode([Clip(np.zeros((3, *shape, 3), np.uint8), np.arange(3) / 8)])
    ).all()


def test_no_clips_give_no_rows() -> None:
    assert Pixels().encode([]).shape == (0, SIZE)
