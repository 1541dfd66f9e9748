"""An upload that breaks off goes on where it was."""

from __future__ import annotations

import base64
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message

import drawn
from gifworthy.service import uploads
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds
from gifworthy.service.house import House
from gifworthy.service.uploads import KEPT, Begun, Gone, Uploads
from gifworthy.service.workers import Worker
from queue_work import do_all

PIECE = {"Content-Type": "application/offset+octet-stream"}


@pytest.fixture
def data() -> bytes:
    return drawn.pieces().read_bytes()


def begin(client: TestClient, length: int, name: str = "drawn.mp4") -> str:
    named = f"filename {base64.b64encode(name.encode()).decode()}"
    headers = {"Upload-Length": str(length), "Upload-Metadata": named}
    answer = client.post("/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def test_a_video_in_three_pieces(client: TestClient, worker: Worker, data: bytes) -> None:
    place = begin(client, len(data))
    for start, end in ((0, 1000), (1000, 5000), (5000, len(data))):
        known = client.head(place)
        assert (known.headers["upload-offset"], known.headers["tus-resumable"]) == (
            str(start),
            "1.0.0",
        )
        headers = {**PIECE, "Upload-Offset": str(start)}
        answer = client.patch(place, content=data[start:end], headers=headers)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(end))
    do_all(worker)
    video = client.get(answer.headers["content-location"]).json()
    assert (video["state"], video["name"], video["size_bytes"]) == ("ready", "drawn.mp4", len(data))
    assert client.head(place).status_code == 404


def test_who_goes_on_from_elsewhere_is_told_where(client: TestClient, data: bytes) -> None:
    place = begin(client, len(data))
    answer = client.patch(place, content=data, headers={**PIECE, "Upload-Offset": "7"})
    assert answer.status_code == 409
    assert "0 bytes have come" in answer.json()["error"]["message"]


def test_more_than_was_announced_is_refused(client: TestClient, data: bytes) -> None:
    place = begin(client, 10)
    answer = client.patch(place, content=data, headers={**PIECE, "Upload-Offset": "0"})
    assert answer.status_code == 422
    assert begin(client, 1)
    assert client.post("/v1/uploads", headers={"Upload-Length": str(1 << 50)}).status_code == 413


def test_what_is_no_video_is_refused_at_its_end_and_gone(client: TestClient, house: House) -> None:
    place = begin(client, 5)
    answer = client.patch(place, content=b"hello", headers={**PIECE, "Upload-Offset": "0"})
    assert answer.status_code == 422
    assert client.head(place).status_code == 404
    assert list((house.config.folder / "incoming").iterdir()) == []


def test_an_upload_can_be_given_up(client: TestClient, house: House) -> None:
    place = begin(client, 5)
    assert client.delete(place).status_code == 204
    assert list((house.config.folder / "incoming").iterdir()) == []
    assert client.head("/v1/uploads/..%2Frecords").status_code == 404


def test_what_nobody_goes_on_with_is_cleared_away(client: TestClient, house: House) -> None:
    place = begin(client, 5)
    long_ago = time.time() - KEPT - 1
    for file in (house.config.folder / "incoming").iterdir():
        os.utime(file, (long_ago, long_ago))
    begin(client, 5)
    assert client.head(place).status_code == 404


def test_an_upload_that_somebody_goes_on_with_is_kept_however_old_it_is(
    client: TestClient, house: House
) -> None:
    place = begin(client, 5)
    for start, piece in ((0, b"x"), (1, b"")):
        long_ago = time.time() - KEPT - 1
        for file in (house.config.folder / "incoming").iterdir():
            os.utime(file, (long_ago, long_ago))
        goes_on = client.patch(place, content=piece, headers={**PIECE, "Upload-Offset": str(start)})
        assert goes_on.status_code == 204
        begin(client, 5)
        assert client.head(place).headers["upload-offset"] == "1"


