"""A video in, a cover out, over HTTP."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from PIL import Image

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all


def send(client: TestClient, name: str = "drawn.mp4", data: bytes = b"") -> str:
    data = data or drawn.pieces().read_bytes()
    answer = client.post("/v1/videos", content=data, headers={"Upload-Name": name})
    assert answer.status_code == 202, answer.text
    video = str(answer.json()["id"])
    assert answer.headers["location"] == f"/v1/videos/{video}"
    return video


def test_a_video_becomes_a_cover(client: TestClient, worker: Worker) -> None:
    video = send(client)
    assert client.get(f"/v1/videos/{video}").json()["state"] == "processing"
    assert client.get(f"/v1/videos/{video}/cover.gif").status_code == 425
    do_all(worker)
    known = client.get(f"/v1/videos/{video}").json()
    assert (known["state"], known["name"], known["width"]) == ("ready", "drawn.mp4", 192)
    asked = {"plan": {"name": "signals"}, "style": {"width": 96, "seconds": 1}}
    answer = client.post(f"/v1/videos/{video}/covers", json=asked)
    assert answer.status_code == 202
    do_all(worker)
    job = client.get(answer.headers["location"]).json()
    assert (job["state"], job["progress"]) == ("completed", 1.0)
    picture = client.get(job["cover"]["url"])
    assert picture.headers["content-type"] == "image/gif"
    assert "immutable" in picture.headers["cache-control"]
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert (shown.width, shown.n_frames > 1) == (96, True)  # type: ignore[attr-defined]
    assert client.get(job["cover"]["still"]).content[:3] == b"\xff\xd8\xff"
    assert job["cover"]["story"]["source"] == "drawn.mp4"


def test_a_cover_by_its_address_is_made_once_and_then_given(
    client: TestClient, worker: Worker
) -> None:
    video = send(client)
    do_all(worker)
    address = f"/v1/videos/{video}/cover.webp?width=64&seconds=1"
    first, second = client.get(address), client.get(address)
    assert [first.status_code, second.status_code] == [202, 202]
    assert int(first.headers["retry-after"]) >= 1
    assert first.headers["location"] == second.headers["location"]
    assert do_all(worker) == 1
    made = client.get(address)
    assert made.headers["content-type"] == "image/webp"
    same = client.get(address, headers={"If-None-Match": made.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert client.get(address.replace(".webp", ".tiff")).status_code == 404


def test_a_word_that_is_none_of_an_address_is_refused(client: TestClient) -> None:
    video = send(client)
    answer = client.get(f"/v1/videos/{video}/cover.gif?colour=red")
    assert answer.status_code == 422
    assert "no 'colour'" in answer.json()["error"]["message"]


def test_the_best_format_that_is_taken_is_given(client: TestClient, worker: Worker) -> None:
    video = send(client)
    do_all(worker)
    address, browser = f"/v1/videos/{video}/cover?width=64&seconds=1", {"Accept": "image/webp,*/*"}
    client.get(address, headers=browser)
    do_all(worker)
    answer = client.get(address, headers=browser)
    assert (answer.headers["content-type"], answer.headers["vary"]) == ("image/webp", "Accept")


def test_the_same_bytes_are_one_video_and_looked_at_once(
    client: TestClient, worker: Worker
) -> None:
    assert send(client) == send(client, "another name.mp4")
    assert do_all(worker) == 1
    send(client)
    assert do_all(worker) == 0


def test_a_choice_stands_above_the_plan(client: TestClient, worker: Worker) -> None:
    video = send(client)
    do_all(worker)
    chosen = {"windows": [[2.0, 3.0]], "exclude": []}
    assert client.put(f"/v1/videos/{video}/choice", json=chosen).json()["version"] == 1
    address = f"/v1/videos/{video}/cover.gif?width=64&seconds=1"
    client.get(address)
    do_all(worker)
    job = client.get("/v1/jobs", params={"video": video}).json()["jobs"][0]
    (highlight,) = job["cover"]["story"]["highlights"]
    assert job["cover"]["story"]["chosen_by"] == "person"
    assert 2.0 <= highlight["start"] < highlight["end"] <= 3.0
    late = client.put(f"/v1/videos/{video}/choice", json={"windows": [[900, 901]]})
    assert late.status_code == 422
    assert "past the end" in late.json()["error"]["message"]


def test_highlights_have_scores_and_reasons(client: TestClient, worker: Worker) -> None:
    video = send(client)
    do_all(worker)
    segments = client.get(f"/v1/videos/{video}/highlights").json()["segments"]
    scores = [segment["score"] for segment in segments if segment["score"] is not None]
    assert scores == sorted(scores, reverse=True)
    assert segments[0]["reasons"]
    with Image.open(io.BytesIO(client.get(f"/v1/videos/{video}/strip.jpg").content)) as strip:
        assert strip.width > strip.height


def test_the_same_key_orders_once(client: TestClient) -> None:
    video = send(client)
    headers, body = {"Idempotency-Key": "k"}, {"style": {"width": 64}}

    def order(body: Mapping[str, object]) -> tuple[int, str]:
        answer = client.post(f"/v1/videos/{video}/covers", json=body, headers=headers)
        return answer.status_code, answer.headers.get("location", "")

    assert order(body) == order(body)
    assert order({"style": {"width": 65}})[0] == 409


def test_what_was_made_before_is_there_at_once(client: TestClient, worker: Worker) -> None:
    video = send(client)
    body = {"style": {"width": 64, "seconds": 1}}
    first = client.post(f"/v1/videos/{video}/covers", json=body).json()
    do_all(worker)
    again = client.post(f"/v1/videos/{video}/covers", json=body).json()
    assert (first["state"], again["state"]) == ("pending", "completed")
    assert client.get(again["cover"]["url"]).status_code == 200
    assert do_all(worker) == 0


def test_a_job_is_followed_until_it_ends(client: TestClient, worker: Worker) -> None:
    video = send(client)
    do_all(worker)
    job = client.get("/v1/jobs", params={"video": video}).json()["jobs"][0]
    told = client.get(job["links"]["events"]).text
    assert "event: job" in told
    record = json.loads(told.split("data: ")[1].splitlines()[0])
    assert record["state"] == "completed"


def test_a_cancelled_job_is_not_done(client: TestClient, worker: Worker) -> None:
    send(client)
    (job,) = client.get("/v1/jobs").json()["jobs"]
    assert client.delete(f"/v1/jobs/{job['id']}").json()["state"] == "cancelled"
    assert do_all(worker) == 0


def test_what_is_no_video_is_refused_and_nothing_is_kept(client: TestClient, house: House) -> None:
    playlist = b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n"
    for data in (b"", playlist, b"hello, this is text", b"<html></html>"):
        answer = client.post("/v1/videos", content=data)
        assert answer.status_code == 422, data
        assert answer.json()["error"]["type"] == "VideoUnreadable"
    assert [
        file for file in house.config.folder.rglob("*") if file.suffix in (".part", ".mp4")
    ] == []
    assert client.get("/v1/videos").json()["videos"] == []


def test_a_damaged_video_says_what_is_wrong(client: TestClient, worker: Worker) -> None:
    video = send(client, data=drawn.pieces().read_bytes()[:2000])
    do_all(worker)
    known = client.get(f"/v1/videos/{video}").json()
    assert known["state"] == "errored"
    assert known["error"]["type"] == "VideoUnreadable"
    assert "drawn.mp4" in known["error"]["message"]
    assert client.get(f"/v1/videos/{video}/cover.gif").status_code == 409


def test_too_much_is_refused(house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(upload_bytes=1000, waiting=1))
    client = TestClient(create_app(house))
    data = drawn.pieces().read_bytes()
    assert client.post("/v1/videos", content=data).status_code == 413
    assert client.post("/v1/videos", content=iter([data])).status_code == 413
    house.config = replace(house.config, bounds=Bounds(waiting=1))
    send(client)
    full = client.post("/v1/videos", content=drawn.cuts().read_bytes())
    assert full.status_code == 429
    assert int(full.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        {"plan": {"name": "../../etc"}},
        {"plan": {"name": "signals", "shots": 11}},
        {"style": {"width": 100_000}},
        {"style": {"seconds": 1e9}},
        {"style": {"format": "exe"}},
        {"windows": [{"start": 3, "end": 2}]},
        {"strange": 1},
        {"style": {"widht": 64}},
    ],
)
def test_what_cannot_be_is_said(client: TestClient, body: dict[str, object]) -> None:
    video = send(client)
    answer = client.post(f"/v1/videos/{video}/covers", json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]


def test_forgotten_is_forgotten(client: TestClient, worker: Worker, house: House) -> None:
    video = send(client)
    do_all(worker)
    client.get(f"/v1/videos/{video}/cover.gif?width=64&seconds=1")
    do_all(worker)
    assert client.delete(f"/v1/videos/{video}").status_code == 204
    assert client.get(f"/v1/videos/{video}").status_code == 404
    kept = house.config.folder / "files"
    assert [file for file in kept.rglob("*") if file.is_file()] == []


def test_every_answer_has_an_id_that_can_be_given(client: TestClient) -> None:
    assert (
        client.get("/healthz", headers={"X-Request-Id": "mine-1"}).headers["x-request-id"]
        == "mine-1"
    )
    assert len(client.get("/healthz").headers["x-request-id"]) == 32
    assert (
        len(client.get("/healthz", headers={"X-Request-Id": "a b"}).headers["x-request-id"]) == 32
    )


def test_health_and_figures(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"state": "ready"}
    send(client)
    assert 'gifworthy_jobs{state="pending"} 1.0' in client.get("/metrics").text
