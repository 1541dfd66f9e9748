"""Files that people and servers give: events, variants, plans. Each row is checked; a broken one is named."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from gifworthy.errors import EventsUnreadable
from gifworthy.learning.rows import Row, csv_rows, json_lines
from gifworthy.records.events import Event
from gifworthy.records.experiments import Design, Variant
from gifworthy.types import Segment

NEEDED = ("id", "kind", "exposure", "unit", "video", "arm", "version", "propensity", "at")
KNOWN = (*NEEDED, "value", "robot")


def event_from(fields: Mapping[str, object], arms: tuple[str, ...], received: float) -> Event:
    """One event as pages send it: the names of `Event`, with the arm by its name.

    Raises: ValueError, naming the field.
    """
    if missing := [name for name in NEEDED if fields.get(name) in (None, "")]:
        raise ValueError(f"field {missing[0]!r} is missing")
    if nested := [name for name in KNOWN if isinstance(fields.get(name), dict | list)]:
        raise ValueError(f"field {nested[0]!r} must be text or a number, not a list or an object")
    arm = str(fields["arm"])
    if arm not in arms:
        raise ValueError(f"field 'arm' must be one of {', '.join(arms)}, not {arm[:40]!r}")
    return Event(
        str(fields["id"]),
        str(fields["kind"]),  # type: ignore[arg-type]
        str(fields["exposure"]),
        str(fields["unit"]),
        str(fields["video"]),
        arms.index(arm),
        int(_number(fields, "version")),
        _number(fields, "propensity"),
        _number(fields, "at"),
        received,
        _number(fields, "value") if fields.get("value") not in (None, "") else 0.0,
        str(fields.get("robot", "")).lower() in ("true", "1"),
    )


def read_events(path: Path, design: Design, now: float | None = None) -> Iterator[Event]:
    """Events of a .jsonl or .csv file. Raises: EventsUnreadable, LabelsUnreadable, LabelsNotFound."""
    received = time.time() if now is None else now
    for row in _rows(path, NEEDED):
        own = row.number_or("received", received)
        try:
            yield event_from(row.fields, design.arms, own)
        except ValueError as error:
            raise EventsUnreadable(f"{row.where}: {error}; mend this row") from error


def read_variants(path: Path) -> tuple[Variant, ...]:
    """Rows of video, arm; optional cover, start, end, duration. Rows of one video and arm add up their spans.

    Raises: LabelsUnreadable, LabelsNotFound.
    """
    found: dict[tuple[str, str], Variant] = {}
    for row in _rows(path, ("video", "arm")):
        video, arm = row.text("video"), row.text("arm")
        spans = (_span(row),) if row.text_or("start") else ()
        known = found.get((video, arm))
        duration = row.number_or("duration", 0.0) or None
        if known is not None:
            spans = (*known.spans, *spans)
        found[video, arm] = Variant(video, arm, row.text_or("cover"), spans, duration)
    return tuple(found.values())


def read_plan(path: Path, design: Design) -> dict[str, tuple[float, ...]]:
    """Of each video, the arms' shares that a plan would give: rows of video, arm and, else 1, share.

    Raises: LabelsUnreadable when an arm is unknown; LabelsNotFound.
    """
    plan: dict[str, list[float]] = {}
    for row in _rows(path, ("video", "arm")):
        arm = row.text("arm")
        if arm not in design.arms:
            raise row.broken("arm", f"must be one of {', '.join(design.arms)}")
        shares = plan.setdefault(row.text("video"), [0.0] * len(design.arms))
        shares[design.arms.index(arm)] += row.number_or("share", 1.0)
    return {video: tuple(shares) for video, shares in plan.items()}


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[Row]:
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise EventsUnreadable(f"{path} must end in .csv or .jsonl; rename or convert it")
    return csv_rows(path, needed) if path.suffix.lower() == ".csv" else json_lines(path)


def _span(row: Row) -> Segment:
    try:
        return Segment(row.number("start"), row.number("end"))
    except ValueError as error:
        raise row.broken("end", f"must make a span: {error}") from error


def _number(fields: Mapping[str, object], name: str) -> float:
    value = fields[name]
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"field {name!r} must be a finite number, not {value!r:.60}")
    return number
