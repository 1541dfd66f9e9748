"""The arithmetic of high dynamic range against the numbers in the standards."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.decoding.tones import (
    nits_of_pq,
    pq_of_nits,
    rolled_off,
    scene_of_hlg,
    standard_range,
)


def test_pq_codes_of_the_standards_table() -> None:
    """BT.2408, table 1: 203 nits is 58 %, 100 nits 51 %, 1000 nits 75 % of PQ."""
    assert pq_of_nits(np.array([100.0, 203.0, 1000.0, 10000.0])) == pytest.approx(
        [0.508, 0.581, 0.752, 1.0], abs=5e-4
    )


def test_pq_there_and_back() -> None:
    nits = np.array([0.01, 1.0, 203.0, 4000.0])
    assert nits_of_pq(pq_of_nits(nits)) == pytest.approx(nits)


def test_hlg_curve_at_its_ends_and_its_seam() -> None:
    assert scene_of_hlg(np.array([0.0, 0.5, 1.0])) == pytest.approx([0, 1 / 12, 1], abs=1e-6)


def test_hlg_reference_white_is_203_nits() -> None:
    """BT.2408, table 1: 75 % of HLG is 203 nits on a screen of 1000."""
    scene = float(scene_of_hlg(np.array(0.75)))
    assert 1000 * scene**1.2 == pytest.approx(203, rel=0.01)


def test_the_roll_off_changes_nothing_below_the_knee_and_ends_at_white() -> None:
    nits = np.array([0.0, 1.0, 20.0, 1000.0])
    assert rolled_off(nits, 1000) == pytest.approx([0, 1, 20, 203], rel=1e-3)


@pytest.mark.parametrize("peak", [300.0, 1000.0, 4000.0, 10000.0])
def test_the_roll_off_rises(peak: float) -> None:
    steps = rolled_off(np.linspace(0, peak, 500), peak)
    assert (np.diff(steps) >= -1e-9).all()


def test_a_picture_no_brighter_than_white_is_left_alone() -> None:
    assert rolled_off(np.array([50.0, 203.0]), 203) == pytest.approx([50, 203])


def test_primaries_keep_grey_and_strengthen_colour() -> None:
    """A BT.2020 red of the same numbers is a stronger red in BT.709."""
    codes = np.round(pq_of_nits(np.array([[[100.0, 50.0, 50.0]], [[80.0, 80.0, 80.0]]])) * 65535)
    shown = standard_range(codes.astype(np.uint16), "pq").astype(int)
    plain = standard_range(codes.astype(np.uint16), "pq", primaries="bt709").astype(int)
    assert shown[0, 0, 0] - shown[0, 0, 1] > plain[0, 0, 0] - plain[0, 0, 1] + 5
    assert np.ptp(shown[1, 0]) <= 1
