"""A whole service in a folder of its own, on each kind of database; its jobs are done when a test says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import postgres

pytest.importorskip("fastapi", reason="the serve extra is absent")
pytest.importorskip("httpx2", reason="the test client's library is absent")

from fastapi.testclient import TestClient

from gifworthy.service.app import create_app
from gifworthy.service.config import Config
from gifworthy.service.house import House
from gifworthy.service.workers import Worker


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres.server() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    if request.param == "sqlite":
        yield Config(folder=tmp_path)
        return
    with postgres.database(request.getfixturevalue("server")) as address:
        yield Config(folder=tmp_path, database=address)


@pytest.fixture
def house(config: Config) -> Iterator[House]:
    opened = House.open(config)
    yield opened
    opened.database.close()


@pytest.fixture
def client(house: House) -> TestClient:
    return TestClient(create_app(house))


@pytest.fixture
def worker(config: Config, house: House) -> Iterator[Worker]:
    started = Worker.start(config, threading.Event())
    yield started
    started.jobs.database.close()
