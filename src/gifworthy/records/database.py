"""A SQLite file that several processes use, and that truly forgets."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as Dbapi

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.tables import FACTS, LAYOUT, METADATA

WAIT = 30.0
SECRET_BYTES = 32


class Database:
    """Transactions on one file. It is made, for its owner alone to read, when it is first opened."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path).expanduser()
        self._make_file()
        self._engine = _engine(self.path)
        with self.writing() as connection:
            METADATA.create_all(connection)
            self.secret = _secret(connection, self.path)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the tables, whatever is written meanwhile. Raises: RecordsUnreadable."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it, or nothing. Raises: RecordsUnreadable."""
        engine = self._engine.execution_options(writing=True)
        with self._told(), engine.begin() as connection:
            yield connection

    def erase_what_was_deleted(self) -> None:
        """Leave no byte of deleted rows: not in free pages, not in the log of writes.

        Deleted content is overwritten as it goes (`secure_delete`); here the file is written anew
        without its free pages, and the log, which still holds pages as they were, is emptied.

        Raises: RecordsUnreadable when others keep reading; nothing is lost, it can be asked again.
        """
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._told(), engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            patience = time.monotonic() + WAIT
            while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]:
                if time.monotonic() > patience:
                    raise RecordsUnreadable(
                        f"{self.path} is being read all the time, so that what was forgotten could not "
                        f"be erased from its log yet; forget it once more"
                    )

    def _make_file(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise RecordsUnreadable(
                f"{self.path} cannot be opened: {error.strerror or error}; name another place in "
                f"GIFWORTHY_RECORDS"
            ) from error

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The library's errors in our words; what was to be written is in none of them."""
        try:
            yield
        except DatabaseError as error:
            raise RecordsUnreadable(
                f"{self.path} cannot be used: {error.orig}; is it a file of gifworthy, and is there room?"
            ) from None


def _engine(path: Path) -> Engine:
    url = URL.create("sqlite", database=str(path))
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Dbapi, _: object) -> None:
    connection.isolation_level = None  # the library says BEGIN, as `_begin` wants it
    for pragma in (
        f"busy_timeout={int(1000 * WAIT)}",
        "journal_mode=WAL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") != "AUTOCOMMIT":
        writing = options.get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _secret(connection: Connection, path: Path) -> bytes:
    """Drawn when the file is new. Raises: RecordsUnreadable for tables of another layout."""
    facts = {str(row.name): bytes(row.value) for row in connection.execute(select(FACTS))}
    if not facts:
        facts = {"layout": str(LAYOUT).encode(), "secret": secrets.token_bytes(SECRET_BYTES)}
        rows = [{"name": name, "value": value} for name, value in facts.items()]
        connection.execute(insert(FACTS), rows)
    if facts["layout"] != str(LAYOUT).encode():
        raise RecordsUnreadable(
            f"{path} has layout {facts['layout'].decode()}, this gifworthy reads {LAYOUT}; use the "
            f"gifworthy that wrote it, or name another place in GIFWORTHY_RECORDS"
        )
    return facts["secret"]
