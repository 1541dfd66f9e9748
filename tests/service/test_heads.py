"""HEAD is what GET is, without the bytes, and it orders nothing."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.records.catalogue import StoredCover, Upload
from gifworthy.service import names
from gifworthy.service.house import House
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


FILM = bytes(range(250)) * 4
TAG = f'"{"e" * 32}-mp4"'


@pytest.fixture
def film(house: House) -> str:
    """The address of a cover of 1000 bytes."""
    video = house.catalogue.add(Upload("local", "0" * 64, "a.mp4", 10))
    of = ("a" * 64, "local", video.id)
    cover = StoredCover(*of, "video/mp4", len(FILM), "e" * 32, {"cover": "cover.mp4"})
    still = names.cover(cover, ".jpg")
    assert house.catalogue.keep_cover(cover, lambda: house.storage.put(still, FILM[:10]))
    house.storage.put(names.cover(cover, ".mp4"), FILM)
    return f"/v1/covers/{cover.key}.mp4"


@pytest.mark.parametrize(
    ("asked", "piece", "told"),
    [
        ("bytes=0-1", FILM[:2], "bytes 0-1/1000"),
        ("bytes=990-", FILM[990:], "bytes 990-999/1000"),
        ("bytes=990-5000", FILM[990:], "bytes 990-999/1000"),
        ("bytes=-10", FILM[990:], "bytes 990-999/1000"),
        ("bytes=-5000", FILM, "bytes 0-999/1000"),
        ("Bytes=7-7", FILM[7:8], "bytes 7-7/1000"),
    ],
)
def test_a_piece_of_a_file_is_given(
    client: TestClient, film: str, asked: str, piece: bytes, told: str
) -> None:
    whole = client.get(film)
    assert (whole.status_code, whole.headers["accept-ranges"]) == (200, "bytes")
    answer = client.get(film, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, piece)
    assert answer.headers["content-range"] == told
    assert int(answer.headers["content-length"]) == len(piece)
    same = ("etag", "cache-control", "content-type", "accept-ranges")
    assert [answer.headers[one] for one in same] == [whole.headers[one] for one in same]
    still = client.get(film.replace(".mp4", ".jpg"), headers={"Range": "bytes=2-3"})
    assert (still.status_code, still.content) == (206, FILM[2:4])


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_piece_past_the_end_is_refused(client: TestClient, film: str, asked: str) -> None:
    answer = client.get(film, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */1000")
    assert "the file has 1000 bytes" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Range": "bytes=0-1, 5-6"},
        {"Range": "bytes=3-1"},
        {"Range": "bytes=-"},
        {"Range": "frames=0-1"},
        {"Range": f"bytes={'9' * 5000}-"},
        {"Range": "bytes=0-1", "If-Range": '"another"'},
        {"Range": "bytes=0-1", "If-Range": f"W/{TAG}"},
        {"Range": "bytes=0-1", "If-Range": "Sat, 21 Nov 2026 10:00:00 GMT"},
    ],
)
def test_what_is_no_one_piece_of_this_file_is_all_of_it(
    client: TestClient, film: str, headers: dict[str, str]
) -> None:
    answer = client.get(film, headers=headers)
    assert (answer.status_code, answer.content) == (200, FILM)


def test_pieces_heads_and_tags_agree(client: TestClient, film: str) -> None:
    piece = {"Range": "bytes=0-1"}
    assert client.get(film, headers=piece | {"If-Range": TAG}).status_code == 206
    told = client.head(film, headers=piece)
    assert (told.status_code, told.headers["content-length"]) == (200, "1000")
    assert (told.headers["accept-ranges"], told.headers["etag"]) == ("bytes", TAG)
    for known in (TAG, f"W/{TAG}", f'"other", {TAG}', "*"):
        answer = client.get(film, headers=piece | {"If-None-Match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
        assert answer.headers["etag"] == TAG
    assert client.get(film, headers={"If-None-Match": f'"{TAG}'}).status_code == 200
