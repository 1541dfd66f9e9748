"""The process in which a video is opened: it may hang, crash or swell, and takes nothing with it.

A child is started once, loads the plan once, and works on one video after the other. Who owns it watches
its time and its memory from outside; when it must be killed, only the video it had is lost, and that has a
row which says so. A child whose owner is gone ends itself.

    python -m gifworthy.batch.child NUMBER      # of an inherited socket; nobody types this
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from gifworthy.batch.orders import Failure, Item, Opened, Order, Ready, Row, Spent
from gifworthy.batch.watch import Watch, memory_of

if TYPE_CHECKING:
    from gifworthy.batch.working import Worker

DEBUG = "GIFWORTHY_DEBUG"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
LOADING_SECONDS = 300.0
LONGEST = 6 * 3600.0
"""Seconds that a video is believed to last: a broken one may claim years."""
STILLBORN = 3
"""Children that may end one after the other before any gets ready."""
WORN, SWOLLEN = 0.75, 1.5
"""An idle child is replaced, before an innocent video pays, above this share of the memory limit and this
multiple of what it used when it was loaded."""


@dataclass(frozen=True)
class Limits:
    """What one video may take.

    seconds: of the clock, beside as many as the video lasts. memory: bytes that are really used.
    """

    seconds: float = 120.0
    memory: int = 2 << 30

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"the time limit must be above 0 seconds, not {self.seconds}")
        if self.memory < 256 << 20:
            raise ValueError(f"the memory limit must be at least 256 MiB, not {self.memory} bytes")


class Child:
    """A child as its owner sees it: give it an item, ask for the row.

    Args: writer: as `Folder` takes it.
    """

    def __init__(self, order: Order, limits: Limits, writer: str = "") -> None:
        self.limits = limits
        self.item: Item | None = None
        self._stillborn = self._slim = 0
        self._length = 0.0
        self._order, self._writer = order, writer
        self._begin()

    @property
    def connection(self) -> Connection:
        """What becomes readable when a row has come, or the child is gone."""
        return self._connection

    def submit(self, item: Item) -> None:
        """Give it a video. It must have none."""
        assert self.item is None, "a child works on one video at a time"
        if self._is_worn() or self._process.poll() is not None:
            self._again()
        self.item, self._since, self._length = item, time.monotonic(), 0.0
        self._watch = Watch(self._process.pid)
        with contextlib.suppress(OSError):  # it died meanwhile: `answer` will see
            self._connection.send(item)

    def answer(self, seconds: float = 0.0) -> Row | None:
        """The row of its video, as soon as there is one; None when there is none in that time."""
        while self._connection.poll(seconds):
            try:
                message = self._connection.recv()
            except (EOFError, OSError):
                return self._died()
            if isinstance(message, Ready):
                self._loaded, self._since, self._stillborn = True, time.monotonic(), 0
                self._slim, self._watch = memory_of(self._process.pid), Watch(self._process.pid)
                continue
            if isinstance(message, Opened):
                self._length = min(message.duration, LONGEST)
                self._watch.open()
                continue
            if isinstance(message, Failure):  # it could not load
                return self._row(message, self._watch.spent())
            assert isinstance(message, Row), f"a child said {message!r}"
            self.item = None
            return message
        return self._over_limits()

    def close(self) -> None:
        """End it, whatever it does."""
        self._connection.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        self._process = _started(theirs, self._order.settings.threads)
        theirs.close()
        self._connection = Connection(ours.detach())
        self._loaded, self._since = False, time.monotonic()
        self._watch = Watch(self._process.pid)
        with contextlib.suppress(OSError):  # it is dead already: `answer` will see
            self._connection.send((self._order, self._writer))

    def _again(self) -> None:
        self.close()
        self._begin()

    def _over_limits(self) -> Row | None:
        if self.item is None:
            return None
        limit = self.limits.seconds + self._length if self._loaded else LOADING_SECONDS
        if time.monotonic() - self._since > limit:
            return self._late(limit)
        used = memory_of(self._process.pid)
        if used > self.limits.memory:
            return self._lost(
                "OutOfMemory",
                f"it took {used / 2**20:.0f} MiB of memory, {self.limits.memory / 2**20:.0f} were "
                f"allowed; allow more with --memory-limit",
            )
        return None

    def _late(self, limit: float) -> Row | None:
        """It took too long; that the plan is not even loaded is no video's fault."""
        if self._loaded:
            text = f"it took more than {limit:.0f} s; allow more with --time-limit"
            return self._lost("TimedOut", text)
        text = (
            f"workers cannot start: the plan was not loaded after {limit:.0f} s; "
            f"try it with fewer --workers, or where the weights are nearer"
        )
        return self._row(Failure("TimedOut", text, is_ours=True), self._watch.spent())

    def _is_worn(self) -> bool:
        """Whether it swelled since it was loaded: a large net is no wear."""
        used = memory_of(self._process.pid) if self._loaded else 0
        return used > max(WORN * self.limits.memory, SWOLLEN * self._slim)

    def _died(self) -> Row | None:
        """It ended by itself; one that never gets ready is no video's fault."""
        spent = self._watch.spent()  # nobody can count any more when it is buried
        kind, message = self._death()
        self._stillborn += not self._loaded
        if self._stillborn < STILLBORN:
            return self._lost(kind, message, spent)
        return self._row(Failure(kind, f"workers cannot start: {message}", is_ours=True), spent)

    def _death(self) -> tuple[str, str]:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "Crashed", "the process that worked on it fell silent"
        if code >= 0:
            return "Crashed", f"the process that worked on it ended with code {code}"
        return "Crashed", f"the process that worked on it was killed by {_signal_name(-code)}"

    def _lost(self, kind: str, message: str, spent: Spent | None = None) -> Row | None:
        """The row of a video whose child is no more; a fresh child stands ready."""
        spent = self._watch.spent() if spent is None else spent
        self._again()
        return self._row(Failure(kind, message, retryable=True), spent)

    def _row(self, failure: Failure, spent: Spent) -> Row | None:
        item, self.item = self.item, None
        if item is None:
            return None
        return Row(item, failure=failure, spent=spent, finished=time.time())


