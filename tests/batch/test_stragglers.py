"""What hangs is begun elsewhere, or becomes a row; the rest goes on meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gifworthy.batch.catalogue import Machines
from gifworthy.batch.child import Limits
from gifworthy.batch.ledger import Ledger
from gifworthy.batch.orders import Item, Order, Row
from gifworthy.batch.pool import Pool
from gifworthy.batch.running import Engine, Patience, Run, Tally
from gifworthy.batch.stamps import stamp_of
from gifworthy.batch.storage import Folder
from listening import Silent


def item(source: Path) -> Item:
    return Item(str(source), stamp_of(str(source), "").hex())


def rows(engine: Engine, seconds: float = 60.0) -> list[Row]:
    """The next rows that come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := engine.collect(0.1):
            return found
    raise AssertionError("no row came")


class Stopping(Pool):
    """A pool that stops the process of some videos as soon as they are begun, so many times each."""

    def __init__(self, order: Order, limits: Limits, stops: dict[str, int]) -> None:
        super().__init__(order, 2, limits)
        self.stops = stops

    def submit(self, item: Item) -> None:
        child = next(child for child in self._children if child.item is None)
        while not child._loaded:  # who hangs while it loads has more time
            child.answer(0.1)
        super().submit(item)
        if self.stops.get(item.source, 0) > 0:
            self.stops[item.source] -= 1
            os.kill(child._process.pid, signal.SIGSTOP)


@pytest.mark.parametrize("stops", [1, 2])
def test_on_the_pool_what_hangs_is_tried_again_and_then_a_row(
    order: Order, tiny: Callable[[int], Path], tmp_path: Path, stops: int
) -> None:
    videos = sorted(tiny(4).iterdir())
    pool = Stopping(order, Limits(seconds=2), {})
    try:
        for video in videos[:2]:
            pool.submit(item(video))  # so that both have loaded
        while not pool.is_idle:
            assert all(row.failure is None for row in rows(pool))
        pool.stops = {str(videos[3]): stops}
        ledger = Ledger(Folder(order.place), "table", "journal")
        todo = (item(video) for video in (videos[3], *videos[:3]))
        run = Run(pool, ledger, todo, Patience(back_off=0), Tally(), Silent())
        tally = run.go()
    finally:
        pool.close()
    found = {row["source"]: row for row in ledger.rows().to_pylist()}
    assert (len(found), tally.done, tally.retried) == (4, 4, 1)
    hung = found.pop(str(videos[3]))
    assert hung["tries"] == 2
    assert (hung["error"] or {}).get("type") == (None if stops == 1 else "TimedOut")
    assert hung["opening_seconds"] >= 2 * stops
    assert [row["error"] for row in found.values()] == [None, None, None]


@pytest.fixture
def ray_engine(order: Order) -> Iterator[Callable[[int, float], Engine]]:
    pytest.importorskip("ray", reason="ray is absent")
    from gifworthy.batch.cluster import Cluster

    with contextlib.ExitStack() as ended:

        def start(workers: int, seconds: float) -> Engine:
            cluster = Cluster(order, Machines("ray", workers, limits=Limits(seconds)), "")
            ended.callback(cluster.close)
            return cluster

        yield start


def pid_of_next(engine: Engine) -> int:
    """The process in which the next item will be opened."""
    import ray

    from gifworthy.batch.cluster import Cluster

    assert isinstance(engine, Cluster)
    asked: object = engine._idle[-1].__ray_call__.remote(lambda actor: actor._child._process.pid)
    found: int = ray.get(asked)
    return found


@pytest.mark.timeout(300)
def test_on_ray_a_straggler_is_begun_elsewhere_and_the_first_answer_counts(
    ray_engine: Callable[[int, float], Engine],
    tiny: Callable[[int], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from gifworthy.batch import cluster

    monkeypatch.setattr(cluster, "LEAST_STRAGGLING", 1.0)
    monkeypatch.setattr(cluster, "STRAGGLING", 0.0)
    engine, videos = ray_engine(2, 600.0), sorted(tiny(3).iterdir())
    while engine.room < 2:
        engine.collect(0.1)
    for video in videos[:2]:
        engine.submit(item(video))
    done = [row for _ in range(2) if not engine.is_idle for row in rows(engine)]
    assert {row.item.source for row in done} <= {str(video) for video in videos[:2]}
    while engine.room < 2:
        engine.collect(0.1)
    stopped = pid_of_next(engine)
    os.kill(stopped, signal.SIGSTOP)
    try:
        engine.submit(item(videos[2]))
        (row,) = rows(engine, 30.0)
        assert row.item.source == str(videos[2])
        assert row.failure is None
        assert engine.is_idle
    finally:
        os.kill(stopped, signal.SIGCONT)
    late = [row for _ in range(50) for row in engine.collect(0.1)]
    assert late == [], "the second answer is no second row"
    assert engine.room == 2, "who was stopped is at work again"


@pytest.mark.timeout(300)
def test_on_ray_what_hangs_beyond_its_time_is_a_row(
    ray_engine: Callable[[int, float], Engine], tiny: Callable[[int], Path]
) -> None:
    engine, (first, second) = ray_engine(1, 3.0), sorted(tiny(2).iterdir())
    while not engine.room:
        engine.collect(0.1)
    engine.submit(item(first))
    assert [row.failure for row in rows(engine)] == [None]
    os.kill(pid_of_next(engine), signal.SIGSTOP)
    engine.submit(item(second))
    (row,) = rows(engine)
    assert row.failure is not None
    assert (row.failure.kind, row.failure.retryable) == ("TimedOut", True)
    engine.submit(item(second))
    assert [row.failure for row in rows(engine)] == [None]
