"""The benchmark on TVSum's real frames: what it joins, and that it finds people's own ceiling."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.tvsum_signals import COLUMNS, Stills, correlations, scan_of, stills

import drawn

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "tvsum"


def test_stills_do_not_move_and_their_looks_are_measured() -> None:
    grey = np.full((36, 64, 3), 128, np.uint8)
    frames = np.stack([grey, drawn.textured(1, 64, 36), drawn.textured(2, 64, 36)])
    some = Stills(np.array([1.0, 5.0, 9.0]), frames, np.array([[1.0, 2.0, 3.0]] * 4), 10.0)
    scan = scan_of(some)
    assert scan.contrast[0] == 0
    assert scan.sharpness[0] == 0
    assert (scan.contrast[1:] > 5).all()
    assert not scan.moving.any()
    found = dict(zip(COLUMNS, correlations(some)[:, 0], strict=True))
    assert found["people, one against the others"] == pytest.approx(1.0)
    assert found["earlier is better"] == pytest.approx(-1.0)
    assert found["contrast"] > 0


def test_people_agree_on_these_frames_as_was_measured_elsewhere() -> None:
    """Measured before, by others: leave-one-out Spearman 0.37 inside a video."""
    if not (DATA / "keyframes").is_dir():
        pytest.skip("the frames of ../shared/data/tvsum are absent")
    pytest.importorskip("h5py", reason="TVSum's file needs h5py, of the extra [train]")
    films = list(stills(DATA))
    means = np.mean([correlations(film)[:, 0] for film in films], axis=0)
    found = dict(zip(COLUMNS, means, strict=True))
    assert len(films) == 10
    assert all(11 <= len(film.times) <= 28 for film in films)
    assert found["people, one against the others"] == pytest.approx(0.37, abs=0.01)
    assert found["whole score without motion and sound"] > found["chance (mean of 100 draws)"]
