"""The loop of a batch: what to do next, what came back, when to stop. The same for every engine."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

from gifworthy.batch.ledger import Ledger
from gifworthy.batch.orders import Item, Row
from gifworthy.decoding.addresses import shown
from gifworthy.errors import OutputError

PATIENCE = 0.25
HUNG_TRIES = 2
"""Tries of a video that hangs: each costs its whole time limit, and nothing is dearer (docs/scale.md)."""
TELLING_SECONDS = 0.2
EXAMPLES = 3
"""Failures that are told with their names and messages."""


class Engine(Protocol):
    """Who works on items. It holds few at a time: what is not submitted waits with the loop.

    workers: how many it works on at once.
    """

    workers: int

    @property
    def room(self) -> int:
        """How many more items may be submitted now."""
        ...

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work."""
        ...

    def submit(self, item: Item) -> None:
        """Take an item; there must be room."""
        ...

    def collect(self, seconds: float) -> list[Row]:
        """The rows that came, at the latest after some seconds."""
        ...

    def close(self) -> None:
        """End everything, finished or not."""
        ...


@dataclass(frozen=True)
class Patience:
    """How often a video is tried, and how long one waits before the second time: doubled each time."""

    tries: int = 3
    back_off: float = 2.0

    def __post_init__(self) -> None:
        if self.tries < 1:
            raise ValueError(f"a video must be tried at least once, not {self.tries} times")
        if self.back_off < 0:
            raise ValueError(f"the back-off must be 0 seconds or more, not {self.back_off}")

    def wants_again(self, row: Row) -> bool:
        """Whether a video is worth another try."""
        failure = row.failure
        if failure is None or not failure.retryable:
            return False
        most = min(self.tries, HUNG_TRIES) if failure.kind == "TimedOut" else self.tries
        return row.item.tries + 1 < most

    def wait(self, tries: int) -> float:
        """Seconds to wait after so many tries."""
        return float(self.back_off * 2 ** (tries - 1))


@dataclass
class Tally:
    """How far a batch has come.

    total: of all videos, None while it is not known. skipped: finished before; failed_before: how many of
    these got no cover then. repeated: named a second time. nameless: rows of a table that name no video.
    scanned: looked over in this run. mended: covers that showed what their group shares, and were made
    anew. missing: have a cover, but are not there now. uncovered: left out by `--render`, since they have
    no cover in any style. written: bytes of covers and stills. processor: seconds. examples: of failures,
    the first few, each a source and what was wrong. stopped: before everything was done.
    """

    total: int | None = None
    skipped: int = 0
    failed_before: int = 0
    repeated: int = 0
    nameless: int = 0
    made: int = 0
    scanned: int = 0
    retried: int = 0
    mended: int = 0
    missing: int = 0
    uncovered: int = 0
    written: int = 0
    processor: float = 0.0
    failures: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str]] = field(default_factory=list)
    stopped: bool = False
    begun: float = field(default_factory=time.monotonic)

    @property
    def failed(self) -> int:
        """Videos that have a row without a cover."""
        return self.failures.total()

    @property
    def done(self) -> int:
        """Videos that got their row in this run."""
        return self.made + self.failed

    @property
    def passed(self) -> int:
        """Videos that there is nothing more to do with."""
        return self.skipped + self.repeated + self.missing + self.done

    @property
    def rate(self) -> float:
        """Videos a second since the start."""
        return self.done / max(1e-9, time.monotonic() - self.begun)

    @property
    def seconds_left(self) -> float | None:
        """At this rate; None when nothing is known yet."""
        if self.total is None or not self.done:
            return None
        return max(0, self.total - self.passed) / self.rate

    def take(self, row: Row) -> None:
        """Count a row."""
        if row.failure is None:
            self.made += 1
        else:
            self.failures[row.failure.kind] += 1
            if len(self.examples) < EXAMPLES:
                self.examples.append((shown(row.item.source), row.failure.message))
        self.scanned += row.scanned
        self.written += row.spent.written
        self.processor += row.spent.processor


class Listener(Protocol):
    """Who is told what happens."""

    def begun(self, tally: Tally) -> None:
        """The videos are there and the place is ours: work begins. Raises: OutputError."""
        ...

    def row(self, row: Row) -> None:
        """A video has its row."""
        ...

    def retry(self, row: Row, seconds: float) -> None:
        """A video failed and will be tried again in some seconds."""
        ...

    def progress(self, tally: Tally) -> None:
        """Some time has passed."""
        ...

    def stopping(self, at_work: int) -> None:
        """Nothing more is begun, so many videos are finished; told in the midst of whatever it is."""
        ...


class Run:
    """One run of a batch.

    Args: items: what is to be done, made when it is asked for; None when the next is not known yet.
        mends: whether every item has a good cover already, which no failure shall take the place of.
    """

    def __init__(
        self,
        engine: Engine,
        ledger: Ledger,
        items: Iterator[Item | None],
        patience: Patience,
        tally: Tally,
        listener: Listener,
        mends: bool = False,
    ) -> None:
        self.mends = mends
        self.engine, self.ledger, self.patience = engine, ledger, patience
        self.tally, self.listener = tally, listener
        self.stopping = False
        self._at_work = 0
        self._items: Iterator[Item | None] | None = items
        self._later: list[tuple[float, int, Item]] = []
        self._told = 0.0

    def stop(self) -> None:
        """Begin nothing more; what is at work is finished."""
        if not self.stopping:
            self.stopping = self.tally.stopped = True
            self.listener.stopping(self._at_work)

    def go(self) -> Tally:
        """Work until everything has its row, or until it is stopped.

        Raises: OutputError when what is written to refuses, or the plan cannot be loaded.
        """
        while not self._is_over():
            self._hand_out()
            for row in self.engine.collect(self._patience()):
                self._at_work -= 1
                self._take(row)
            self.ledger.turn(at_once=False)
            self._tell()
        self.ledger.publish()
        return self.tally

    def _is_over(self) -> bool:
        nothing_left = self.stopping or (self._items is None and not self._later)
        return nothing_left and self.engine.is_idle

    def _hand_out(self) -> None:
        while self.engine.room and not self.stopping:
            item = self._next()
            if item is None:
                return
            self.engine.submit(item)
            self._at_work += 1

    def _next(self) -> Item | None:
        """What is due to be tried again, else the next new one; None when there is nothing right now."""
        if self._later and self._later[0][0] <= time.monotonic():
            return heapq.heappop(self._later)[2]
        if self._items is None:
            return None
        try:
            return next(self._items)
        except StopIteration:
            self._items = None
            return None

    def _patience(self) -> float:
        """Do not wait for rows while there is room and more may be found at once."""
        return 0.0 if self._items is not None and self.engine.room else PATIENCE

    def _take(self, row: Row) -> None:
        failure = row.failure
        if failure is not None and failure.is_ours:
            raise OutputError(failure.message)
        row = replace(row, spent=row.item.spent + row.spent)
        if self.patience.wants_again(row):
            self._again(row)
            return
        if row.failure is None or not self.mends:
            self.ledger.enter(row)
        self.tally.take(row)
        self.listener.row(row)

    def _again(self, row: Row) -> None:
        item = replace(row.item, tries=row.item.tries + 1, spent=row.spent)
        seconds = self.patience.wait(item.tries)
        self.tally.retried += 1
        heapq.heappush(self._later, (time.monotonic() + seconds, self.tally.retried, item))
        self.listener.retry(row, seconds)

    def _tell(self) -> None:
        if time.monotonic() - self._told >= TELLING_SECONDS:
            self._told = time.monotonic()
            self.listener.progress(self.tally)
