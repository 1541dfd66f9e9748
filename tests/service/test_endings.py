"""What has ended, well or badly: said to who waits, and no burden to who asks later."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.records.ageing import DAY, KEPT_DAYS, Ageing
from gifworthy.records.jobs import LEASE, MOST_TURNS, Jobs
from gifworthy.service import workers
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all, here


@pytest.fixture
def video(client: TestClient) -> str:
    """A video that nobody looked at yet."""
    return str(client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"])


def look_of(client: TestClient, video: str) -> str:
    return str(client.get(f"/v1/jobs?video={video}").json()["jobs"][0]["id"])


def test_who_waits_for_a_video_hears_that_it_was_given_up(
    client: TestClient, house: House, video: str
) -> None:
    address = f"/v1/videos/{video}/cover.gif"
    assert client.get(address).status_code == 425
    now = time.time()
    for turn in range(MOST_TURNS + 1):
        house.jobs.claim("lost", now=now + turn * LEASE)
    shown = client.get(f"/v1/videos/{video}").json()
    assert (shown["state"], shown["error"]["type"]) == ("errored", "WorkerLost")
    assert client.get(address).status_code == 409


def test_who_waits_for_a_video_hears_that_its_look_was_stopped(
    client: TestClient, worker: Worker, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.delete(f"/v1/jobs/{look_of(client, video)}")
    error = client.get(f"/v1/videos/{video}").json()["error"]
    assert (error["type"], error["retryable"]) == ("LookStopped", True)
    monkeypatch.setattr(workers, "run_isolated", here)
    again = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()
    assert (again["id"], again["state"]) == (video, "processing")
    do_all(worker)
    assert client.get(f"/v1/videos/{video}").json()["state"] == "ready"


def test_a_covers_address_needs_no_job_of_long_ago(
    client: TestClient,
    house: House,
    worker: Worker,
    video: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(workers, "run_isolated", here)
    do_all(worker)
    address = f"/v1/videos/{video}/cover.gif?width=64&seconds=1"
    job = client.get(address).headers["location"]
    do_all(worker)
    cover = client.get(address).content
    later = time.time() + KEPT_DAYS * DAY + 1
    assert Ageing(house.database).remove_old(later) == 2
    assert client.get(job).status_code == 404
    assert client.get(address).content == cover
    (made,) = house.catalogue.covers_of("local", video)
    client.delete(f"/v1/videos/{video}")
    assert client.get(f"/v1/covers/{made.key}.gif").status_code == 404


def test_neither_readiness_nor_room_is_asked_of_every_job_there_is(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("all of them were counted")

    monkeypatch.setattr(Jobs, "count", refuse)
    assert client.get("/readyz").status_code == 200
    sent = client.post("/v1/videos", content=drawn.pieces().read_bytes())
    assert sent.status_code == 202
    ordered = client.post(f"/v1/videos/{sent.json()['id']}/covers", json={})
    assert ordered.status_code == 202
