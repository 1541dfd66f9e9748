"""What earlier runs left at a place: what was ordered, and the videos that were looked over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from gifworthy.batch.keys import choice_of
from gifworthy.batch.known import Known
from gifworthy.batch.orders import Item, Order
from gifworthy.batch.picking import BREATH
from gifworthy.batch.running import Tally
from gifworthy.batch.storage import Bucket, Folder
from gifworthy.batch.table import read_rows
from gifworthy.errors import BatchError
from gifworthy.settings import Settings
from gifworthy.types import Segment, Style

TABLE, ORDERS = "table", "orders"
ASKED = ("source", "stamp", "group", "avoided", "shown", "features", "error")


def earlier_order(storage: Folder | Bucket, settings: Settings, choice: str | None) -> Order:
    """What was ordered at a place, whatever its style.

    Args: choice: which one, where several were made; the start of its name is enough.
    Raises: BatchError when there is none, or not one alone; BatchUnreadable.
    """
    names = storage.names(ORDERS, ".json")
    there = sorted({name.split("/")[1] for name in names})
    meant = [name for name in there if name.startswith(choice or "")]
    if not there:
        raise BatchError(
            f"{storage.address} holds no covers of a batch; give the folder that `gifworthy batch` wrote"
        )
    if len(meant) != 1:
        raise BatchError(
            f"{storage.address} was made by {len(there)} plans; say which with --choice: "
            f"{', '.join(there)}"
        )
    first = next(name for name in names if name.split("/")[1] == meant[0])
    text = (storage.read(first) or b"").decode()
    return Order.from_json(text, settings, storage.address)


@dataclass(frozen=True)
class Look:
    """What the table says of one choice in one style. covers, failed: videos. newest: its last row."""

    name: str
    covers: int
    failed: int
    newest: datetime


def looks_of(storage: Folder | Bucket, order: Order) -> tuple[Look, ...]:
    """The looks of one choice that have rows, the newest first. Raises: BatchUnreadable."""
    found: dict[str, Look] = {}
    for part in storage.names(f"{TABLE}/choice={choice_of(order)}", ".parquet"):
        rows = read_rows(part, storage, ("error", "finished"))
        name = part.partition("/look=")[2].partition("/")[0]
        if len(rows):
            failed, newest = len(rows) - rows["error"].null_count, max(rows["finished"].to_pylist())
            old = found.get(name, Look(name, 0, 0, newest))
            covers = old.covers + len(rows) - failed
            found[name] = Look(name, covers, old.failed + failed, max(old.newest, newest))
    return tuple(sorted(found.values(), key=lambda look: look.newest, reverse=True))


def look_meant(looks: Sequence[Look], name: str | None) -> Look:
    """The newest, or the one whose name begins so. Raises: BatchError."""
    meant = [look for look in looks if look.name.startswith(name or "")]
    if not meant or (name and len(meant) > 1):
        raise BatchError(
            f"--look {name} is {'several' if meant else 'none'} of the looks there: "
            f"{', '.join(look.name for look in looks)}"
        )
    return meant[0]


def to_render(order: Order, style: Style) -> Order:
    """The same choice in another style; nothing is looked over."""
    return replace(order, style=style, only_renders=True)


def analysed(
    storage: Folder | Bucket, order: Order, known: Known, failed: Known, tally: Tally
) -> Iterator[Item | None]:
    """Every video that has a cover of this choice in some style, but is not `known` yet; once each.

    Videos that have none are counted at the end: they were never looked over to the end.

    Args: known: what has its row in the new style; failed: what of that got no cover.
    """
    passed, seen, bare = 0, Known(), set[bytes]()
    for rows in parts_of(storage, order, ASKED):
        for row in rows.to_pylist():
            if row["error"] is not None:
                bare.add(row["stamp"])
                continue
            if row["stamp"] in seen:
                continue
            seen.add(row["stamp"])
            if row["stamp"] in known:
                tally.skipped += 1
                tally.failed_before += row["stamp"] in failed
                passed += 1
                if passed % BREATH == 0:
                    yield None
                continue
            yield item_of(row)
    tally.uncovered = sum(seen.state_of(stamp) is None for stamp in bare)


def parts_of(
    storage: Folder | Bucket, order: Order, columns: Sequence[str], look: str = ""
) -> Iterator[pa.Table]:
    """The parts of the table of one choice, in one look or in all; one after the other."""
    folder = f"{TABLE}/choice={choice_of(order)}/" + (f"look={look}" if look else "")
    for name in storage.names(folder.rstrip("/"), ".parquet"):
        yield read_rows(name, storage, columns)


def item_of(row: dict[str, object]) -> Item:
    """The item that a row came of."""
    stamp, group = row["stamp"], row["group"]
    assert isinstance(stamp, bytes)
    return Item(
        str(row["source"]),
        stamp.hex(),
        str(group or ""),
        spans_of(row["avoided"]),
        spans_of(row["shown"]),
        name=str(row["features"] or "").partition("/")[2].partition("/")[2].removesuffix(".npy"),
    )


def spans_of(told: object) -> tuple[Segment, ...]:
    """Spans as the table holds them."""
    assert told is None or isinstance(told, list)
    return tuple(Segment(span["start"], span["end"]) for span in told or ())
