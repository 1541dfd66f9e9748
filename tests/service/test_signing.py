"""An address that opens one cover for a while, and nothing else."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.house import House
from gifworthy.service.signing import signed, tenant_of
from gifworthy.service.workers import Worker
from queue_work import do_all, here

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


@pytest.mark.parametrize("word", ["ends=9999999999", "for=theirs", "signature=0"])
def test_what_a_signature_says_is_said_once(word: str) -> None:
    """Their order is not signed: a second `ends`, moved behind the first, would make it last longer."""
    with pytest.raises(ValueError, match=word.split("=")[0]):
        signed(SECRET, "ours", f"{PLACE}?width=64&{word}", 60)


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


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process: what is looked at is how covers are given."""
    monkeypatch.setattr("gifworthy.service.workers.run_isolated", here)


def kept_for(answer: Response) -> tuple[str, int, int]:
    """By whom a cover may be kept, for how many seconds, and for how many more it may be shown then."""
    whose, fresh, *more = answer.headers["cache-control"].split(", ")
    stale = [int(one.partition("=")[2]) for one in more if "stale" in one]
    return whose, int(fresh.partition("=")[2]), sum(stale)


@pytest.mark.usefixtures("at_once")
def test_no_cache_gives_a_cover_to_others_than_may_see_it(house: House, worker: Worker) -> None:
    app = create_app(house)
    local = TestClient(app)
    place = "/v1/videos/{}/cover.gif?width=64&seconds=1"
    made = cover_at(local, worker, place)
    assert [kept_for(local.get(one))[0] for one in made] == ["public", "public"]
    house.config = replace(house.config, host="0.0.0.0", public="https://covers.example.org")
    _, word = house.keys.make("ours", "a test", ["read", "write"])
    mine = TestClient(app, headers={"Authorization": f"Bearer {word}"})
    covers = cover_at(mine, worker, place)
    year = 31_536_000
    assert [kept_for(mine.get(one)) for one in covers] == [
        ("private", 60, 600),
        ("private", year, 0),
    ]
    everybody = TestClient(app)
    for seconds, fresh, stale in ((30, 30, 0), (100, 60, 40), (2 * year, 60, 600)):
        by_video, by_key = (signed_by(mine, one, seconds) for one in covers)
        whose, most, later = kept_for(everybody.get(by_video))
        assert whose == "public"
        assert fresh - 5 <= most <= fresh
        assert stale - 5 <= later <= stale
        whose, most, _ = kept_for(everybody.get(by_key))
        assert whose == "public"
        assert min(seconds, year) - 5 <= most <= min(seconds, year)


def cover_at(client: TestClient, worker: Worker, place: str) -> tuple[str, str]:
    """Both addresses of a cover: by its video, and its own."""
    sent = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()
    do_all(worker)
    address = place.format(sent["id"])
    job = client.get(address).headers["location"]
    do_all(worker)
    return address, client.get(job).json()["cover"]["url"]


def signed_by(client: TestClient, address: str, seconds: float) -> str:
    body = {"address": address, "seconds": seconds}
    url = str(client.post("/v1/sign", json=body).json()["url"])
    return url.removeprefix("https://covers.example.org")
