"""Rows are entered once and never lost.

What is entered goes to the journal first: pages, each a whole file, so that a page is there or not. When
enough has come together it is moved into a part of the table, and its pages are thrown away. A part says up
to which page it holds everything: pages that a killed run left behind are recognised and not taken twice.

A row that takes the place of an older one (the video changed, or is tried again) is in the journal before
the old one is taken out of its part, so that readers of the table never see two and a kill loses none.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from gifworthy.batch.known import KIND, Known, places
from gifworthy.batch.orders import Row
from gifworthy.batch.storage import Bucket, Folder
from gifworthy.batch.table import (
    Part,
    Record,
    as_parquet,
    as_table,
    read_part,
    read_rows,
    record_of,
)

PART_ROWS = 1024
"""How many rows a part holds at most, and how many wait in the journal: larger ones swell the driver."""
PAGE_ROWS = 256
PAGE_SECONDS = {True: 1.0, False: 10.0}
"""How long a row may wait for its page, by whether the storage is local."""


class Ledger:
    """The table of one order, and its journal.

    Args: folder: of the table's parts. journal: folder of the pages. only_looks: whether nothing is
        written, not even what a killed run left to do: another may be at work there.
    """

    def __init__(
        self, storage: Folder | Bucket, folder: str, journal: str, *, only_looks: bool = False
    ) -> None:
        self.storage = storage
        self.folder, self.journal = folder, journal
        self.entered = 0
        self._waiting: list[Record] = []
        self._since = time.monotonic()
        self._parts = self._read_parts()
        self._pages = self._read_pages(tidies=not only_looks)
        if only_looks:
            self._count_in()

    def known(self, *, with_failed: bool = True) -> Known:
        """Which videos have a row; those that failed too, unless they shall be tried again.

        What a killed run left in the journal is moved into the table first. Raises: OutputError.
        """
        self.publish()
        stamps = [p.stamps if with_failed else p.stamps[~p.failed] for p in self._parts]
        return Known(np.concatenate([np.zeros(0, KIND), *stamps]))

    def failed(self) -> Known:
        """Which videos have a row that says why there is no cover."""
        stamps = [part.stamps[part.failed] for part in self._parts]
        return Known(np.concatenate([np.zeros(0, KIND), *stamps]))

    def enter(self, row: Row) -> None:
        """Take a row; it is durable at the next page, a second later at most, ten in a bucket.

        Raises: OutputError.
        """
        self._waiting.append(record_of(row))
        self.entered += 1
        if len(self._waiting) >= PAGE_ROWS:
            self.turn()

    def turn(self, *, at_once: bool = True) -> None:
        """Write a page of what waits; not `at_once`: if it has waited long enough. Raises: OutputError."""
        late = time.monotonic() - self._since >= PAGE_SECONDS[self.storage.is_local]
        if self._waiting and (at_once or late):
            number = max([0, *self._pages, *(part.upto for part in self._parts)]) + 1
            text = "".join(json.dumps(record) + "\n" for record in self._waiting)
            self.storage.write(self._page(number), text.encode(errors="surrogatepass"))
            self._pages[number] = len(self._waiting)
            self._waiting.clear()
        if late or at_once:
            self._since = time.monotonic()
        if sum(self._pages.values()) >= PART_ROWS:
            self.publish()

    def publish(self) -> None:
        """Move the journal into the table. Raises: OutputError."""
        if self._waiting:
            self.turn()
        if not self._pages:
            return
        rows = self._journalled()
        self._take_out(np.array(rows["stamp"].to_pylist(), KIND))
        self._put_in(rows, max(self._pages))
        self._forget_pages(max(self._pages))

    @property
    def version(self) -> str:
        """Changes whenever the table does."""
        rows = sum(len(part.stamps) for part in self._parts)
        return f"{max([0, *(part.upto for part in self._parts)])} {rows}"

    def parts(self, columns: tuple[str, ...]) -> Iterator[pa.Table]:
        """Some columns of the table, part by part."""
        for part in list(self._parts):
            yield read_rows(part.name, self.storage, columns)

    def rows(self, *columns: str) -> pa.Table:
        """All rows of the table, or some of their columns; the journal is moved into it first."""
        self.publish()
        empty = as_table([])
        tables = [read_rows(part.name, self.storage, columns) for part in self._parts]
        return pa.concat_tables([empty.select(list(columns)) if columns else empty, *tables])

    def _take_out(self, stamps: np.ndarray[tuple[int], np.dtype[np.bytes_]]) -> None:
        """Take rows of these places out of older parts."""
        for number, part in enumerate(self._parts):
            old = np.isin(places(part.stamps), places(stamps))
            if old.any():
                rows = read_rows(part.name, self.storage)
                self._parts[number] = self._write(part.name, rows.filter(~old), part.upto)

    def _put_in(self, rows: pa.Table, upto: int) -> None:
        """Into the last part if there is room, else into a new one."""
        last = self._parts[-1] if self._parts else None
        if last is None or len(last.stamps) + len(rows) > PART_ROWS:
            number = 1 + (0 if last is None else int(last.name[-16:-8]))
            self._parts.append(self._write(f"{self.folder}/part-{number:08}.parquet", rows, upto))
            return
        before = read_rows(last.name, self.storage)
        self._parts[-1] = self._write(last.name, pa.concat_tables([before, rows]), upto)

    def _write(self, name: str, rows: pa.Table, upto: int) -> Part:
        self.storage.write(name, as_parquet(rows, upto))
        pa.default_memory_pool().release_unused()
        stamps = np.array(rows["stamp"].to_pylist(), KIND)
        return Part(name, upto, stamps, np.asarray(rows["error"].is_valid().to_numpy(), bool))

    def _read_parts(self) -> list[Part]:
        names = self.storage.names(self.folder, ".parquet")
        return [read_part(name, self.storage) for name in names]

    def _count_in(self) -> None:
        """Take the journal for one more part, without writing it."""
        if not self._pages:
            return
        rows = self._journalled()
        stamps = np.array(rows["stamp"].to_pylist(), KIND)
        for number, part in enumerate(self._parts):
            kept = ~np.isin(places(part.stamps), places(stamps))
            self._parts[number] = replace(part, stamps=part.stamps[kept], failed=part.failed[kept])
        failed = np.asarray(rows["error"].is_valid().to_numpy(), bool)
        self._parts.append(Part("", max(self._pages), stamps, failed))
        self._pages.clear()

    def _read_pages(self, *, tidies: bool) -> dict[int, int]:
        """Numbers of the pages that no part holds, and how many rows they have."""
        upto = max([0, *(part.upto for part in self._parts)])
        pages = {int(name[-14:-6]): name for name in self.storage.names(self.journal, ".jsonl")}
        for number, name in pages.items():
            if number <= upto and tidies:
                self.storage.delete(name)
        return {
            number: (self.storage.read(name) or b"").count(b"\n")
            for number, name in pages.items()
            if number > upto
        }

    def _journalled(self) -> pa.Table:
        """The newest row of each video in the journal; a page at a time becomes a table, to save memory."""
        tables = [as_table([])]
        for number in sorted(self._pages):
            page = self.storage.read(self._page(number)) or b""
            tables.append(as_table([json.loads(line) for line in page.splitlines()]))
        rows = pa.concat_tables(tables)
        names = places(np.array(rows["stamp"].to_pylist(), KIND))
        _, from_the_end = np.unique(names[::-1], return_index=True)
        return rows.take(np.sort(len(names) - 1 - from_the_end))

    def _page(self, number: int) -> str:
        return f"{self.journal}/{number:08}.jsonl"

    def _forget_pages(self, upto: int) -> None:
        for number in [number for number in self._pages if number <= upto]:
            self.storage.delete(self._page(number))
            del self._pages[number]
