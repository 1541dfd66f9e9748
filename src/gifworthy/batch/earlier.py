"""What earlier runs left at a place: what was ordered, and the videos that were looked over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gifworthy.batch.keys import choice_of
from gifworthy.batch.known import FRESH, KIND, Known, Stamps, places
from gifworthy.batch.orders import Item, Order
from gifworthy.batch.picking import BREATH, Shard
from gifworthy.batch.running import Tally
from gifworthy.batch.stamps import PLACE_BYTES, stamp_of
from gifworthy.batch.storage import Bucket, Folder
from gifworthy.batch.table import read_rows, unescaped
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
    storage: Folder | Bucket, order: Order, known: Known, failed: Known, tally: Tally, shard: Shard
) -> Iterator[Item | None]:
    """Every video of a shard that has a cover of this choice in some style, but is not `known` yet.

    Once each, as it was when its newest cover was made. How many have one is told at once, as the total.
    Videos that have none are counted at the end: they were never looked over to the end.

    Args: known: what has its row in the new style; failed: what of that got no cover.
    """
    newest = _newest_covers(storage, order, shard)
    tally.total = len(newest)

    def todo() -> Iterator[Item | None]:
        passed, bare = 0, set[bytes]()
        for row in _rows_of(storage, order, ASKED):
            stamp = row["stamp"]
            assert isinstance(stamp, bytes)
            if row["error"] is not None:
                if shard.holds_stamp(stamp):
                    bare.add(stamp[:PLACE_BYTES])
            elif stamp not in newest or newest.met(stamp):
                pass  # of another shard, of a video that changed since, or in one more style
            elif stamp in known:
                tally.skipped += 1
                tally.failed_before += stamp in failed
                passed += 1
                if passed % BREATH == 0:
                    yield None
            else:
                yield item_of(row)
        tally.uncovered = sum(newest.state_of(place) is None for place in bare)

    return todo()


@dataclass
class _Newest:
    """The stamp that each place's newest cover was made under, and when: 24 bytes each."""

    stamps: Stamps = field(default_factory=lambda: np.zeros(0, KIND))
    finished: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    waiting: list[tuple[Stamps, NDArray[np.int64]]] = field(default_factory=list)

    def take(self, stamps: Stamps, finished: NDArray[np.int64]) -> None:
        """More covers; they are merged when they are as many as all before, so that it costs little."""
        self.waiting.append((stamps, finished))
        if sum(len(some) for some, _ in self.waiting) >= max(FRESH, len(self.stamps)):
            self.merge()

    def merge(self) -> None:
        """Keep one for each place."""
        several = [(self.stamps, self.finished), *self.waiting]
        stamps, finished = (np.concatenate(some) for some in zip(*several, strict=True))
        order = np.lexsort((finished, places(stamps)))
        names = places(stamps[order])
        last = order[np.append(names[1:] != names[:-1], True)[: len(order)]]
        self.stamps, self.finished = stamps[last], finished[last]
        self.waiting.clear()


def _newest_covers(storage: Folder | Bucket, order: Order, shard: Shard) -> Known:
    """The stamps under which the videos of a shard got their newest covers of this choice."""
    newest = _Newest()
    for part in parts_of(storage, order, ("stamp", "error", "finished")):
        rows = part.filter(part["error"].is_null())
        stamps = rows["stamp"].to_pylist()
        mine = np.array([shard.holds_stamp(stamp) for stamp in stamps], bool)
        finished = rows["finished"].cast(pa.int64()).to_numpy()
        newest.take(np.array(stamps, KIND)[mine], finished[mine])
    newest.merge()
    return Known(newest.stamps)


def _rows_of(
    storage: Folder | Bucket, order: Order, columns: Sequence[str]
) -> Iterator[dict[str, object]]:
    for part in parts_of(storage, order, columns):
        yield from part.to_pylist()


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
        source_of(row),
        stamp.hex(),
        str(group or ""),
        spans_of(row["avoided"]),
        spans_of(row["shown"]),
        name=str(row["features"] or "").partition("/")[2].partition("/")[2].removesuffix(".npy"),
    )


def source_of(row: dict[str, object]) -> str:
    """Where a row's video lies: its stamp tells whether a name that looks escaped really is."""
    stamp, source = row["stamp"], str(row["source"])
    assert isinstance(stamp, bytes)
    is_so = stamp_of(source, "")[:PLACE_BYTES] == stamp[:PLACE_BYTES]
    return source if is_so else unescaped(source)


def spans_of(told: object) -> tuple[Segment, ...]:
    """Spans as the table holds them."""
    assert told is None or isinstance(told, list)
    return tuple(Segment(span["start"], span["end"]) for span in told or ())
