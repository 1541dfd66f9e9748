"""Rows are entered once and never lost, whenever the process is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gifworthy.batch import ledger as ledgers
from gifworthy.batch.ledger import Ledger
from gifworthy.batch.orders import Failure, Item, Row
from gifworthy.batch.stamps import stamp_of
from gifworthy.batch.storage import Folder
from gifworthy.batch.table import read_rows


class Killed(BaseException):
    """The process is no more."""


class Fragile(Folder):
    """A folder whose process is killed before its n-th change."""

    def __init__(self, address: str, changes: int = 10**9) -> None:
        super().__init__(address)
        self.changes = changes

    def _change(self) -> None:
        self.changes -= 1
        if self.changes < 0:
            raise Killed

    def write(self, name: str, data: bytes) -> None:
        self._change()
        super().write(name, data)

    def delete(self, name: str) -> None:
        self._change()
        super().delete(name)


def row(number: int, state: str = "old", failed: bool = False) -> Row:
    source = f"/v{number}.mp4"
    failure = Failure("VideoUnreadable", f"{number} is broken") if failed else None
    return Row(Item(source, stamp_of(source, state).hex()), content=state, failure=failure)


def opened(storage: Folder) -> Ledger:
    return Ledger(storage, "table/choice=a/look=b", "journal/x")


def seen_by_readers(folder: Path) -> Counter[str]:
    """Sources in the Parquet files, as somebody who knows nothing of journals counts them."""
    storage = Folder(str(folder))
    tables = [read_rows(name, storage) for name in storage.names("table", ".parquet")]
    return Counter(source for table in tables for source in table["source"].to_pylist())


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledgers, "PART_ROWS", 8)
    monkeypatch.setattr(ledgers, "PAGE_ROWS", 3)


def test_every_row_is_there_once(tmp_path: Path) -> None:
    book = opened(Folder(str(tmp_path)))
    for number in range(30):
        book.enter(row(number))
    book.publish()
    assert seen_by_readers(tmp_path) == Counter({f"/v{n}.mp4": 1 for n in range(30)})
    assert not list((tmp_path / "journal").rglob("*.jsonl"))
    known = opened(Folder(str(tmp_path))).known()
    assert all(bytes.fromhex(row(n).item.stamp) in known for n in range(30))


def test_many_short_runs_share_their_parts(tmp_path: Path) -> None:
    for number in range(20):
        book = opened(Folder(str(tmp_path)))
        book.enter(row(number))
        book.publish()
    assert len(list(tmp_path.rglob("*.parquet"))) == 3  # 8 rows each at most
    assert seen_by_readers(tmp_path).total() == 20


def test_a_newer_row_takes_the_place_of_the_older(tmp_path: Path) -> None:
    book = opened(Folder(str(tmp_path)))
    for number in range(20):
        book.enter(row(number, failed=number % 2 == 0))
    book.publish()
    assert len(book.known(with_failed=False)) == 10
    for number in range(0, 20, 2):
        book.enter(row(number, "new"))
    rows = book.rows("source", "content", "error").to_pylist()
    assert len(rows) == 20
    assert {r["content"] for r in rows if r["source"] == "/v4.mp4"} == {"new"}
    assert not [r for r in rows if r["error"]]


def once_more(storage: Folder, worked: int) -> Iterator[int]:
    """A run that enters what is not known yet; how many rows it entered."""
    book = opened(storage)
    known = book.known()
    for number in range(worked):
        wanted = row(number, "new" if number % 3 == 0 else "old")
        if bytes.fromhex(wanted.item.stamp) not in known:
            book.enter(wanted)
            yield number
    book.publish()


def test_a_kill_before_any_change_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """The table holds eight old rows; a run that replaces some and adds some is killed everywhere."""
    changes, ended = 0, False
    while not ended:
        folder = tmp_path / str(changes)
        book = opened(Folder(str(folder)))
        for number in range(8):
            book.enter(row(number))
        book.publish()
        try:
            list(once_more(Fragile(str(folder), changes), 14))
            ended = True
        except Killed:
            assert max(seen_by_readers(folder).values()) == 1
        list(once_more(Folder(str(folder)), 14))
        assert seen_by_readers(folder) == Counter({f"/v{n}.mp4": 1 for n in range(14)})
        assert list(once_more(Folder(str(folder)), 14)) == []
        assert not list((folder / "journal").rglob("*.jsonl"))
        changes += 1
    assert changes > 8  # it was killed in many places


def test_names_that_are_no_text_do_not_stop_the_table(tmp_path: Path) -> None:
    book = opened(Folder(str(tmp_path)))
    odd = "/caf\udce9.mp4"
    book.enter(Row(Item(odd, stamp_of(odd, "old").hex())))
    assert book.rows("source").to_pylist() == [{"source": "/caf\\udce9.mp4"}]


def test_who_only_looks_knows_the_journal_and_writes_nothing(tmp_path: Path) -> None:
    storage = Folder(str(tmp_path))
    at_work = opened(storage)
    for number in range(3):
        at_work.enter(row(number, failed=number == 2))
    at_work.publish()
    for one in (row(2), row(3, failed=True)):
        at_work.enter(one)
    at_work.turn()  # in the journal, not in the table
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    looking = Ledger(storage, at_work.folder, at_work.journal, only_looks=True)
    stamps = [bytes.fromhex(row(number).item.stamp) for number in range(5)]
    assert [stamp in looking.known() for stamp in stamps] == [True] * 4 + [False]
    assert [stamp in looking.failed() for stamp in stamps] == [False] * 3 + [True, False]
    done = looking.known(with_failed=False)
    assert [stamp in done for stamp in stamps] == [True] * 3 + [False, False]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    at_work.publish()
    assert seen_by_readers(tmp_path) == {f"/v{number}.mp4": 1 for number in range(4)}