def _started(theirs: socket.socket, threads: int) -> subprocess.Popen[bytes]:
    """Fresh, in a session of its own: a Ctrl-C at the terminal is for its owner."""
    few = {name: str(max(1, threads)) for name in ONE_THREAD}
    quiet = None if os.environ.get(DEBUG) else subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "gifworthy.batch.child", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=quiet,
        env={**os.environ, **few},
        start_new_session=True,
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def main() -> None:
    """Work until the owner is gone."""
    connection = Connection(int(sys.argv[1]))
    order, writer = connection.recv()
    items: SimpleQueue[Item] = SimpleQueue()
    Thread(target=_listen, args=(connection, items), daemon=True).start()
    try:
        worker = _worker(order, writer)
    except Exception as error:
        _say(connection, Failure(type(error).__name__, str(error), is_ours=True))
        return
    _say(connection, Ready())
    while True:
        row = worker.work(items.get(), lambda seconds: _say(connection, Opened(seconds)))
        _say(connection, row)


def _worker(order: Order, writer: str) -> Worker:
    import cv2

    from gifworthy.batch.working import Worker

    cv2.setNumThreads(max(1, order.settings.threads))
    return Worker.load(order, writer)


def _listen(connection: Connection, items: SimpleQueue[Item]) -> None:
    """Take items in; when the owner is gone, end at once, in the midst of whatever it is."""
    try:
        while True:
            items.put(connection.recv())
    except (EOFError, OSError):
        os._exit(0)


def _say(connection: Connection, message: Row | Ready | Opened | Failure) -> None:
    try:
        connection.send(message)
    except OSError:
        os._exit(0)


if __name__ == "__main__":
    main()
