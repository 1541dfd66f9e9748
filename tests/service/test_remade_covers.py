"""A cover that was taken away, or could not be made for a while, is made anew: once, for all who ask."""

from __future__ import annotations

import time

import pytest
from fastapi.testclient import TestClient

from gifworthy.records.catalogue import Upload
from gifworthy.records.orders import Job
from gifworthy.service.house import House
from gifworthy.service.routes import covers

OUTAGE = {"type": "OutputError", "message": "the storage refuses just now", "retryable": True}
BROKEN = {"type": "VideoUnreadable", "message": "there is no picture in it", "retryable": False}


@pytest.fixture
def address(house: House) -> str:
    return sent(house)


def sent(house: House) -> str:
    """The address of a cover of a video that was looked at."""
    video = house.catalogue.add(Upload("local", "0" * 64, "a.mp4", 10))
    facts = {"duration": 60.0, "width": 640, "height": 360}
    house.catalogue.describe("local", video.id, "ready", facts)
    return f"/v1/videos/{video.id}/cover.gif?width=64"


def claimed(house: House) -> Job:
    job = house.jobs.claim("a worker")
    assert job is not None
    return job


def fail(house: House, record: dict[str, object], ago: float) -> None:
    assert house.jobs.fail(claimed(house), record, retry=False, now=time.time() - ago)


def asked(client: TestClient, address: str) -> str:
    """Where the cover is being made; HEAD says the same."""
    answer = client.get(address)
    assert answer.status_code == 202, answer.text
    assert client.head(address).headers["location"] == answer.headers["location"]
    return str(answer.headers["location"])


def test_what_may_pass_is_tried_again_after_a_while(
    client: TestClient, house: House, address: str
) -> None:
    asked(client, address)
    fail(house, OUTAGE, ago=1)
    refused = client.get(address)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    assert refused.json()["error"]["retryable"] is True
    assert client.head(address).status_code == 503
    assert house.jobs.count("local")["pending"] == 0


def test_the_while_grows(client: TestClient, house: House, address: str) -> None:
    first = asked(client, address)
    fail(house, OUTAGE, ago=covers.AGAIN + 1)
    second = asked(client, address)
    assert second != first
    fail(house, OUTAGE, ago=covers.AGAIN + 1)
    assert client.get(address).status_code == 503, "the second time it is twice as long"
    assert client.get(second).json()["error"]["message"] == OUTAGE["message"]


def test_what_cannot_be_made_is_not_tried_again(
    client: TestClient, house: House, address: str
) -> None:
    asked(client, address)
    fail(house, BROKEN, ago=covers.LATEST + 1)
    for _ in range(2):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["error"]["retryable"]) == (422, False)
    assert client.head(address).status_code == 422


def test_a_cover_that_was_taken_away_is_one_job_for_all_who_ask(
    client: TestClient, house: House, address: str
) -> None:
    seen = {asked(client, address)}
    for turn in range(2, 5):
        house.jobs.complete(claimed(house), {"cover": "f" * 64})
        client.delete(address.partition("/cover")[0])
        address = sent(house)
        seen |= {asked(client, address) for _ in range(5)}
        assert len(seen) == turn
        assert house.jobs.count("local")["pending"] == 1


def test_a_job_that_was_cancelled_is_followed_by_one(
    client: TestClient, house: House, address: str
) -> None:
    first = asked(client, address)
    assert client.delete(first).status_code < 300
    after = {asked(client, address) for _ in range(5)}
    assert len(after) == 1
    assert first not in after
