"""What goes wrong is said in sentences, to who asks and in the log; and a bound is one, however many come."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

import drawn
from gifworthy.records.orders import Order
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all

JSON = {"Content-Type": "application/json"}


def test_a_body_that_is_no_json_is_said_in_a_sentence(client: TestClient) -> None:
    told = client.post("/v1/viewers", content=b'{"name": nothing}', headers=JSON)
    assert told.status_code == 422
    message = told.json()["error"]["message"]
    assert message == "the body is no JSON: Expecting value, at character 10"
    event = client.post("/v1/events", content=b"nothing").json()["error"]["message"]
    assert event.startswith("the body is no JSON: ")


def test_a_key_that_was_used_is_named_as_it_was_sent(client: TestClient) -> None:
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    for width in (64, 65):
        answer = client.post(
            f"/v1/videos/{video}/covers",
            json={"style": {"width": width}},
            headers={"Idempotency-Key": "42"},
        )
    assert answer.status_code == 409
    assert "idempotency key '42'" in answer.json()["error"]["message"]


def test_who_goes_away_leaves_one_line_in_the_log_and_nothing_else(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    came: list[Message] = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    path = "/v1/videos"
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
    }

    async def receive() -> Message:
        return came.pop(0)

    async def send(_: Message) -> None:
        """Nobody hears it."""

    with caplog.at_level(logging.INFO, "gifworthy.service.app"):
        anyio.run(create_app(house), scope, receive, send)
    lines = [one.getMessage() for one in caplog.records if one.name == "gifworthy.service.app"]
    assert lines == ["POST /v1/videos: the sender went away before the end"]
    assert list((house.config.folder / "incoming").iterdir()) == []
    assert house.coming["local"] == 0


def test_an_address_is_signed_as_it_was_asked_for(house: House, worker: Worker) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    _, word = house.keys.make("ours", "a test", ["admin"])
    headers = {"Authorization": f"Bearer {word}"}
    client = TestClient(create_app(house), base_url="http://box.example:9000", headers=headers)
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    body = {"address": f"/v1/videos/{video}/cover.gif"}
    url = client.post("/v1/sign", json=body).json()["url"]
    assert url.startswith("http://box.example:9000/v1/videos/")
    house.config = replace(house.config, public="https://covers.example.org")
    assert (
        client.post("/v1/sign", json=body)
        .json()["url"]
        .startswith("https://covers.example.org/v1/")
    )


def test_many_uploads_at_once_stay_within_the_bound(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(waiting=3))
    client, data = TestClient(create_app(house)), drawn.pieces().read_bytes()
    refused = threading.Semaphore(0)

    def body(number: int) -> Iterator[bytes]:
        yield data
        for _ in range(5):
            if not refused.acquire(timeout=10):
                break
        refused.release(5)
        yield bytes([number])

    def send(number: int) -> int:
        status = client.post("/v1/videos", content=body(number)).status_code
        if status == 429:
            refused.release()
        return status

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(send, range(8)))
    assert statuses == [202] * 3 + [429] * 5
    assert house.jobs.count("local")["pending"] == 3
    assert len(house.catalogue.of("local")) == 3
    assert list((house.config.folder / "incoming").iterdir()) == []


def test_what_has_no_room_any_more_when_it_is_whole_is_not_kept(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(waiting=1))
    client, data = TestClient(create_app(house)), drawn.pieces().read_bytes()

    def slow() -> Iterator[bytes]:
        yield data
        house.jobs.order(Order("local", "vid_1", "cover", {}))  # at another server

    answer = client.post("/v1/videos", content=slow())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")
    assert [file for file in house.config.folder.rglob("*") if file.suffix == ".part"] == []
    assert house.catalogue.of("local") == ()


def test_a_whole_upload_waits_for_room(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(waiting=1))
    client, data = TestClient(create_app(house)), drawn.pieces().read_bytes()
    place = client.post("/v1/uploads", headers={"Upload-Length": str(len(data))}).headers[
        "location"
    ]
    job = house.jobs.order(Order("local", "vid_1", "cover", {}))
    piece = {"Content-Type": "application/offset+octet-stream"}
    full = client.patch(place, content=data, headers={**piece, "Upload-Offset": "0"})
    assert full.status_code == 429
    house.jobs.cancel("local", job.id)
    again = client.patch(place, content=b"", headers={**piece, "Upload-Offset": str(len(data))})
    assert again.status_code == 204
    assert client.get(again.headers["content-location"]).json()["size_bytes"] == len(data)
