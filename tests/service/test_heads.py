"""HEAD is what GET is, without the bytes, and it orders nothing."""

from __future__ import annotations

from fastapi.testclient import TestClient

import drawn
from gifworthy.service.workers import Worker
from queue_work import do_all

TOLD = ("content-type", "content-length", "etag", "cache-control", "vary")


def test_head_says_what_get_gives_and_orders_nothing(client: TestClient, worker: Worker) -> None:
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    home = f"/v1/videos/{video}"
    address = f"{home}/cover.webp?width=64&seconds=1"
    before = len(client.get("/v1/jobs").json()["jobs"])
    early = client.head(address)
    assert (early.status_code, early.content, early.headers["retry-after"]) == (202, b"", "1")
    assert len(client.get("/v1/jobs").json()["jobs"]) == before
    job = client.get(address).headers["location"]
    assert client.head(address).headers["location"] == job
    do_all(worker)
    cover = client.get(job).json()["cover"]
    still = address.replace(".webp", ".jpg")
    client.get(still)
    do_all(worker)
    places = (address, still, cover["url"], cover["still"], f"{home}/strip.jpg")
    for place in (*places, f"{home}/frames.jpg?count=3"):
        given, told = client.get(place), client.head(place)
        assert (told.status_code, told.content) == (200, b""), place
        assert int(told.headers["content-length"]) == len(given.content) > 0
        assert {one: told.headers.get(one) for one in TOLD} == {
            one: given.headers.get(one) for one in TOLD
        }
    same = client.head(address, headers={"If-None-Match": given_etag(client, address)})
    assert same.status_code == 304
    assert client.head(f"{home}/cover.exe").status_code == 404
    assert "webm" in client.get(f"{home}/cover.exe").json()["error"]["message"]


def given_etag(client: TestClient, address: str) -> str:
    return client.get(address).headers["etag"]


def test_a_word_that_is_said_twice_is_refused(client: TestClient) -> None:
    answer = client.get("/v1/videos/vid_1/cover.gif?width=320&width=100")
    assert answer.status_code == 422
    assert "'width' stands more than once" in answer.json()["error"]["message"]
