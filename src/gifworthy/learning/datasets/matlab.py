"""MATLAB's files: the old format through SciPy, the new one (7.3, which is HDF5) through h5py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, MissingExtra
from gifworthy.types import Floats

if TYPE_CHECKING:
    import h5py


@contextmanager
def opened(path: Path) -> Iterator[h5py.File]:
    """A MATLAB 7.3 file. Raises: MissingExtra, LabelsNotFound, LabelsUnreadable."""
    try:
        import h5py
    except ImportError as error:
        raise MissingExtra(
            f"{path.name} is a MATLAB 7.3 file and needs h5py; pip install 'gifworthy[train]'"
        ) from error
    try:
        file = h5py.File(path, "r")
    except FileNotFoundError as error:
        raise LabelsNotFound(f"{path} is not there; check the path") from error
    except OSError as error:
        raise LabelsUnreadable(
            f"{path} is no MATLAB 7.3 file: {error}; give it as published"
        ) from error
    with file:
        yield file


def array(file: h5py.File, place: h5py.Dataset, index: int) -> Floats:
    """The array in one cell of a column of cells, as stored (MATLAB's axes in reverse)."""
    return np.asarray(file[place[index, 0]][()], dtype=np.float64)


def text(file: h5py.File, place: h5py.Dataset, index: int) -> str:
    """The text in one cell of a column of cells."""
    return "".join(map(chr, file[place[index, 0]][()].ravel()))


def old_fields(path: Path, names: tuple[str, ...]) -> dict[str, Floats]:
    """Some arrays of a MATLAB 5 file. Raises: LabelsUnreadable when one is missing or it is none."""
    from scipy.io import loadmat

    try:
        fields = loadmat(str(path))
    except Exception as error:  # SciPy raises many kinds for a file that is none
        raise LabelsUnreadable(
            f"{path} is no MATLAB 5 file: {error}; give it as published"
        ) from error
    for name in names:
        if name not in fields:
            raise LabelsUnreadable(f"{path.name}: field {name!r} is missing; give it as published")
    return {name: np.asarray(fields[name], dtype=np.float64) for name in names}
