"""A scan as bytes, so that what was seen once need not be looked at again."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields

import numpy as np

from gifworthy.types import Floats, Scan, Segment

LAYOUT = 1
"""Counted up whenever a scan means something else."""


def packed(scan: Scan) -> bytes:
    """Everything of a scan, exactly; about half a megabyte a minute at first, never above about 20.

    Zipped arrays (`.npz`): numpy alone can read them, and reading them runs no code.
    """
    arrays = {field.name: _array(getattr(scan, field.name)) for field in fields(Scan)}
    data = io.BytesIO()
    np.savez_compressed(data, allow_pickle=False, layout=np.array(LAYOUT), **arrays)
    return data.getvalue()


def unpacked(data: bytes) -> Scan:
    """The scan that was packed. Raises: ValueError when it is damaged or of another layout."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"these {len(data)} bytes are no kept scan: {error}") from error
    layout = int(arrays.pop("layout", np.array(0)))
    if layout != LAYOUT or arrays.keys() != {field.name for field in fields(Scan)}:
        raise ValueError(
            f"a kept scan has layout {layout}, this gifworthy reads {LAYOUT}; scan anew"
        )
    spans = tuple(Segment(float(a), float(b)) for a, b in arrays.pop("transitions"))
    first, last = arrays.pop("bounds")[0]
    return Scan(bounds=Segment(float(first), float(last)), transitions=spans, **arrays)


def _array(value: Floats | Segment | tuple[Segment, ...]) -> Floats:
    if isinstance(value, Segment):
        value = (value,)
    if isinstance(value, tuple):
        return np.array([(span.start, span.end) for span in value], float).reshape(-1, 2)
    return value
