"""Who may ask for what, and that nobody sees what is another's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.records.keys import Keys, Scope
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all


@pytest.fixture
def open_house(house: House) -> House:
    """A house that others than this machine can reach."""
    house.config = replace(house.config, host="0.0.0.0")
    return house


def shown(house: House, tenant: str, *scopes: Scope) -> dict[str, str]:
    _, word = house.keys.make(tenant, "a test", scopes or ("read", "write"))
    return {"Authorization": f"Bearer {word}"}


def test_without_a_key_nothing_is_told(open_house: House) -> None:
    client = TestClient(create_app(open_house))
    for headers in ({}, {"Authorization": "Bearer gw_no_key"}, {"Authorization": "Basic eDp5"}):
        answer = client.get("/v1/videos", headers=headers)
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "Unauthorized"
    assert client.get("/healthz").status_code == 200


def test_figures_need_a_key_unless_the_operator_opens_them(open_house: House) -> None:
    client = TestClient(create_app(open_house))
    assert client.get("/metrics").status_code == 401
    reading, telling = (shown(open_house, "ours", scope) for scope in ("read", "events"))
    assert client.get("/metrics", headers=telling).status_code == 403
    assert "gifworthy_jobs" in client.get("/metrics", headers=reading).text
    open_house.config = replace(open_house.config, open_metrics=True)
    assert client.get("/metrics").status_code == 200


def test_one_tenant_sees_nothing_of_another(open_house: House, worker: Worker) -> None:
    client = TestClient(create_app(open_house))
    ours, theirs = shown(open_house, "ours"), shown(open_house, "theirs")
    data = drawn.pieces().read_bytes()
    video = client.post("/v1/videos", content=data, headers=ours).json()["id"]
    do_all(worker)
    address = f"/v1/videos/{video}/cover.gif?width=64&seconds=1"
    client.get(address, headers=ours)
    do_all(worker)
    assert client.get(address, headers=ours).status_code == 200
    job = client.get("/v1/jobs", headers=ours).json()["jobs"][0]
    for place in (
        f"/v1/videos/{video}",
        address,
        f"/v1/videos/{video}/highlights",
        f"/v1/videos/{video}/strip.jpg",
        f"/v1/videos/{video}/choice",
        job["links"]["self"],
        job["links"]["events"],
        job["cover"]["url"],
        job["cover"]["still"],
    ):
        assert client.get(place, headers=theirs).status_code == 404, place
    assert client.delete(f"/v1/videos/{video}", headers=theirs).status_code == 404
    assert client.delete(job["links"]["self"], headers=theirs).status_code == 404
    assert client.get("/v1/videos", headers=theirs).json()["videos"] == []
    assert client.get("/v1/jobs", headers=theirs).json()["jobs"] == []
    mine = client.post("/v1/videos", content=data, headers=theirs).json()["id"]
    assert mine != video
    do_all(worker)
    again = address.replace(video, mine)
    assert client.get(again, headers=theirs).status_code == 202
    do_all(worker)
    assert client.get(again, headers=theirs).status_code == 200


def test_a_key_may_what_its_scopes_say(open_house: House) -> None:
    client = TestClient(create_app(open_house))
    reading = shown(open_house, "ours", "read")
    assert client.get("/v1/videos", headers=reading).status_code == 200
    refused = client.post("/v1/videos", content=b"x", headers=reading)
    assert refused.status_code == 403
    assert "may not write" in refused.json()["error"]["message"]


def test_a_key_that_was_ended_or_is_too_old_opens_nothing(house: House) -> None:
    keys = Keys(house.database)
    key, word = keys.make("ours", "a test", ["read"])
    known = keys.who(word)
    assert known is not None
    assert known.id == key.id
    assert keys.who(word[:-1]) is None
    assert keys.end("theirs", key.id) is False
    assert keys.end("ours", key.id) is True
    assert keys.who(word) is None
    _, short = keys.make("ours", "short", ["read"], seconds=-1)
    assert keys.who(short) is None


def test_the_secret_stands_nowhere(house: House) -> None:
    _, word = house.keys.make("ours", "a test", ["read"])
    secret = word.split("_", 2)[2]
    if isinstance(house.config.database_place, str):
        with house.database.reading() as connection:
            kept = str(connection.exec_driver_sql("SELECT * FROM keys").all())
    else:
        house.database.close()
        folder = house.config.folder
        kept = "".join(file.read_bytes().decode("latin-1") for file in folder.glob("records*"))
    assert secret not in kept


def test_who_asks_too_often_waits(open_house: House) -> None:
    open_house.config = replace(open_house.config, bounds=Bounds(per_minute=2))
    client, key = TestClient(create_app(open_house)), shown(open_house, "ours")
    assert [client.get("/v1/videos", headers=key).status_code for _ in range(2)] == [200, 200]
    late = client.get("/v1/videos", headers=key)
    assert late.status_code == 429
    assert 0 < int(late.headers["retry-after"]) <= 61
    other = shown(open_house, "theirs")
    assert client.get("/v1/videos", headers=other).status_code == 200
