"""An address that opens one cover for a while, and nothing else."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.house import House
from gifworthy.service.signing import signed, tenant_of
from gifworthy.service.workers import Worker
from queue_work import do_all

SECRET = b"s" * 32
PLACE = "/v1/videos/vid_1/cover.gif"


def read(address: str) -> str | None:
    path, _, query = address.partition("?")
    return tenant_of(SECRET, path, [tuple(part.split("=")) for part in query.split("&")])  # type: ignore[misc]


def test_an_address_says_whose_it_is_until_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    address = signed(SECRET, "ours", f"{PLACE}?width=64", 60)
    assert read(address) == "ours"
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert read(address) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("width=64", "width=640"),
        ("ours", "theirs"),
        ("vid_1", "vid_2"),
        ("ends=", "ends=9"),
        (".gif", ".mp4"),
    ],
)
def test_whoever_changes_it_has_nothing(old: str, new: str) -> None:
    address = signed(SECRET, "ours", f"{PLACE}?width=64", 60)
    assert old in address
    assert read(address.replace(old, new, 1)) is None
    assert read(f"{address}&fps=50") is None


def test_a_page_shows_a_cover_to_people_without_a_key(house: House, worker: Worker) -> None:
    house.config = replace(house.config, host="0.0.0.0", public="https://covers.example.org")
    client = TestClient(create_app(house))
    _, word = house.keys.make("ours", "a test", ["read", "write"])
    mine = {"Authorization": f"Bearer {word}"}
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes(), headers=mine).json()[
        "id"
    ]
    do_all(worker)
    place = f"/v1/videos/{video}/cover.gif?width=64&seconds=1"
    answer = client.post("/v1/sign", json={"address": place, "seconds": 60}, headers=mine)
    url = answer.json()["url"].removeprefix("https://covers.example.org")
    assert client.get(url).status_code == 202
    do_all(worker)
    assert client.get(url).headers["content-type"] == "image/gif"
    assert client.get(place).status_code == 401
    assert client.get(url.replace("width=64", "width=65")).status_code == 403
    _, other = house.keys.make("theirs", "a test", ["read", "write"])
    theirs = {"Authorization": f"Bearer {other}"}
    assert client.post("/v1/sign", json={"address": place}, headers=theirs).status_code == 404
    assert client.post("/v1/sign", json={"address": "/v1/jobs"}, headers=mine).status_code == 422
