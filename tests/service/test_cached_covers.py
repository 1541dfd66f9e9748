"""A cover that was made is given quickly: nothing is looked for that is known already."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy import registry
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all


def test_it_costs_a_few_questions_and_no_look_at_installed_packages(
    client: TestClient, worker: Worker, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy import event

    data = drawn.pieces().read_bytes()
    video = client.post("/v1/videos", content=data).json()["id"]
    do_all(worker)
    address = f"/v1/videos/{video}/cover.gif?width=64&seconds=1"
    assert client.get(address).status_code == 202
    do_all(worker)
    assert client.get(address).status_code == 200
    asked, opened = list[str](), list[object]()
    engine = house.database._engine
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    event.listen(engine, "connect", lambda *_: opened.append(1))

    def slow(group: str) -> object:
        raise AssertionError(f"{group}: 15 ms, for each request")

    monkeypatch.setattr(registry, "entry_points", slow)
    assert client.get(address).status_code == 200
    assert client.get(address.replace(".gif", "")).status_code == 200
    assert len([words for words in asked if words.startswith("SELECT")]) <= 6
    assert opened == [], "the database was open"
