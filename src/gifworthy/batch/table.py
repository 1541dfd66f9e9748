"""Rows -> Parquet: every field of `make`'s JSON, what it cost, and the error or null.

A part knows up to which page of the journal it holds what was entered, so that no page is taken twice.
"""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gifworthy.batch.known import KIND, Stamps
from gifworthy.batch.orders import Row
from gifworthy.batch.storage import Storage
from gifworthy.errors import BatchUnreadable
from gifworthy.types import Segment

ESCAPED = re.compile(r"\\u(dc[89a-f][0-9a-f])")
"""A byte of another alphabet in a name, as `_told` writes it."""
UPTO = b"gifworthy.upto"
Record = dict[str, object]
"""A row as JSON and Arrow take it."""

BOX = pa.struct([(edge, pa.float64()) for edge in ("left", "top", "right", "bottom")])
HIGHLIGHT = pa.struct(
    [
        ("start", pa.float64()),
        ("end", pa.float64()),
        ("score", pa.float64()),
        ("focus", BOX),
        ("reasons", pa.map_(pa.string(), pa.float64())),
    ]
)
MOMENT = pa.struct([("time", pa.float64()), *((edge, pa.float64()) for edge in BOX.names)])
ERROR = pa.struct([("type", pa.string()), ("message", pa.string()), ("retryable", pa.bool_())])
SPAN = pa.struct([("start", pa.float64()), ("end", pa.float64())])
STORY = pa.schema(
    [
        ("source", pa.string()),
        ("cover", pa.string()),
        ("still", pa.string()),
        ("media_type", pa.string()),
        ("size_bytes", pa.int64()),
        ("width", pa.int32()),
        ("height", pa.int32()),
        ("fps", pa.float64()),
        ("frames", pa.int32()),
        ("seconds", pa.float64()),
        ("seam", pa.float64()),
        ("begins", pa.float64()),
        ("duration", pa.float64()),
        ("plan", pa.string()),
        ("chosen_by", pa.string()),
        ("effort", pa.string()),
        ("highlights", pa.list_(HIGHLIGHT)),
        ("crops", pa.list_(pa.list_(MOMENT))),
        ("gave_up", pa.list_(pa.string())),
        ("notes", pa.list_(pa.string())),
        ("against", pa.string()),
        ("warnings", pa.list_(pa.string())),
        ("version", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        *STORY,
        ("error", ERROR),
        ("stamp", pa.binary(KIND.itemsize)),
        ("group", pa.string()),
        ("content", pa.string()),
        ("analysis", pa.string()),
        ("avoided", pa.list_(SPAN)),
        ("shown", pa.list_(SPAN)),
        ("features", pa.string()),
        ("scanned", pa.bool_()),
        ("tries", pa.int32()),
        ("opening_seconds", pa.float64()),
        ("choosing_seconds", pa.float64()),
        ("rendering_seconds", pa.float64()),
        ("saving_seconds", pa.float64()),
        ("processor_seconds", pa.float64()),
        ("read_bytes", pa.int64()),
        ("written_bytes", pa.int64()),
        ("finished", pa.timestamp("ms", "UTC")),
        ("ends", pa.binary()),
    ]
)


@dataclass(frozen=True)
class Part:
    """What must be known of a part of the table.

    upto: the last page of the journal that it holds. stamps: (R,) of its rows; failed: (R,) which of them
    say why there is no cover.
    """

    name: str
    upto: int
    stamps: Stamps
    failed: np.ndarray[tuple[int], np.dtype[np.bool_]]


def record_of(row: Row) -> Record:
    """A row as one JSON object of strings, numbers and lists."""
    story: Mapping[str, object] = json.loads(row.story) if row.story else {}
    failure, spent, item = row.failure, row.spent, row.item
    record: Record = {
        **{name: story.get(name) for name in STORY.names},
        "source": item.source,
        "error": failure
        and {"type": failure.kind, "message": failure.message, "retryable": failure.retryable},
        "stamp": item.stamp,
        "group": item.group,
        "content": row.content,
        "analysis": row.analysis,
        "avoided": _spans(item.avoid),
        "shown": _spans(item.shown) if item.avoid else _shown(story),
        "features": row.features,
        "scanned": row.scanned,
        "tries": item.tries + 1,
        "opening_seconds": round(spent.opening, 4),
        "choosing_seconds": round(spent.choosing, 4),
        "rendering_seconds": round(spent.rendering, 4),
        "saving_seconds": round(spent.saving, 4),
        "processor_seconds": round(spent.processor, 4),
        "read_bytes": spent.read,
        "written_bytes": spent.written,
        "finished": round(row.finished, 3),
        "ends": base64.b64encode(row.ends).decode(),
    }
    return {name: _told(value) for name, value in record.items()}


def _spans(spans: Sequence[Segment]) -> list[Record]:
    return [{"start": span.start, "end": span.end} for span in spans]


def _shown(story: Mapping[str, object]) -> list[Record]:
    """What a cover shows."""
    highlights = story.get("highlights") or []
    assert isinstance(highlights, list)
    return [{"start": one["start"], "end": one["end"]} for one in highlights]


def as_table(records: Sequence[Record]) -> pa.Table:
    """Records as Arrow holds them."""
    return pa.Table.from_pylist([_arrow(record) for record in records], SCHEMA)


def as_parquet(table: pa.Table, upto: int) -> bytes:
    """A part of the table as a file."""
    file = io.BytesIO()
    pq.write_table(
        table.replace_schema_metadata({UPTO: str(upto).encode()}), file, compression="zstd"
    )
    return file.getvalue()


def read_part(name: str, storage: Storage) -> Part:
    """What must be known of a part; its rows stay where they are. Raises: BatchUnreadable."""
    try:
        found = _read(name, storage, ["stamp", "error"])
        upto = int((found.schema.metadata or {}).get(UPTO, b"0"))
    except (pa.ArrowException, ValueError, OSError) as error:
        raise BatchUnreadable(f"{name} is damaged ({error}); remove it and run again") from error
    stamps = np.array(found["stamp"].to_pylist(), KIND)
    return Part(name, upto, stamps, np.asarray(found["error"].is_valid().to_numpy(), bool))


def read_rows(name: str, storage: Storage, columns: Sequence[str] = ()) -> pa.Table:
    """All rows of a part, or some of their columns. Raises: BatchUnreadable."""
    try:
        return _read(name, storage, list(columns) or None)
    except (pa.ArrowException, OSError) as error:
        raise BatchUnreadable(f"{name} is damaged ({error}); remove it and run again") from error


def _read(name: str, storage: Storage, columns: list[str] | None) -> pa.Table:
    """Without Arrow's threads: a process that ends soon after they began is aborted now and then."""
    with storage.open(name) as file:
        return pq.ParquetFile(file, pre_buffer=False).read(columns, use_threads=False)


def _arrow(record: Record) -> Record:
    highlights = record["highlights"]
    return {
        **record,
        "highlights": highlights and [_pairs(one) for one in highlights],  # type: ignore[attr-defined]
        "stamp": bytes.fromhex(str(record["stamp"])),
        "finished": datetime.fromtimestamp(float(str(record["finished"])), UTC),
        "ends": base64.b64decode(str(record["ends"])),
    }


def unescaped(text: str) -> str:
    """The name that is no text, of which the table holds this text."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _told(value: object) -> object:
    """Names that are no text (bytes of another alphabet) as text, which Parquet wants."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, list):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    return value


def _pairs(highlight: Record) -> Record:
    reasons = highlight["reasons"]
    return {**highlight, "reasons": list(reasons.items())}  # type: ignore[attr-defined]
