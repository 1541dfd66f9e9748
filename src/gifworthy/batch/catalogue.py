"""A batch from start to end: what was ordered, what is there already, what is to be done."""

from __future__ import annotations

import hashlib
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from types import FrameType

from gifworthy.batch.channels import to_mend
from gifworthy.batch.child import Limits
from gifworthy.batch.earlier import ORDERS, TABLE, analysed
from gifworthy.batch.keys import choice_of, look_of
from gifworthy.batch.known import Known
from gifworthy.batch.ledger import Ledger
from gifworthy.batch.naming import told_apart
from gifworthy.batch.orders import Item, Order
from gifworthy.batch.picking import Shard, check_shards, stated, unfinished
from gifworthy.batch.pool import Pool, cores
from gifworthy.batch.running import Engine, Listener, Patience, Run, Tally
from gifworthy.batch.sources import ENDINGS, Columns, find
from gifworthy.batch.storage import Bucket, Folder, alone, open_storage
from gifworthy.decoding.addresses import shown
from gifworthy.errors import VideoNotFound

JOURNAL = "journal"


@dataclass(frozen=True)
class Machines:
    """Who does the work. engine: `local` or `ray`. workers: at once, 0 for as many as there are cores.

    address: of a Ray cluster; None starts one here. gpus: share of a GPU of the cluster that each worker
    takes, or a whole number of them. Who works without a cluster shares no GPU out, and is given neither.
    """

    engine: str = "local"
    workers: int = 0
    address: str | None = None
    gpus: float = 0.0
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        if self.engine not in ("local", "ray"):
            raise ValueError(f"the engine is local or ray, not {self.engine!r}")
        if self.workers < 0:
            raise ValueError(f"workers must be 0 or more, not {self.workers}")
        if self.gpus < 0:
            raise ValueError(f"gpus must be 0 or more, not {self.gpus}")
        if self.gpus > 1 and self.gpus != int(self.gpus):
            raise ValueError(f"gpus must be a share of one or a whole number, not {self.gpus}")
        if self.engine == "local" and (self.gpus or self.address is not None):
            what = "--gpus shares out the GPUs" if self.gpus else "--address is"
            raise ValueError(f"{what} of a Ray cluster; give --engine ray too, or leave it out")

    @property
    def count(self) -> int:
        """How many work at once, as far as that is known before they are started."""
        return self.workers or cores()

    def start(self, order: Order, writer: str) -> Engine:
        """The engine, at work as soon as it has an item. Raises: MissingExtra; OutputError."""
        if self.engine == "ray":
            from gifworthy.batch.cluster import Cluster

            return Cluster(order, self, writer)
        return Pool(order, self.count, self.limits, writer)


