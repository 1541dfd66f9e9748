"""A child may hang, crash or swell: its owner has a row that says so, and goes on."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gifworthy.batch.child import Child, Limits
from gifworthy.batch.orders import Failure, Item, Order, Row
from gifworthy.batch.watch import memory_of
from gifworthy.batch.working import Worker


def item(source: Path | str) -> Item:
    return Item(str(source), "00" * 16)


def answer(child: Child, seconds: float = 60.0) -> Row:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if (row := child.answer(0.1)) is not None:
            return row
    raise AssertionError("no row came")


@pytest.fixture
def child(order: Order) -> Iterator[Child]:
    one = Child(order, Limits())
    yield one
    one.close()


def test_a_child_gives_the_rows_that_the_worker_gives(
    child: Child, order: Order, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos = sorted(tiny(2).iterdir())
    alone = Worker.load(replace(order, place=str(tmp_path / "alone")))
    for video in (*videos, tmp_path / "absent.mp4"):
        child.submit(item(video))
        mine, row = alone.work(item(video)), answer(child)
        assert (row.content, row.analysis, row.story) == (mine.content, mine.analysis, mine.story)
        assert row.failure == mine.failure
    assert row.failure is not None
    assert row.failure.kind == "VideoNotFound"
    covers = [path.relative_to(tmp_path / "alone") for path in (tmp_path / "alone").rglob("*.gif")]
    assert len(covers) == 2
    for cover in covers:
        assert (tmp_path / "covers" / cover).read_bytes() == (
            tmp_path / "alone" / cover
        ).read_bytes()


def test_one_that_is_killed_crashes_alone(child: Child, tiny: Callable[[int], Path]) -> None:
    (video,) = tiny(1).iterdir()
    child.submit(item(video))
    os.kill(child._process.pid, signal.SIGKILL)
    row = answer(child)
    assert row.failure is not None
    assert (row.failure.kind, row.failure.retryable) == ("Crashed", True)
    assert "SIGKILL" in row.failure.message
    child.submit(row.item)
    assert answer(child).failure is None


def test_one_that_hangs_is_ended(order: Order, tiny: Callable[[int], Path]) -> None:
    (video,) = tiny(1).iterdir()
    child = Child(order, Limits(seconds=3))
    try:
        child.submit(item(video))
        assert answer(child).failure is None  # it is loaded by now
        os.kill(child._process.pid, signal.SIGSTOP)
        child.submit(item(video))
        row = answer(child)
        assert row.failure is not None
        assert row.failure.kind == "TimedOut"
        assert "more than 3 s" in row.failure.message
        assert row.spent.clock >= 3
        child.submit(item(video))
        assert answer(child).failure is None
    finally:
        child.close()


def test_a_long_video_may_take_longer(child: Child, tiny: Callable[[int], Path]) -> None:
    (video,) = tiny(1).iterdir()
    child.submit(item(video))
    assert answer(child).failure is None
    child.item, child._since = item(video), time.monotonic() - 130
    child._length = 3600.0
    assert child.answer() is None
    child._length = 0.0
    row = child.answer()
    assert row is not None
    assert row.failure is not None
    assert row.failure.message.startswith("it took more than 120 s")


def test_what_is_opened_is_told(order: Order, tiny: Callable[[int], Path]) -> None:
    (video,) = tiny(1).iterdir()
    told: list[float] = []
    assert Worker.load(order).work(item(video), told.append).failure is None
    assert told == [pytest.approx(1.0)]


def test_one_that_swells_is_ended(order: Order, tiny: Callable[[int], Path]) -> None:
    (video,) = tiny(1).iterdir()
    limits = Limits()
    object.__setattr__(limits, "memory", 10 << 20)  # less than Python itself takes
    child = Child(order, limits)
    try:
        child.submit(item(video))
        row = answer(child)
    finally:
        child.close()
    assert row.failure is not None
    assert (row.failure.kind, row.failure.retryable) == ("OutOfMemory", True)


def test_a_plan_that_cannot_be_loaded_is_our_fault(order: Order, tmp_path: Path) -> None:
    child = Child(replace(order, plan=replace(order.plan, scorer="video2gif")), Limits())
    try:
        child.submit(item(tmp_path / "any.mp4"))
        row = answer(child)
    finally:
        child.close()
    assert row.failure is not None
    assert row.failure.is_ours


def test_workers_that_cannot_start_are_no_videos_fault(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    child, told = Child(order, Limits()), list[Failure]()
    try:
        while not (told and told[-1].is_ours):
            child.submit(item(f"{len(told)}.mp4"))
            failure = answer(child).failure
            assert failure is not None
            told.append(failure)
    finally:
        child.close()
    assert len(told) == 3
    assert "workers cannot start" in told[-1].message


def test_a_child_ends_itself_when_its_owner_is_gone(child: Child) -> None:
    pid = child._process.pid
    assert memory_of(pid) > 0
    child.connection.close()
    assert child._process.wait(timeout=30) == 0
    assert memory_of(pid) == 0


def test_limits_that_nothing_can_keep_are_refused() -> None:
    with pytest.raises(ValueError, match="time limit"):
        Limits(seconds=0)
    with pytest.raises(ValueError, match="256 MiB"):
        Limits(memory=1)