def test_of_two_senders_at_once_one_waits_or_is_refused(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "PATIENCE", 0.1)
    place, refused = begin(client, 100), []

    def slow() -> Iterator[bytes]:
        yield b"a" * 5
        other = client.patch(place, content=b"b" * 10, headers={**PIECE, "Upload-Offset": "0"})
        refused.extend([other.status_code, client.delete(place).status_code])
        yield b"a" * 5

    first = client.patch(place, content=slow(), headers={**PIECE, "Upload-Offset": "0"})
    assert (first.status_code, first.headers["upload-offset"], refused) == (204, "10", [423, 423])
    late = client.patch(place, content=b"b" * 10, headers={**PIECE, "Upload-Offset": "0"})
    assert (late.status_code, kept(house)) == (409, b"a" * 10)


def kept(house: House) -> bytes:
    (file,) = (house.config.folder / "incoming").glob("*.upload")
    return file.read_bytes()


def test_who_says_nothing_any_more_keeps_nobody_waiting(
    client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SILENCE", 0.2)
    place, told = begin(client, 10), list[Message]()
    came: list[Message] = [{"type": "http.request", "body": b"half", "more_body": True}]
    headers = {"host": "localhost", "upload-offset": "0", "content-type": PIECE["Content-Type"]}
    scope = {
        "type": "http",
        "method": "PATCH",
        "path": place,
        "raw_path": place.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
    }

    async def receive() -> Message:
        if not came:
            await anyio.sleep_forever()
        return came.pop(0)

    async def send(message: Message) -> None:
        told.append(message)

    anyio.run(client.app, scope, receive, send)
    assert told[0]["status"] == 503
    assert b'"retryable":true' in told[1]["body"]
    known = client.head(place).headers["upload-offset"]
    assert known == "4"
    answer = client.patch(place, content=b"done", headers={**PIECE, "Upload-Offset": known})
    assert (answer.status_code, kept(house)) == (204, b"halfdone")


def test_who_waited_for_an_upload_that_became_a_video_writes_nothing_into_it(
    tmp_path: Path,
) -> None:
    incoming = Uploads(tmp_path)
    begun = incoming.begin("ours", "a.mp4", 10)
    found = list[type[Exception]]()

    async def later() -> None:
        try:
            async with incoming.held(begun):
                raise AssertionError("there is nothing to hold")
        except Gone as error:
            found.append(type(error))

    async def both() -> None:
        async with anyio.create_task_group() as tasks, incoming.held(begun):
            tasks.start_soon(later)
            await anyio.sleep(0.2)
            (tmp_path / f"{begun.id}.upload").rename(tmp_path / "a_video")

    anyio.run(both)
    assert found == [Gone]
    assert incoming.find("ours", begun.id) is None


def test_what_was_announced_counts_as_stored(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(stored_bytes=1000, uploads_per_hour=3))
    client = TestClient(create_app(house))
    first, _ = begin(client, 600), begin(client, 600)
    full = client.post("/v1/uploads", headers={"Upload-Length": "1"})
    assert full.status_code == 507
    assert "1200 bytes of uploads that were begun" in full.json()["error"]["message"]
    assert client.delete(first).status_code == 204
    assert begin(client, 600), "what was refused was not counted"


def test_uploads_that_are_not_finished_count_as_waiting(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(waiting=2))
    client = TestClient(create_app(house))
    begin(client, 1)
    begin(client, 1)
    full = client.post("/v1/uploads", headers={"Upload-Length": "1"})
    assert (full.status_code, full.headers["retry-after"]) == (429, "30")
    long_ago = time.time() - KEPT - 1
    for file in (house.config.folder / "incoming").iterdir():
        os.utime(file, (long_ago, long_ago))
    assert begin(client, 1), "what nobody goes on with takes no room"


def test_many_that_begin_at_once_stay_within_the_bound(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = Uploads.unfinished

    def slowly(known: Uploads, tenant: str) -> tuple[Begun, ...]:
        found = counted(known, tenant)
        time.sleep(0.05)
        return found

    monkeypatch.setattr(Uploads, "unfinished", slowly)
    house.config = replace(house.config, bounds=Bounds(stored_bytes=1000))
    client, headers = TestClient(create_app(house)), {"Upload-Length": "1000"}
    with ThreadPoolExecutor(8) as pool:
        codes = pool.map(lambda _: client.post("/v1/uploads", headers=headers).status_code, "x" * 8)
    assert Counter(codes) == {201: 1, 507: 7}
