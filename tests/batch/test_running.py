"""The loop: retries, back-off, stopping, back-pressure; with an engine that does as it is told."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gifworthy.batch.ledger import Ledger
from gifworthy.batch.metrics import as_prometheus
from gifworthy.batch.orders import Failure, Item, Row
from gifworthy.batch.running import Patience, Run, Tally
from gifworthy.batch.stamps import stamp_of
from gifworthy.batch.storage import Folder
from gifworthy.errors import OutputError

AGAIN = Failure("VideoUnreachable", "the server sleeps", retryable=True)


class Scripted:
    """An engine of two that answers as a script says."""

    workers = 2

    def __init__(self, script: Callable[[Item], Failure | None]) -> None:
        self.script = script
        self.at_work: deque[Item] = deque()
        self.begun: list[tuple[str, int]] = []
        self.most = 0

    @property
    def room(self) -> int:
        return self.workers - len(self.at_work)

    @property
    def is_idle(self) -> bool:
        return not self.at_work

    def submit(self, item: Item) -> None:
        self.begun.append((item.source, item.tries))
        self.at_work.append(item)
        self.most = max(self.most, len(self.at_work))

    def collect(self, seconds: float) -> list[Row]:
        if not self.at_work:
            return []
        item = self.at_work.popleft()
        return [Row(item, failure=self.script(item))]

    def close(self) -> None:
        self.at_work.clear()


class Silent:
    def __init__(self) -> None:
        self.waits: list[float] = []
        self.finishing: list[int] = []

    def begun(self, tally: Tally) -> None: ...

    def row(self, row: Row) -> None: ...

    def retry(self, row: Row, seconds: float) -> None:
        self.waits.append(seconds)

    def progress(self, tally: Tally) -> None: ...

    def stopping(self, at_work: int) -> None:
        self.finishing.append(at_work)


def items(count: int) -> Iterator[Item | None]:
    for number in range(count):
        if number % 3 == 2:
            yield None
        source = f"/v{number}.mp4"
        yield Item(source, stamp_of(source, "").hex())


def run(
    folder: Path, engine: Scripted, count: int, patience: Patience
) -> tuple[Run, Ledger, Silent]:
    ledger, listener = Ledger(Folder(str(folder)), "table", "journal"), Silent()
    return Run(engine, ledger, items(count), patience, Tally(count), listener), ledger, listener


def test_what_may_be_otherwise_is_tried_again_and_then_given_up(tmp_path: Path) -> None:
    engine = Scripted(lambda item: AGAIN if item.source == "/v1.mp4" else None)
    loop, ledger, listener = run(tmp_path, engine, 3, Patience(tries=3, back_off=0.01))
    tally = loop.go()
    assert (tally.made, tally.failures, tally.retried) == (2, Counter(VideoUnreachable=1), 2)
    assert [begun for begun in engine.begun if begun[0] == "/v1.mp4"] == [
        ("/v1.mp4", 0),
        ("/v1.mp4", 1),
        ("/v1.mp4", 2),
    ]
    assert listener.waits == [0.01, 0.02]
    rows = ledger.rows("source", "error", "tries").to_pylist()
    assert sorted((row["source"], row["tries"]) for row in rows) == [
        ("/v0.mp4", 1),
        ("/v1.mp4", 3),
        ("/v2.mp4", 1),
    ]


def test_what_hangs_is_tried_twice_at_most(tmp_path: Path) -> None:
    engine = Scripted(lambda item: Failure("TimedOut", "it hangs", retryable=True))
    loop, _, _ = run(tmp_path, engine, 1, Patience(tries=5, back_off=0))
    assert loop.go().failed == 1
    assert len(engine.begun) == 2


def test_one_that_recovers_has_one_row_without_an_error(tmp_path: Path) -> None:
    engine = Scripted(lambda item: AGAIN if item.tries == 0 else None)
    loop, ledger, _ = run(tmp_path, engine, 2, Patience(back_off=0))
    assert loop.go().made == 2
    assert [row["error"] for row in ledger.rows("error").to_pylist()] == [None, None]


def test_what_is_broken_is_not_tried_again(tmp_path: Path) -> None:
    engine = Scripted(lambda item: Failure("VideoUnreadable", "broken"))
    loop, _, _ = run(tmp_path, engine, 4, Patience())
    assert loop.go().failed == 4
    assert len(engine.begun) == 4


def test_no_more_is_begun_than_there_is_room_for(tmp_path: Path) -> None:
    engine = Scripted(lambda item: None)
    loop, _, _ = run(tmp_path, engine, 50, Patience())
    loop.go()
    assert engine.most == 2


def test_stopping_finishes_what_is_at_work_and_begins_nothing(tmp_path: Path) -> None:
    engine = Scripted(lambda item: None)
    loop, ledger, listener = run(tmp_path, engine, 50, Patience())
    engine.script = lambda item: loop.stop() if len(engine.begun) == 10 else None
    tally = loop.go()
    assert tally.stopped
    assert 10 <= len(engine.begun) <= 11
    assert len(ledger.rows("source")) == len(engine.begun)
    assert listener.finishing == [2]  # this one and the other, said at once


def test_the_first_few_failures_are_remembered(tmp_path: Path) -> None:
    engine = Scripted(lambda item: Failure("VideoUnreadable", f"{item.source} is broken"))
    tally = run(tmp_path, engine, 5, Patience())[0].go()
    assert tally.examples == [(f"/v{n}.mp4", f"/v{n}.mp4 is broken") for n in range(3)]


def test_a_full_disk_ends_the_run_and_blames_no_video(tmp_path: Path) -> None:
    full = Failure("OutputError", "no space left", is_ours=True)
    engine = Scripted(lambda item: full if item.source == "/v3.mp4" else None)
    loop, ledger, _ = run(tmp_path, engine, 9, Patience())
    with pytest.raises(OutputError, match="no space left"):
        loop.go()
    sources = [row["source"] for row in ledger.rows("source").to_pylist()]
    assert sources == ["/v0.mp4", "/v1.mp4", "/v2.mp4"]


def test_a_failed_mending_keeps_the_row_that_was(tmp_path: Path) -> None:
    engine = Scripted(lambda item: None)
    run(tmp_path, engine, 1, Patience())[0].go()
    engine.script = lambda item: Failure("VideoNotFound", "gone")
    loop, ledger, _ = run(tmp_path, engine, 1, Patience())
    loop.mends = True
    loop.go()
    assert [row["error"] for row in ledger.rows("error").to_pylist()] == [None]


def test_figures_for_prometheus() -> None:
    tally = Tally(10, skipped=2, made=3, uncovered=4, failures=Counter(VideoUnreadable=1))
    lines = as_prometheus(tally).splitlines()
    assert "gifworthy_batch_covers_made 3" in lines
    assert "gifworthy_batch_videos 10" in lines
    assert "gifworthy_batch_videos_left_out 4" in lines
    assert 'gifworthy_batch_videos_failed{error="VideoUnreadable"} 1' in lines
    assert lines.count("# TYPE gifworthy_batch_covers_made counter") == 1


def test_patience_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="at least once"):
        Patience(tries=0)
    with pytest.raises(ValueError, match="back-off"):
        Patience(back_off=-1)
