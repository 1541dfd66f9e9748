"""A manifest as one Parquet file: a row a label, and in its metadata what the whole is about."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import compress, decompress

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.files import write_whole
from gifworthy.learning.manifest import Anomaly, Label, Manifest
from gifworthy.types import Floats

if TYPE_CHECKING:
    import pyarrow

VERSION = 1
KEY, CURVES = b"gifworthy", b"gifworthy.curves"
COLUMNS = tuple(field.name for field in fields(Label))
NUMBERS = frozenset({"start", "end", "value", "sure", "duration", "fps", "views", "days"})
WHOLE_NUMBERS = frozenset({"order"})


def save(manifest: Manifest, path: Path, *, overwrite: bool = False) -> Path:
    """Write a manifest, whole or not at all. Raises: OutputExists, OutputError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [
        pa.array([getattr(label, name) for label in manifest.labels], _type(name))
        for name in COLUMNS
    ]
    table = pa.table(columns, names=list(COLUMNS))
    about = {
        "version": VERSION,
        "name": manifest.name,
        "scale": manifest.scale,
        "personal": manifest.personal,
        "anomalies": [asdict(anomaly) for anomaly in manifest.anomalies],
    }
    written = {KEY: json.dumps(about).encode()}
    if manifest.curves:
        written[CURVES] = _packed(manifest.curves)
    table = table.replace_schema_metadata(written)
    buffer = BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return write_whole(path, buffer.getvalue(), overwrite=overwrite)


def load(path: Path) -> Manifest:
    """Read a manifest.

    Raises: LabelsNotFound; LabelsUnreadable when it is no Parquet file, not one of ours, of a newer
        version, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise LabelsNotFound(
            f"{path} is not there; make it with: gifworthy data read DATASET FOLDER -o {path.name}"
        ) from error
    except (OSError, pa.ArrowException) as error:
        raise LabelsUnreadable(
            f"{path} is no manifest, or a damaged one; make it with: gifworthy data read DATASET FOLDER "
            f"-o labels.parquet"
        ) from error
    about = _about(path, table)
    columns = [table.column(name).to_pylist() for name in COLUMNS]
    return Manifest(
        name=str(about["name"]),
        scale=str(about["scale"]),
        labels=tuple(Label(*row) for row in zip(*columns, strict=True)),
        personal=bool(about["personal"]),
        anomalies=_anomalies(about["anomalies"]),
        curves=_unpacked((table.schema.metadata or {}).get(CURVES)),
    )


def _packed(curves: Mapping[str, Floats]) -> bytes:
    text = json.dumps({video: curve.tolist() for video, curve in curves.items()})
    return b64encode(compress(text.encode()))


def _unpacked(packed: bytes | None) -> dict[str, Floats]:
    if packed is None:
        return {}
    table = json.loads(decompress(b64decode(packed)))
    return {video: np.array(curve) for video, curve in table.items()}


def _type(name: str) -> pyarrow.DataType:
    import pyarrow as pa

    if name in NUMBERS:
        return pa.float64()
    return pa.int32() if name in WHOLE_NUMBERS else pa.string()


def _about(path: Path, table: pyarrow.Table) -> dict[str, object]:
    text = (table.schema.metadata or {}).get(KEY)
    about = json.loads(text) if text else None
    if about is None:
        raise LabelsUnreadable(
            f"{path} is no manifest of gifworthy; make one with: gifworthy data read DATASET FOLDER"
        )
    if about["version"] > VERSION:
        raise LabelsUnreadable(
            f"{path} has version {about['version']}, newer than {VERSION}; update gifworthy"
        )
    if missing := [name for name in COLUMNS if name not in table.column_names]:
        raise LabelsUnreadable(f"{path} lacks the column {missing[0]}; make it again")
    return dict(about)


def _anomalies(entries: object) -> tuple[Anomaly, ...]:
    assert isinstance(entries, list)
    return tuple(Anomaly(**entry) for entry in entries)
