"""What pages show beside covers: small stills of many videos, fine stills of one, and nobody else's."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

import drawn
from gifworthy.records.catalogue import StoredCover, Upload
from gifworthy.service import names
from gifworthy.service.house import House
from gifworthy.service.routes import pages
from gifworthy.service.workers import Worker
from queue_work import do_all, here


def sent(client: TestClient, more: bytes = b"", name: str = "a.mp4") -> str:
    data = drawn.pieces().read_bytes() + more
    return str(client.post("/v1/videos", content=data, headers={"Upload-Name": name}).json()["id"])


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in this process: these tests are about pages."""
    monkeypatch.setattr("gifworthy.service.workers.run_isolated", here)


def covered(client: TestClient, worker: Worker, style: Mapping[str, object]) -> str:
    """A video with a cover; the cover's key."""
    video = sent(client)
    job = client.post(f"/v1/videos/{video}/covers", json={"style": style}).json()["id"]
    do_all(worker)
    return str(client.get(f"/v1/jobs/{job}").json()["cover"]["key"])


def test_stills_on_the_shelf_are_small_and_kept(client: TestClient, worker: Worker) -> None:
    key = covered(client, worker, {"width": 192, "height": 108, "seconds": 1})
    answer = client.get(f"/stills/{key}.webp")
    assert answer.headers["cache-control"].endswith("immutable")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.format, max(picture.size)) == ("WEBP", 192)
    assert f"/stills/{key}.webp" in client.get("/").text
    assert client.get(f"/stills/{'0' * 64}.webp").status_code == 404


def test_a_still_of_a_viewers_own_cover_is_asked_for_each_time(
    client: TestClient, house: House
) -> None:
    video = house.catalogue.add(Upload("local", "0" * 64, "a.mp4", 10))
    of = ("a" * 64, "local", video.id)
    cover = StoredCover(*of, "image/gif", 3, "e" * 32, {"cover": "cover.gif"}, "vwr_" + "0" * 32)
    still = io.BytesIO()
    Image.new("RGB", (64, 36)).save(still, "JPEG")
    place = names.cover(cover, ".jpg")
    assert house.catalogue.keep_cover(cover, lambda: house.storage.put(place, still.getvalue()))
    address = f"/stills/{cover.key}.webp"
    answer = client.get(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    same = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.headers["cache-control"]) == (304, "private, no-cache")
    assert client.get(address, headers={"Range": "bytes=0-3"}).content == b"RIFF"


def test_a_preview_of_a_candidate_is_not_the_cover_of_its_video(
    client: TestClient, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PREVIEW_WIDTH", 96)
    cover = covered(client, worker, {"width": 192, "seconds": 1})
    preview = covered(client, worker, {"width": 96, "seconds": 1})
    shelf = client.get("/").text
    assert f"/stills/{cover}.webp" in shelf
    assert preview not in shelf


def test_another_tenant_sees_no_still_of_ours(
    house: House, client: TestClient, worker: Worker
) -> None:
    key = covered(client, worker, {"width": 96, "seconds": 1})
    _, word = house.keys.make("theirs", "others", ["read"])
    theirs = {"Authorization": f"Bearer {word}"}
    assert client.get(f"/stills/{key}.webp").status_code == 200
    assert client.get(f"/stills/{key}.webp", headers=theirs).status_code == 404


def test_older_videos_are_behind_a_link(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "ON_A_PAGE", 2)
    for number in range(3):
        sent(client, b"\0" * (number + 1), f"number-{number}.mp4")
    newest = client.get("/").text
    assert ["number-" + str(n) in newest for n in range(3)] == [False, True, True]
    link = newest.split('href="/?before=')[1].split('"')[0]
    older = client.get(f"/?before={link}").text
    assert ["number-" + str(n) in older for n in range(3)] == [True, False, False]


def test_only_the_scripts_for_other_sites_may_be_read_by_them(client: TestClient) -> None:
    for name in ("beacon.js", "embed.js", "moving.js"):
        assert client.get(f"/static/{name}").headers["access-control-allow-origin"] == "*"
    own = client.get("/static/editing.js").headers
    assert "access-control-allow-origin" not in own
    assert own["cache-control"] == "no-cache"


def brightness(client: TestClient, video: str, start: float, end: float) -> float:
    """The mean grey, 0 to 255, of four stills."""
    place = f"/v1/videos/{video}/frames.jpg?start={start}&end={end}&count=4"
    with Image.open(io.BytesIO(client.get(place).content)) as picture:
        assert picture.width == 4 * 96
        return float(np.asarray(picture.convert("L")).mean())


def test_stills_are_had_of_any_part(client: TestClient, worker: Worker) -> None:
    video = sent(client)
    do_all(worker)
    black, white = (2 * drawn.PIECES.index(name) for name in ("black", "white"))
    assert brightness(client, video, black + 0.2, black + 1.8) < 8
    assert brightness(client, video, white + 0.2, white + 1.8) > 247
    past = client.get(f"/v1/videos/{video}/frames.jpg?start=99&end=100")
    assert past.status_code == 422
    assert "must lie before 16" in past.json()["error"]["message"]


def test_another_tenant_gets_no_stills_of_our_video(
    house: House, client: TestClient, worker: Worker
) -> None:
    video = sent(client)
    do_all(worker)
    _, word = house.keys.make("theirs", "others", ["read"])
    theirs = {"Authorization": f"Bearer {word}"}
    assert client.get(f"/v1/videos/{video}/frames.jpg", headers=theirs).status_code == 404
