"""The two kinds of database: how each is opened, and what makes it safe for several processes."""

from __future__ import annotations

import os
from pathlib import Path
from sqlite3 import Connection as Dbapi

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from gifworthy.errors import MissingExtra, RecordsUnreadable

WAIT = 30.0
"""Seconds that one process waits for another's writing."""
CONNECTIONS = 10
"""Of one process that are kept open."""


def is_address(place: Path | str) -> bool:
    """Whether a place is a server's address; else it is a file."""
    return isinstance(place, str) and "://" in place


def told_name(place: Path | str) -> str:
    """How a place is called in messages: without its password. Raises: ValueError."""
    if not is_address(place):
        return str(Path(place).expanduser())
    return _url(str(place)).render_as_string(hide_password=True)


def postgresql_engine(place: Path | str) -> Engine:
    """Connections to a server; each is asked whether it still lives before it is used.

    Raises: MissingExtra when the driver is not installed; ValueError when the address is none.
    """
    url = _url(str(place)).set(drivername="postgresql+psycopg")
    try:
        return create_engine(
            url, pool_pre_ping=True, pool_size=CONNECTIONS, max_overflow=0, hide_parameters=True
        )
    except ImportError as error:
        raise MissingExtra(
            "PostgreSQL needs its driver; install it with: pip install 'gifworthy[postgres]'"
        ) from error


def sqlite_engine(path: Path, *, stays_open: bool) -> Engine:
    """Connections to a file, which is made for its owner alone.

    Args: stays_open: for who asks all the time: opening a file costs five times what most questions do.
        Else nothing but the file is left after each question.
    Raises: RecordsUnreadable.
    """
    path = path.expanduser()
    _make_file(path)
    url = URL.create("sqlite", database=str(path))
    kept = {"poolclass": QueuePool, "pool_size": CONNECTIONS, "max_overflow": -1}
    pool = kept if stays_open else {"poolclass": NullPool}
    engine = create_engine(url, hide_parameters=True, **pool)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise ValueError(
            "the address of a database must be like postgresql://user@host/name"
        ) from error
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError(
            f"{url.drivername} is no database of gifworthy; give a file, or postgresql://..."
        )
    return url


def _make_file(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise RecordsUnreadable(
            f"{path} cannot be opened: {error.strerror or error}; name another place in "
            f"GIFWORTHY_RECORDS"
        ) from error


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
