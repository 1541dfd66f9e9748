"""Where people's own labels lie: one file, or a folder that holds it, as CSV or as JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.rows import Row, csv_rows, file_in, json_lines


def own_rows(place: Path, name: str, needed: Sequence[str]) -> Iterator[Row]:
    """Rows of `place`, or of `NAME.csv` or `NAME.jsonl` in it.

    Raises: LabelsNotFound; LabelsUnreadable when it has no rows, another ending, or lacks a field.
    """
    path = place if place.is_file() else file_in(place, (f"{name}.csv", f"{name}.jsonl"), name)
    if path.suffix not in (".csv", ".jsonl"):
        raise LabelsUnreadable(f"{path} must end in .csv or .jsonl; rename or convert it")
    empty = True
    for row in csv_rows(path, needed) if path.suffix == ".csv" else json_lines(path):
        empty = False
        yield row
    if empty:
        raise LabelsNotFound(f"{path} holds no rows; there is nothing to work on")


def span_of(row: Row) -> tuple[float, float]:
    """`start` and `end` of a row, seconds. Raises: LabelsUnreadable when they are no span."""
    start, end = row.number("start"), row.number("end")
    if start < 0:
        raise row.broken("start", "must be 0 or more")
    if end <= start:
        raise row.broken("end", "must lie after start")
    return start, end


def duration_of(row: Row) -> float:
    """`duration` of a row, seconds; nan when it is not there."""
    duration = row.number_or("duration")
    if duration <= 0:
        raise row.broken("duration", "must be above 0")
    return duration
