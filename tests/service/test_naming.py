"""What a sender calls a video is what is said of it, and never what we call it."""

from __future__ import annotations

import hashlib

import pytest
from fastapi.testclient import TestClient

import drawn
import drawn_strange
from gifworthy.service.intake import name_in
from gifworthy.service.workers import Worker
from queue_work import do_all

CALLED = "Überraschung 日本.mp4"
CODED = "%C3%9Cberraschung%20%E6%97%A5%E6%9C%AC.mp4"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (CALLED.encode(), CALLED),
        ("Überraschung.mp4".encode("latin-1"), "Überraschung.mp4"),
        (CODED.encode(), CALLED),
        (f"UTF-8''{CODED}".encode(), CALLED),
        (f"utf-8'de'{CODED}".encode(), CALLED),
        (b"100% sure.mp4", "100% sure.mp4"),
        (b"it's 'ours'.mp4", "it's 'ours'.mp4"),
    ],
)
def test_a_name_in_a_header_is_read_as_it_was_meant(header: bytes, name: str) -> None:
    assert name_in(header.decode("latin-1")) == name


def test_a_name_comes_through_a_request(client: TestClient) -> None:
    data, headers = drawn.pieces().read_bytes(), {b"Upload-Name": CALLED.encode()}
    answer = client.post("/v1/videos", content=data, headers=headers)
    assert answer.json()["name"] == CALLED


@pytest.mark.parametrize("film", ["truncated", "damaged"])
def test_our_own_names_for_files_are_never_told(
    client: TestClient, worker: Worker, film: str
) -> None:
    data = getattr(drawn_strange, film)().read_bytes()
    broken = client.post("/v1/videos", content=data, headers={"Upload-Name": "trunc.mp4"})
    home = f"/v1/videos/{broken.json()['id']}"
    do_all(worker)
    made = client.get(f"{home}/cover.gif?width=64&seconds=1").headers["location"]
    do_all(worker)
    told = {place: client.get(place).json() for place in (home, f"{home}/highlights", made)}
    for warned in (told[home], told[f"{home}/highlights"], told[made]["cover"]["story"]):
        assert warned["warnings"][0].startswith("trunc.mp4 ")
    assert hashlib.sha256(data).hexdigest() not in str(told)
