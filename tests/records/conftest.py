"""Both kinds of database, for every test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres
from gifworthy.records.database import Database


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where a new database is, of both kinds in turn."""
    if request.param == "sqlite":
        yield tmp_path / "records.sqlite"
        return
    with postgres.database(request.getfixturevalue("server")) as address:
        yield address


@pytest.fixture
def database(place: Path | str) -> Iterator[Database]:
    opened = Database(place)
    yield opened
    opened.close()
