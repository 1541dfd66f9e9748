"""Vectors of segments in files that other programs read and write: one .npy a video, or one .h5 for all.

    FOLDER/VIDEO.npy            (N, D) numbers, a row a segment, in order of time
    FOLDER/VIDEO.segments.npy   (N, 2) start and end in seconds; optional: else the segments asked for
    FILE.h5                     /VIDEO/vectors and /VIDEO/segments, or /VIDEO alone for the vectors

Shape letters: G segments in the file, N segments asked for, D numbers of a vector.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, MissingExtra, OutputError
from gifworthy.files import check_free, write_whole
from gifworthy.types import Floats

if TYPE_CHECKING:
    import h5py

Singles = NDArray[np.float32]
H5 = frozenset({".h5", ".hdf5"})
SEGMENTS = ".segments.npy"
TOUCH = 1e-3


@dataclass(frozen=True)
class Kept:
    """The vectors of one video as they lie in a file. segments: (G, 2) seconds, None when not said."""

    vectors: Singles
    segments: Floats | None
    where: str

    def of(self, spans: Floats) -> Singles:
        """One vector for each span, the mean of those that overlap it, by how much: (N, D).

        Raises: LabelsUnreadable when numbers differ, a span is not covered, or a number is not finite.
        """
        found = self._matched(spans)
        broken = np.flatnonzero(~np.isfinite(found).all(axis=1))
        if len(broken):
            start, end = spans[broken[0]]
            raise LabelsUnreadable(
                f"{self.where}: the vector of segment {broken[0]} ({start:.1f}-{end:.1f} s) holds nan or "
                f"inf; make it again"
            )
        return found

    def _matched(self, spans: Floats) -> Singles:
        if self.segments is None:
            if len(self.vectors) != len(spans):
                raise LabelsUnreadable(
                    f"{self.where}: {len(self.vectors)} vectors for {len(spans)} segments; give one each, "
                    f"or say which with {SEGMENTS} (or /segments)"
                )
            return self.vectors
        first = np.maximum(self.segments[None, :, 0], spans[:, None, 0])
        last = np.minimum(self.segments[None, :, 1], spans[:, None, 1])
        shared = np.maximum(0.0, last - first)
        covered = shared.sum(axis=1)
        if (covered <= TOUCH).any():
            start, end = spans[int(np.argmin(covered))]
            raise LabelsUnreadable(
                f"{self.where}: no vector covers the segment {start:.1f}-{end:.1f} s; make them again"
            )
        weights = np.where(shared > TOUCH, shared, 0.0)
        needed = weights.any(axis=0)
        weights = weights[:, needed] / weights.sum(axis=1, keepdims=True)
        return np.asarray(weights @ self.vectors[needed], np.float32)


@dataclass(frozen=True)
class VectorFolder:
    """A folder of .npy files."""

    place: Path

    def of(self, video: str) -> Kept | None:
        """The vectors of one video, None when it has none. Raises: LabelsUnreadable."""
        path = self.place / f"{video}.npy"
        if not path.is_file():
            return None
        beside = self.place / f"{video}{SEGMENTS}"
        segments = _npy(beside) if beside.is_file() else None
        return _checked(_npy(path), segments, str(path))


@dataclass(frozen=True)
class VectorFile:
    """One HDF5 file."""

    place: Path

    def of(self, video: str) -> Kept | None:
        """The vectors of one video, None when it has none. Raises: LabelsUnreadable."""
        where = f"{self.place.name}:/{video}"
        with _h5(self.place, "r") as file:
            try:
                if video not in file:
                    return None
                found: Any = file[video]
                if hasattr(found, "shape"):
                    return _checked(found[()], None, where)
                segments = found["segments"][()] if "segments" in found else None
                return _checked(found["vectors"][()], segments, where)
            except (KeyError, OSError) as error:
                raise LabelsUnreadable(
                    f"{where} must hold `vectors`, and may hold `segments` ({error}); make it again"
                ) from error


def open_vectors(place: Path) -> VectorFolder | VectorFile:
    """What was exported, by us or by others. Raises: LabelsNotFound, LabelsUnreadable."""
    if place.is_dir():
        if not any(place.rglob("*.npy")):
            raise LabelsNotFound(f"{place} holds no .npy file; give the folder of the vectors")
        return VectorFolder(place)
    if place.suffix.lower() in H5 and place.is_file():
        _h5(place, "r").close()
        return VectorFile(place)
    raise LabelsNotFound(
        f"{place} is neither a folder of .npy files nor an .h5 file; check the path"
    )


def write_vectors(
    place: Path, kept: Iterable[tuple[str, Singles, Floats]], *, overwrite: bool
) -> int:
    """Write (video, (N, D) vectors, (N, 2) spans) of each video; a folder, or one .h5 file.

    Returns: how many videos were written. Raises: OutputExists, OutputError, MissingExtra.
    """
    return (_write_h5 if place.suffix.lower() in H5 else _write_folder)(place, kept, overwrite)


def _write_folder(place: Path, kept: Iterable[tuple[str, Singles, Floats]], overwrite: bool) -> int:
    count = 0
    for video, vectors, spans in kept:
        count += 1
        for path, array in (
            (place / f"{video}.npy", vectors),
            (place / f"{video}{SEGMENTS}", spans),
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            write_whole(path, buffer.getvalue(), overwrite=overwrite)
    return count


def _write_h5(place: Path, kept: Iterable[tuple[str, Singles, Floats]], overwrite: bool) -> int:
    check_free(place, overwrite=overwrite)
    beside, count = place.with_name(f".{place.name}.part"), 0
    try:
        with _h5(beside, "w") as file:
            for video, vectors, spans in kept:
                count += 1
                file[f"{video}/vectors"], file[f"{video}/segments"] = vectors, spans
        beside.replace(place)
    except OSError as error:
        raise OutputError(
            f"{place} cannot be written: {error.strerror or error}; give another place"
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return count


def _h5(path: Path, mode: str) -> h5py.File:
    try:
        import h5py
    except ImportError:
        raise MissingExtra(
            f"{path.name} needs h5py; pip install 'gifworthy[train]', or use a folder of .npy files"
        ) from None
    if mode == "r":
        try:
            return h5py.File(path, "r")
        except OSError as error:
            raise LabelsUnreadable(f"{path} is no HDF5 file: {error}; make it again") from error
    return h5py.File(path, mode)


def _npy(path: Path) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (ValueError, OSError, EOFError) as error:
        raise LabelsUnreadable(f"{path} is no array: {error}; make it again") from error


def _checked(vectors: NDArray[Any], segments: NDArray[Any] | None, where: str) -> Kept:
    if vectors.ndim != 2 or vectors.dtype.kind not in "fiu":
        raise LabelsUnreadable(
            f"{where} must hold (N, D) numbers, not {vectors.shape} {vectors.dtype}; make it again"
        )
    if segments is not None and segments.shape != (len(vectors), 2):
        raise LabelsUnreadable(
            f"{where}: {len(vectors)} vectors but segments of shape {segments.shape}; give (N, 2)"
        )
    spans = None if segments is None else segments.astype(np.float64)
    return Kept(vectors.astype(np.float32), spans, where)
