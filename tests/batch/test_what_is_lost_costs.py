"""What hangs, crashes or swells is booked with what it cost, all its tries together."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gifworthy.batch import child as children
from gifworthy.batch.catalogue import Batch, Machines
from gifworthy.batch.child import Child, Limits
from gifworthy.batch.estimate import estimate
from gifworthy.batch.ledger import Ledger
from gifworthy.batch.orders import Failure, Item, Order, Row, Spent
from gifworthy.batch.running import Patience, Run, Tally
from gifworthy.batch.storage import Folder
from gifworthy.batch.watch import Watch, processor_of, read_of
from listening import Silent

BUSY = "import sys, time\nwhile time.process_time() < 0.5: pass\nprint(1, flush=True); sys.stdin.read()"


class Costly:
    """Ten workers, in whose hands each video hangs for four seconds, but for the last time."""

    workers = 10

    def __init__(self, hangs: int) -> None:
        self.hangs = hangs
        self.items: list[Item] = []

    @property
    def room(self) -> int:
        return 1

    @property
    def is_idle(self) -> bool:
        return not self.items

    def submit(self, item: Item) -> None:
        self.items.append(item)

    def collect(self, seconds: float) -> list[Row]:
        items, self.items = self.items, []
        hung = Failure("TimedOut", "it took more than 4 s", retryable=True)
        return [
            Row(item, failure=hung if item.tries < self.hangs else None, spent=Spent(4.0, read=10))
            for item in items
        ]

    def close(self) -> None: ...


@pytest.mark.parametrize("hangs", [1, 2])
def test_tries_are_added_up(tmp_path: Path, hangs: int) -> None:
    ledger, tally = Ledger(Folder(str(tmp_path)), "table", "journal"), Tally()
    todo = iter([Item("a.mp4", "00" * 16)])
    Run(Costly(hangs), ledger, todo, Patience(back_off=0), tally, Silent()).go()
    (row,) = ledger.rows().to_pylist()
    assert (row["tries"], row["opening_seconds"], row["read_bytes"]) == (2, 8.0, 20)
    assert (tally.made, tally.failed) == ((1, 0) if hangs == 1 else (0, 1))


def test_an_estimate_knows_the_workers_that_a_cluster_has(
    order: Order, tiny: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machines, "start", lambda *_: Costly(hangs=1))
    found = estimate(Batch(order, (str(tiny(2)),)), Machines("ray"))
    assert found.workers == 10
    assert found.seconds.middle == pytest.approx(2 * 4.0 / 10)


def test_a_process_is_watched_from_outside() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    watch = Watch(process.pid)
    assert process.stdout is not None
    process.stdout.readline()
    watch.open()
    time.sleep(0.2)
    process.kill()
    time.sleep(0.2)  # it is dead, but not buried
    spent = watch.spent()
    process.communicate()
    assert spent.opening >= 0.4
    assert 0.4 <= spent.choosing <= 10
    assert 0.4 <= spent.processor <= 2
    assert (processor_of(process.pid), read_of(process.pid)) == (0, 0)
    assert watch.spent().processor == 0


def test_a_plan_that_never_loads_is_no_videos_fault(
    order: Order, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "LOADING_SECONDS", 0.01)
    child = Child(order, Limits())
    try:
        child.submit(Item(str(tmp_path / "any.mp4"), "00" * 16))
        time.sleep(0.02)
        row = child.answer()
    finally:
        child.close()
    assert row is not None
    assert row.failure is not None
    assert row.failure.is_ours
    assert "the plan was not loaded" in row.failure.message
    assert "--time-limit" not in row.failure.message
