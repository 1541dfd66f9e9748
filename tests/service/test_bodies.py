"""No body is read past a bound, whoever sends it; those of videos are, and have bounds of their own."""

from __future__ import annotations

import json
from dataclasses import replace

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.types import Message, Scope

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.bodies import MOST
from gifworthy.service.house import House

CHUNK = 1 << 16
JSON = {"Content-Type": "application/json"}
PIECE = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}


def scope_of(method: str, path: str, kind: str, length: int | None = None) -> Scope:
    headers = [(b"host", b"localhost"), (b"content-type", kind.encode())]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
        "http_version": "1.1",
    }


def read_of(house: House, scope: Scope) -> tuple[int, int]:
    """How many bytes are read of a body that has no end before it is answered, and how."""
    read, statuses = 0, list[int]()

    async def receive() -> Message:
        nonlocal read
        read += CHUNK
        assert read < 64 * MOST, "it is read and read"
        return {"type": "http.request", "body": b'"' + b"a" * (CHUNK - 1), "more_body": True}

    async def send(message: Message) -> None:
        statuses.append(message.get("status", 0))

    anyio.run(create_app(house), scope, receive, send)
    return read, statuses[0]


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/v1/viewers", "application/json"),
        ("PUT", "/v1/experiments/exp_1/variants", "application/json"),
        ("POST", "/v1/videos/from-url", "application/json"),
        ("POST", "/sign-in", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_without_an_end_is_not_read_on(
    house: House, method: str, path: str, kind: str
) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    assert read_of(house, scope_of(method, path, kind)) == (MOST + CHUNK, 413)


def test_what_is_announced_to_be_too_much_is_not_read_at_all(house: House) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    assert read_of(house, scope_of("POST", "/v1/viewers", "application/json", MOST + 1)) == (0, 413)


def test_up_to_the_bound_all_is_read(client: TestClient) -> None:
    word = '{"name": "a"}'
    body = word + " " * (MOST - len(word))
    assert client.post("/v1/viewers", content=body, headers=JSON).status_code == 201
    refused = client.post("/v1/viewers", content=body + " ", headers=JSON)
    assert (refused.status_code, refused.json()["error"]["type"]) == (413, "TooLarge")
    assert f"at most {MOST} bytes" in refused.json()["error"]["message"]


def test_videos_are_longer(client: TestClient) -> None:
    data = drawn.pieces().read_bytes()
    video = data + bytes(MOST + 1)
    assert client.post("/v1/videos", content=video).status_code == 202
    begun = client.post("/v1/uploads", headers={"Upload-Length": str(len(video))})
    sent = client.patch(begun.headers["location"], content=video, headers=PIECE)
    assert sent.status_code == 204


def test_another_sites_page_may_read_that_it_was_too_much(client: TestClient) -> None:
    made = client.post("/v1/experiments", json={"name": "x", "arms": ["a", "b"]}).json()["id"]
    word = client.get(f"/v1/experiments/{made}/beacon").json()["beacon"]
    body = json.dumps({"experiment": made, "events": []}) + " " * MOST
    answer = client.post(f"/v1/events?beacon={word}", content=body)
    assert answer.status_code == 413
    assert answer.headers["access-control-allow-origin"] == "*"
