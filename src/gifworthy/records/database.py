"""A database that several processes use, and that truly forgets: a SQLite file, or a PostgreSQL server."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Insert, Table, and_, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, DataError, IntegrityError

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.engines import WAIT, is_address, postgresql_engine, sqlite_engine, told_name
from gifworthy.records.migrating import migrate
from gifworthy.records.tables import FACTS

SECRET_BYTES = 32
TO_ERASE = "to erase"
"""The fact that is there from a deletion until its bytes are erased; its value is drawn anew each time."""
MAKING = 7_015_337
"""The lock under which a PostgreSQL server's tables are made: any number that nobody else uses."""


class Database:
    """Transactions on one database. A file is made, for its owner alone to read, when it is first opened.

    Args: place: a file of this machine, or an address such as `postgresql://user:word@host/name`.
        stays_open: whether a file is kept open between questions, until `close`: for a server.
    """

    def __init__(self, place: Path | str, *, stays_open: bool = False) -> None:
        self.name = told_name(place)
        self._engine = (
            postgresql_engine(place)
            if is_address(place)
            else sqlite_engine(Path(place), stays_open=stays_open)
        )
        with self.writing() as connection:
            if self.is_server:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MAKING})")
            migrate(connection, self.name)
            self.secret = _secret(connection)

    @property
    def is_server(self) -> bool:
        """Whether a PostgreSQL server keeps it."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One view of the tables, whatever is written meanwhile. Raises: RecordsUnreadable."""
        with self._told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it, or nothing. Raises: RecordsUnreadable, IntegrityError."""
        engine = self._engine.execution_options(writing=True)
        with self._told(), engine.begin() as connection:
            yield connection

    def insert_new(self, table: Table) -> Insert:
        """An insert that leaves alone what is there already; add `returning` to hear what was new."""
        if self.is_server:
            return postgresql.insert(table).on_conflict_do_nothing()
        return sqlite.insert(table).on_conflict_do_nothing()

    def insert_or_change(
        self,
        table: Table,
        row: Mapping[str, object],
        change: Mapping[str, object],
        where: ColumnElement[bool] | None = None,
    ) -> Insert:
        """An insert that changes the row of the same primary key instead, where there is one.

        Args: change: the columns that then change, and to what. where: another row is left as it is.
        """
        insert_here = postgresql.insert if self.is_server else sqlite.insert
        keys = list(table.primary_key.columns)
        insertion: Insert = (
            insert_here(table)
            .values(dict(row))
            .on_conflict_do_update(index_elements=keys, set_=dict(change), where=where)
        )
        return insertion

    def check(self) -> None:
        """Whether it answers: one row is read, however much there is. Raises: RecordsUnreadable."""
        with self.reading() as connection:
            connection.execute(select(FACTS.c.name).limit(1)).one()

    def owe_erasing(self, connection: Connection) -> None:
        """Note that bytes are to be erased, in the transaction that deletes them, and last in it.

        Who is killed, or kept waiting, before they are erased is found out by `erase_what_is_owed`.
        """
        drawn = secrets.token_bytes(16)
        row = {"name": TO_ERASE, "value": drawn}
        connection.execute(self.insert_or_change(FACTS, row, {"value": drawn}))

    def erase_what_is_owed(self) -> bool:
        """Erase what was deleted and noted as such; nothing is done, and False, where nothing was.

        Raises: RecordsUnreadable, as `erase_what_was_deleted`; then it is owed still.
        """
        noted = select(FACTS.c.value).where(FACTS.c.name == TO_ERASE)
        with self.reading() as connection:
            owed = connection.execute(noted).scalar_one_or_none()
        if owed is None:
            return False
        self.erase_what_was_deleted()
        same = and_(FACTS.c.name == TO_ERASE, FACTS.c.value == owed)
        with (
            self.writing() as connection
        ):  # what was deleted since has changed the note, which stays
            connection.execute(delete(FACTS).where(same))
        return True

    def erase_what_was_deleted(self) -> None:
        """Leave no byte of deleted rows: not in free pages, not in the log of writes.

        Of a file the deleted content is overwritten as it goes (`secure_delete`); here the file is
        written anew without its free pages, and the log, which still holds pages as they were, is
        emptied. A server is asked to do the same with its tables; its own log and copies are its
        keeper's.

        Raises: RecordsUnreadable when others keep reading; nothing is lost, it can be asked again.
        """
        engine = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._told(), engine.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            if not self.is_server:
                self._empty_log(connection)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def _empty_log(self, connection: Connection) -> None:
        patience = time.monotonic() + WAIT
        while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]:
            if time.monotonic() > patience:
                raise RecordsUnreadable(
                    f"{self.name} is being read all the time, so that what was forgotten could not "
                    f"be erased from its log yet; forget it once more"
                )

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The library's errors in our words; what was to be written is in none of them."""
        try:
            yield
        except IntegrityError:
            raise
        except DataError as error:
            raise ValueError(
                f"what was given cannot be kept or looked for: {_first_line(error)}"
            ) from None
        except DatabaseError as error:
            kind = "server" if self.is_server else "file of gifworthy"
            raise RecordsUnreadable(
                f"{self.name} cannot be used: {_first_line(error)}; is it a {kind}, and is there room?"
            ) from None


def _first_line(error: DatabaseError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _secret(connection: Connection) -> bytes:
    """Drawn when the database is new."""
    wanted = select(FACTS.c.value).where(FACTS.c.name == "secret")
    known = connection.execute(wanted).scalar_one_or_none()
    if known is None:
        known = secrets.token_bytes(SECRET_BYTES)
        connection.execute(insert(FACTS), [{"name": "secret", "value": known}])
    return bytes(known)
