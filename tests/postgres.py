"""A real PostgreSQL server for the tests: started on demand, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest


def programs() -> Path | None:
    """The folder of the server's programs; the newest when there are several."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return versions[-1].parent if versions else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a server that listens on no network. Skips where PostgreSQL is absent."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is absent")
    pytest.importorskip("psycopg", reason="psycopg is absent, so that PostgreSQL cannot be asked")
    place = Path(tempfile.mkdtemp(prefix="gifworthy-postgres-"))
    user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    if os.getuid() == 0:
        shutil.chown(place, user)
    _run(user, folder / "initdb", "-D", place / "data", "-A", "trust", "-U", "tests", "-E", "UTF8")
    quiet = f"-c listen_addresses='' -c unix_socket_directories={place} -c fsync=off"
    _run(
        user,
        folder / "pg_ctl",
        "-D",
        place / "data",
        "-o",
        quiet,
        "-w",
        "-l",
        place / "log",
        "start",
    )
    try:
        yield f"postgresql://tests@/postgres?host={quote(str(place), safe='')}"
    finally:
        _run(user, folder / "pg_ctl", "-D", place / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(place)


@contextmanager
def database(address: str) -> Iterator[str]:
    """The address of a new, empty database of a server; it goes when it is not needed any more."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield address.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _run(user: str, *words: str | Path) -> None:
    command = [str(word) for word in words]
    if os.getuid() == 0:
        command = ["runuser", "-u", user, "--", *command]
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