@dataclass(frozen=True)
class Batch:
    """What is done to which videos.

    named: as `sources.find` takes it. retries: whether videos that failed before are tried again.
    refuses_shared: whether intros and outros that a group shares are kept out of its covers.
    """

    order: Order
    named: tuple[str, ...]
    columns: Columns = field(default_factory=Columns)
    shard: Shard = field(default_factory=Shard)
    patience: Patience = field(default_factory=Patience)
    retries: bool = False
    refuses_shared: bool = True

    def run(self, machines: Machines, listener: Listener) -> Tally:
        """Do what is not done yet; a first Ctrl-C stops it cleanly, `Tally.stopped` says so.

        Raises: VideoNotFound, CatalogueUnreadable, OutputError, BatchError, BatchUnreadable;
            KeyboardInterrupt at the second Ctrl-C.
        """
        tally = Tally(self._total())
        with self._ledger() as ledger, _Staff(self.order, machines, self.writer) as staff:
            items = self._items(ledger, tally)
            listener.begun(tally)
            self._work(staff, ledger, items, tally, listener)
            if self.refuses_shared and not tally.stopped:
                self._mend(staff, ledger, tally, listener)
            staff.leave()
            if isinstance(ledger.storage, Folder):
                ledger.storage.sweep()
            listener.progress(tally)
            return tally

    @contextmanager
    def unfinished(self, tally: Tally) -> Iterator[Iterator[Item | None]]:
        """What is to be done, without doing it; nothing is written. Raises: as `run`."""
        self._total()
        storage = open_storage(self.order.place, self.writer)
        check_shards(storage, self.look, self.shard)
        ledger = Ledger(storage, self.table, f"{JOURNAL}/{self.writer}", only_looks=True)
        yield self._items(ledger, tally)

    def _work(
        self,
        staff: _Staff,
        ledger: Ledger,
        items: Iterator[Item | None],
        tally: Tally,
        listener: Listener,
        mends: bool = False,
    ) -> None:
        """Without an item no worker need be started."""
        first = next((item for item in items if item is not None), None)
        if first is None:
            return
        run = Run(
            staff.engine, ledger, chain([first], items), self.patience, tally, listener, mends
        )
        with _stopping(run):
            run.go()

    def _mend(self, staff: _Staff, ledger: Ledger, tally: Tally, listener: Listener) -> None:
        """Make anew what shows an intro that its group shares, unless the table is as it was then."""
        ledger.publish()
        note = f"{JOURNAL}/{self.writer}.mended"
        if ledger.storage.read(note) == ledger.version.encode():
            return
        mended = Tally()  # how many there are is only known at the end
        self._work(staff, ledger, to_mend(ledger.parts), mended, listener, mends=True)
        tally.mended, tally.stopped = mended.made, mended.stopped
        if not mended.stopped:
            ledger.storage.write(note, ledger.version.encode())

    @property
    def table(self) -> str:
        """The folder of the table that this batch writes."""
        return f"{self.look}/{self.shard.name}".rstrip("/")

    @property
    def look(self) -> str:
        """The folder that all shards of this batch share."""
        return f"{TABLE}/choice={choice_of(self.order)}/look={look_of(self.order)}"

    @property
    def writer(self) -> str:
        """A name that no other batch at the same place has while it runs."""
        return hashlib.blake2b(self.table.encode(), digest_size=8).hexdigest()

    @contextmanager
    def _ledger(self) -> Iterator[Ledger]:
        """What is there already, held for us alone."""
        storage = open_storage(self.order.place, self.writer)
        with alone(storage, f"{JOURNAL}/{self.writer}.lock"):
            if isinstance(storage, Folder):
                storage.sweep()
            check_shards(storage, self.look, self.shard)
            self._write_order(storage)
            yield Ledger(storage, self.table, f"{JOURNAL}/{self.writer}")

    def _write_order(self, storage: Folder | Bucket) -> None:
        name = f"{ORDERS}/{choice_of(self.order)}/{look_of(self.order)}.json"
        if storage.read(name) is None:
            storage.write(name, self.order.as_json().encode())

    def _items(self, ledger: Ledger, tally: Tally) -> Iterator[Item | None]:
        known = ledger.known(with_failed=not self.retries)
        failed = Known() if self.retries else ledger.failed()
        if self.order.only_renders:
            return analysed(ledger.storage, self.order, known, failed, tally, self.shard)
        found = find(self.named, self.columns, self.order.place)
        if self.order.weights:  # what a net reads is kept by name
            found = told_apart(found)
        timeout = self.order.settings.timeout
        return unfinished(stated(found, self.shard, timeout), known, failed, tally)

    def _total(self) -> int | None:
        """How many of this shard are meant; None where only `_items` knows.

        Raises: as `find`; VideoNotFound for none at all.
        """
        if self.order.only_renders:
            return None
        found = find(self.named, self.columns, self.order.place)
        first = next((one for one in found if one.source), None)
        if first is None:
            raise VideoNotFound(
                f"there is no video in {', '.join(map(shown, self.named))}; files that end in "
                f"{', '.join(ENDINGS[:5])} and the like are taken, or what a list names"
            )
        mine = self.shard.holds
        return mine(first.source) + sum(mine(one.source) for one in found if one.source)


class _Staff:
    """An engine that is started when it is first asked for, and ended in any case."""

    def __init__(self, order: Order, machines: Machines, writer: str) -> None:
        self._start = partial(machines.start, order, writer)
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine. Raises: MissingExtra, BatchError."""
        if self._engine is None:
            self._engine = self._start()
        return self._engine

    def __enter__(self) -> _Staff:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """End the engine, if there is one."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()


@contextmanager
def _stopping(run: Run) -> Iterator[None]:
    """The first Ctrl-C (or request to end) stops cleanly, the second at once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        if run.stopping:
            raise KeyboardInterrupt
        run.stop()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
