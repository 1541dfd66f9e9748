"""How a database file is opened: anew for each question, or kept open by a server."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import event

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.catalogue import Catalogue, Upload
from gifworthy.records.database import Database


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(("stays_open", "opened"), [(False, 5), (True, 0)])
def test_a_server_opens_its_file_once(tmp_path: Path, stays_open: bool, opened: int) -> None:
    database, times = Database(tmp_path / "r", stays_open=stays_open), list[object]()
    event.listen(database._engine, "connect", lambda *_: times.append(1))
    catalogue = Catalogue(database)
    video = catalogue.add(Upload("me", "0" * 64, "talk.mp4", 9))
    for _ in range(4):
        assert catalogue.find("me", video.id) == video
    assert len(times) == opened
    database.close()
    assert names(tmp_path) == ["r"], "nothing but the file is left"


def test_what_another_process_writes_is_seen_at_once_and_can_be_erased(tmp_path: Path) -> None:
    server, other = Database(tmp_path / "r", stays_open=True), Database(tmp_path / "r")
    mine, theirs = Catalogue(server), Catalogue(other)
    video = theirs.add(Upload("me", "f" * 64, "a-name-to-forget", 9))
    assert mine.find("me", video.id) == video
    assert theirs.remove("me", video.id) is not None
    assert mine.find("me", video.id) is None
    other.erase_what_was_deleted()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"a-name-to-forget" not in kept
    server.close()


def test_more_threads_than_connections_all_get_theirs(tmp_path: Path) -> None:
    database, together = (
        Database(tmp_path / "r", stays_open=True),
        threading.Barrier(30, timeout=20),
    )
    found: list[object] = []

    def ask() -> None:
        with database.reading() as connection:
            together.wait()  # all are held at once
            found.append(connection.exec_driver_sql("SELECT 1").scalar_one())

    threads = [threading.Thread(target=ask) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1] * 30
    database.close()


def owe(database: Database) -> None:
    with database.writing() as connection:
        database.owe_erasing(connection)


def test_what_is_owed_is_erased_and_nothing_where_nothing_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased: list[str] = []

    def erase(self: Database) -> None:
        erased.append("tried")
        if len(erased) == 1:
            raise RecordsUnreadable("somebody reads all the time")
        if len(erased) == 2:
            owe(self)  # somebody else deletes meanwhile

    monkeypatch.setattr(Database, "erase_what_was_deleted", erase)
    assert not database.erase_what_is_owed()
    owe(database)
    owe(database)
    with pytest.raises(RecordsUnreadable):
        database.erase_what_is_owed()
    assert [database.erase_what_is_owed() for _ in range(3)] == [True, True, False]
    assert len(erased) == 3


def test_a_database_that_is_not_there_is_not_well(tmp_path: Path) -> None:
    database = Database(tmp_path / "r")
    database.check()
    (tmp_path / "r").write_bytes(b"no database" * 1000)
    with pytest.raises(RecordsUnreadable):
        database.check()
