"""Vectors in files that other programs read and write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gifworthy.errors import LabelsError, LabelsUnreadable, OutputExists
from gifworthy.learning.vectors import open_vectors, write_vectors

SPANS = np.array([[0.0, 2.0], [2.0, 4.0], [4.0, 6.0]])
VECTORS = np.array([[1.0, 0.0], [3.0, 0.0], [5.0, 6.0]], np.float32)
PLACES = ["out", "out.h5"]


def kept(place: Path) -> Path:
    assert (
        write_vectors(place, [("a", VECTORS, SPANS), ("b/c", 2 * VECTORS, SPANS)], overwrite=False)
        == 2
    )
    return place


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param.endswith("h5"):
        pytest.importorskip("h5py", reason="h5py is not installed")
    return kept(tmp_path / request.param)


def test_what_was_written_is_read_again(place: Path) -> None:
    opened = open_vectors(place)
    found = opened.of("a")
    assert found is not None
    assert (found.of(SPANS) == VECTORS).all()
    other = opened.of("b/c")
    assert other is not None
    assert (other.vectors == 2 * VECTORS).all()
    assert opened.of("nobody") is None


def test_other_segments_get_the_mean_of_what_they_overlap(place: Path) -> None:
    found = open_vectors(place).of("a")
    assert found is not None
    halves = found.of(np.array([[1.0, 3.0], [0.0, 4.0], [3.0, 6.0]]))
    assert halves == pytest.approx(np.array([[2.0, 0.0], [2.0, 0.0], [13 / 3, 4.0]]))


def test_a_segment_that_nothing_covers_is_named(place: Path) -> None:
    found = open_vectors(place).of("a")
    assert found is not None
    with pytest.raises(LabelsUnreadable, match=r"no vector covers the segment 6\.0-8\.0 s"):
        found.of(np.array([[4.0, 6.0], [6.0, 8.0]]))


def test_it_is_not_written_over(place: Path) -> None:
    with pytest.raises(OutputExists):
        write_vectors(place, [("a", VECTORS, SPANS)], overwrite=False)
    write_vectors(place, [("a", VECTORS + 1, SPANS)], overwrite=True)
    found = open_vectors(place).of("a")
    assert found is not None
    assert (found.vectors == VECTORS + 1).all()


def test_nan_names_file_and_segment(tmp_path: Path) -> None:
    spoilt = VECTORS.copy()
    spoilt[1, 1] = np.nan
    np.save(tmp_path / "a.npy", spoilt)
    found = open_vectors(tmp_path).of("a")
    assert found is not None
    with pytest.raises(
        LabelsUnreadable, match=r"a\.npy: the vector of segment 1 \(2\.0-4\.0 s\) holds nan"
    ):
        found.of(SPANS)


def test_as_many_vectors_as_segments_where_nobody_says_which(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", VECTORS[:2])
    found = open_vectors(tmp_path).of("a")
    assert found is not None
    with pytest.raises(LabelsUnreadable, match="2 vectors for 3 segments"):
        found.of(SPANS)


@pytest.mark.parametrize("rubbish", ["a.npy", "a.h5"])
def test_what_is_no_such_file_is_said(rubbish: str, tmp_path: Path) -> None:
    (tmp_path / rubbish).write_bytes(b"rubbish")
    place = tmp_path / rubbish if rubbish.endswith("h5") else tmp_path
    if rubbish.endswith("h5"):
        pytest.importorskip("h5py", reason="h5py is not installed")
    with pytest.raises(LabelsError, match="a\\."):
        open_vectors(place).of("a")


def test_pictures_of_arrays_are_no_vectors(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((3, 4, 5)))
    with pytest.raises(LabelsUnreadable, match=r"must hold \(N, D\) numbers, not \(3, 4, 5\)"):
        open_vectors(tmp_path).of("a")
    with pytest.raises(LabelsError, match="neither a folder"):
        open_vectors(tmp_path / "nowhere.h5")
