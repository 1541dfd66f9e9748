"""An upload that breaks off goes on where it was."""

from __future__ import annotations

import base64
import os
import time

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.service.house import House
from gifworthy.service.uploads import KEPT
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
