"""Viewers over HTTP: what they chose, covers of their own, and that nothing of whom was forgotten is left."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.cli.viewers import bind_to
from gifworthy.errors import OutputError, RecordsUnreadable
from gifworthy.moments import Moment
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import PLANS
from gifworthy.records.database import Database
from gifworthy.records.gathering import span_chosen
from gifworthy.records.histories import Histories
from gifworthy.service import tokens, workers
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds
from gifworthy.service.house import House
from gifworthy.service.workers import ViewerGone, Worker
from gifworthy.settings import Settings
from gifworthy.types import Style
from queue_work import do_all, here

LOOK = "width=64&seconds=1"


@pytest.fixture(autouse=True)
def at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done here, and not in a process of its own, where that is not what is tested."""
    if "isolated" not in request.keywords:
        monkeypatch.setattr(workers, "run_isolated", here)


@pytest.fixture
def video(client: TestClient, worker: Worker) -> str:
    """A video that was looked at."""
    sent = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    return str(sent)


def add(client: TestClient, viewer: str, video: str, start: float = 1.0) -> dict[str, object]:
    body = {"picks": [{"video": video, "start": start, "end": start + 1.0}]}
    answer = client.post(f"/v1/viewers/{viewer}/history", json=body)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def token(client: TestClient, viewer: str, seconds: float = 600) -> str:
    answer = client.post(f"/v1/viewers/{viewer}/token", json={"seconds": seconds})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def files(house: House) -> list[str]:
    kept = house.config.folder / "files"
    return sorted(str(file.relative_to(kept)) for file in kept.rglob("*") if file.is_file())


def everything(house: House) -> str:
    """Every row of every table, and every file's name."""
    if house.database.is_server:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    else:
        named = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with house.database.reading() as connection:
        tables = [row[0] for row in connection.exec_driver_sql(named)]
        rows = [connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables]
    return f"{rows} {files(house)}"


def test_a_history_is_kept_shown_and_taken_back(client: TestClient, video: str) -> None:
    first = add(client, "alice", video, 1.0)
    viewer = str(first["viewer"])
    assert viewer.startswith("vwr_")
    assert add(client, "alice", video, 1.0)["new"] == 0
    assert add(client, viewer, video, 3.0)["new"] == 1
    picks = client.get("/v1/viewers/alice/history").json()["picks"]
    assert [(pick["video"], pick["start"], pick["end"]) for pick in picks] == [
        (video, 1.0, 2.0),
        (video, 3.0, 4.0),
    ]
    (known,) = client.get("/v1/viewers").json()["viewers"]
    assert (known["id"], known["picks"]) == (viewer, 2)
    place = f"/v1/viewers/{viewer}/history/{picks[0]['id']}"
    assert [client.delete(place).status_code for _ in range(2)] == [204, 404]
    assert client.get(f"/v1/viewers/{viewer}").json()["picks"] == 1


def test_the_same_spans_at_once_count_once(client: TestClient, video: str) -> None:
    span = {"video": video, "start": 1, "end": 2}
    answer = client.post("/v1/viewers/alice/history", json={"picks": [span, span]}).json()
    assert (answer["new"], len(answer["picks"])) == (1, 1)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [(3, 2, "must lie after"), (1, 900, "after the end"), (900, 901, "after the end")],
)
def test_a_span_outside_the_video_is_refused_and_nobody_is_made(
    client: TestClient, video: str, start: float, end: float, said: str
) -> None:
    body = {"picks": [{"video": video, "start": start, "end": end}]}
    answer = client.post("/v1/viewers/alice/history", json=body)
    assert (answer.status_code, said in answer.json()["error"]["message"]) == (422, True)
    assert client.get("/v1/viewers").json()["viewers"] == []


def test_a_history_holds_so_much(client: TestClient, house: House, video: str) -> None:
    house.config = replace(house.config, bounds=Bounds(picks=1))
    add(client, "alice", video, 1.0)
    body = {"picks": [{"video": video, "start": 2, "end": 3}]}
    refused = client.post("/v1/viewers/alice/history", json=body)
    assert (refused.status_code, refused.json()["error"]["type"]) == (422, "TooManyPicks")
    assert client.get("/v1/viewers/alice").json()["picks"] == 1


@pytest.mark.isolated
def test_how_a_choice_looks_is_seen_by_a_worker_and_kept(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    job = add(client, "alice", video)["job"]
    assert isinstance(job, dict)
    assert (job["kind"], job["state"], "video" in job["links"]) == ("history", "pending", False)
    do_all(worker)
    assert client.get(f"/v1/jobs/{job['id']}").json()["state"] == "completed"
    with house.database.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM looks").scalar_one()
    assert count == 1


@pytest.mark.isolated
def test_a_cover_of_ones_own(client: TestClient, worker: Worker, house: House, video: str) -> None:
    client.get(f"/v1/videos/{video}/cover.gif?{LOOK}")
    add(client, "alice", video, 3.0)
    do_all(worker)
    public = client.get(f"/v1/videos/{video}/cover.gif?{LOOK}")
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, 'alice')}"
    waiting = client.get(address)
    assert (waiting.status_code, waiting.headers["retry-after"]) == (202, "1")
    do_all(worker)
    mine = client.get(address)
    assert mine.status_code == 200
    assert mine.headers["cache-control"] == "private, no-cache"
    assert "public" in public.headers["cache-control"]
    same = client.get(address, headers={"If-None-Match": mine.headers["etag"]})
    assert (same.status_code, same.headers["cache-control"]) == (304, "private, no-cache")
    job = client.get(waiting.headers["location"]).json()
    reasons = job["cover"]["story"]["highlights"][0]["reasons"]
    assert set(reasons) == {"everybody", "taste", "habit"}
    by_key = client.get(job["cover"]["url"])
    assert by_key.headers["cache-control"] == "private, no-cache"
    viewer = client.get("/v1/viewers").json()["viewers"][0]["id"]
    assert sum(f"viewers/{viewer}/" in name for name in files(house)) == 2
    assert viewer not in address


def test_another_history_is_another_cover(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    add(client, "alice", video, 3.0)
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, 'alice')}"
    client.get(address)
    do_all(worker)
    assert client.get(address).status_code == 200
    add(client, "alice", video, 5.0)
    assert [name for name in files(house) if "viewers/" in name] == []
    assert client.get(address).status_code == 202
    do_all(worker)
    assert client.get(address).status_code == 200
    pick = client.get("/v1/viewers/alice/history").json()["picks"][0]["id"]
    client.delete(f"/v1/viewers/alice/history/{pick}")
    assert client.get(address).status_code == 202


def test_an_order_for_a_viewer(client: TestClient, worker: Worker, video: str) -> None:
    viewer = str(add(client, "alice", video, 3.0)["viewer"])
    style = {"width": 64, "seconds": 1}
    orders = [{"style": style, "viewer": word} for word in ("alice", viewer, "")]
    jobs = [client.post(f"/v1/videos/{video}/covers", json=order).json() for order in orders]
    do_all(worker)
    keys = [client.get(job["links"]["self"]).json()["cover"]["key"] for job in jobs]
    assert keys[0] == keys[1] != keys[2]
    nobody = client.post(f"/v1/videos/{video}/covers", json={"viewer": "bob"})
    assert nobody.status_code == 404


def test_who_chose_nothing_gets_everybodys_cover(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    client.get(f"/v1/videos/{video}/cover.gif?{LOOK}")
    do_all(worker)
    client.post("/v1/viewers", json={"name": "a/b c"})
    (viewer,) = client.get("/v1/viewers").json()["viewers"]
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, viewer['id'])}"
    answer = client.get(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert do_all(worker) == 0


def test_nothing_of_whom_was_forgotten_is_left(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    viewer = str(add(client, "alice", video, 3.0)["viewer"])
    add(client, "bob", video, 3.0)
    words = {who: token(client, who) for who in ("alice", "bob")}
    addresses = {
        who: f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={word}" for who, word in words.items()
    }
    for address in addresses.values():
        client.get(address)
    told = "https://site.example/told"
    body = {"style": {"width": 48, "seconds": 1}, "viewer": "alice"}
    ordered = client.post(f"/v1/videos/{video}/covers?webhook={told}", json=body).json()
    do_all(worker)
    job = client.get(ordered["links"]["self"]).json()
    traces = [viewer, ordered["id"], job["cover"]["key"], worker_key(house, viewer)]
    assert all(trace in everything(house) for trace in traces)
    assert client.get(addresses["alice"]).status_code == 200

    assert client.delete("/v1/viewers/alice").status_code == 204
    left = everything(house)
    assert [trace for trace in traces if trace in left] == []
    gone = client.get(addresses["alice"])
    assert (gone.status_code, gone.json()["error"]["type"]) == (410, "TokenOver")
    for place in (job["cover"]["url"], job["links"]["self"], "/v1/viewers/alice"):
        assert client.get(place).status_code == 404, place
    assert client.delete(f"/v1/viewers/{viewer}").status_code == 404
    assert client.get(addresses["bob"]).status_code == 200
    add(client, "alice", video, 3.0)
    assert client.get(addresses["alice"]).status_code == 410, "a word came back to life"


def test_no_byte_of_whom_was_forgotten_is_in_the_file(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    if house.database.is_server:
        pytest.skip("a server's log is its keeper's")
    viewer = str(add(client, "alice", video, 3.0)["viewer"])
    do_all(worker)
    client.delete("/v1/viewers/alice")
    kept = b"".join(file.read_bytes() for file in house.config.folder.glob("records*"))
    assert viewer.encode() not in kept


def worker_key(house: House, viewer: str) -> str:
    return Histories(house.database).key_of(viewer)


def test_who_is_forgotten_while_a_cover_is_made_gets_none(
    client: TestClient, worker: Worker, house: House, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(client, "alice", video, 3.0)
    do_all(worker)
    client.get(f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, 'alice')}")
    forgetting_before(monkeypatch, lambda: client.delete("/v1/viewers/alice"))
    do_all(worker)
    assert [name for name in files(house) if "viewers/" in name] == []
    assert client.get("/v1/jobs").json()["jobs"][0]["kind"] == "look"


def test_a_cover_that_is_made_while_its_video_is_removed_is_not_kept(
    client: TestClient, worker: Worker, house: House, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(client, "alice", video, 3.0)
    do_all(worker)
    waiting = [
        client.get(f"/v1/videos/{video}/cover.gif?{LOOK}{whose}").headers["location"]
        for whose in ("", f"&viewer={token(client, 'alice')}")
    ]
    kept = Worker._keep

    def keep(self: Worker, *given: object) -> None:
        house.catalogue.remove("local", video)
        kept(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Worker, "_keep", keep)
    do_all(worker)
    jobs = [client.get(place).json() for place in waiting]
    assert [job["error"]["type"] for job in jobs] == ["VideoGone", "VideoGone"]
    assert [name for name in files(house) if "covers/" in name or "viewers/" in name] == []
    assert "cover.gif" not in everything(house)


def forgetting_before(monkeypatch: pytest.MonkeyPatch, forget: Callable[[], object]) -> None:
    """Somebody is forgotten when the cover is made, and about to be kept."""
    kept = Worker._keep

    def keep(self: Worker, *given: object) -> None:
        forget()
        with pytest.raises(ViewerGone):
            kept(self, *given)  # type: ignore[arg-type]
        raise ViewerGone

    monkeypatch.setattr(Worker, "_keep", keep)


def test_files_that_cannot_be_removed_leave_the_viewer_to_be_forgotten_again(
    client: TestClient, house: House, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise OutputError("the disk says no")

    add(client, "alice", video)
    with monkeypatch.context() as context:
        context.setattr(house.storage, "remove_below", refuse)
        assert client.delete("/v1/viewers/alice").status_code == 507
    assert client.get("/v1/viewers/alice").json()["picks"] == 1
    assert client.delete("/v1/viewers/alice").status_code == 204


def test_what_could_not_be_erased_yet_is_erased_when_asked_again(
    client: TestClient, house: House, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased: list[bool] = []

    def erase(_: Database) -> None:
        erased.append(True)
        if len(erased) == 1:
            raise RecordsUnreadable("somebody reads all the time")

    monkeypatch.setattr(Database, "erase_what_was_deleted", erase)
    add(client, "alice", video)
    assert [client.delete("/v1/viewers/alice").status_code for _ in range(3)] == [503, 404, 404]
    assert len(erased) == 2


def test_who_is_not_known_makes_nobody_wait_for_erasing(
    client: TestClient, house: House, video: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It writes the whole file anew; without a need for it, anybody with a key could have that done."""
    client.post("/v1/experiments", json={"name": "Front page", "arms": ["still", "moving"]})
    add(client, "alice", video)

    def never(_: Database) -> None:
        raise AssertionError("there was nothing to erase")

    with monkeypatch.context() as context:
        context.setattr(Database, "erase_what_was_deleted", never)
        assert client.delete("/v1/viewers/bob").status_code == 404
        assert client.delete(f"/v1/viewers/vwr_{'0' * 32}").status_code == 404
        assert client.post("/v1/viewers/forget?unit=bob").status_code == 204
    assert client.delete("/v1/viewers/alice").status_code == 204


def test_the_cover_is_the_one_that_the_command_line_makes(
    client: TestClient, worker: Worker, video: str, tmp_path: Path
) -> None:
    add(client, "alice", video, 9.0)
    style = Style(width=64, seconds=1)
    body = {"style": {"width": 64, "seconds": 1}, "viewer": "alice"}
    ordered = client.post(f"/v1/videos/{video}/covers", json=body).json()
    do_all(worker)
    ours = client.get(ordered["links"]["self"]).json()["cover"]["story"]["highlights"]

    settings = Settings(records=tmp_path / "r.sqlite", cache=tmp_path / "cache")
    histories, film = Histories.open(settings.records), str(drawn.pieces())
    histories.add("alice", [span_chosen(film, Moment(9.0), Moment(10.0), settings)])
    maker = CoverMaker.load(PLANS["signals"], settings, bind_to("alice", settings))
    theirs = maker.produce(film, style).cover.storyboard
    assert [(one["start"], one["end"], one["score"]) for one in ours] == [
        (round(one.segment.start, 4), round(one.segment.end, 4), round(one.score, 4))
        for one in theirs
    ]


def test_a_word_is_good_for_one_tenant_and_one_while(house: House, client: TestClient) -> None:
    secret = house.database.secret
    viewer = f"vwr_{'ab' * 16}"
    word = tokens.token_for(secret, "ours", viewer, 2e9)
    assert tokens.viewer_of(secret, "ours", word) == viewer
    assert "ab" * 16 not in word
    changed = word[:-1] + ("A" if word[-1] != "A" else "B")
    for tenant, shown in (("theirs", word), ("ours", changed), ("ours", "vt_"), ("ours", "vt_é")):
        with pytest.raises(tokens.TokenUnknown):
            tokens.viewer_of(secret, tenant, shown)
    with pytest.raises(tokens.TokenOver):
        tokens.viewer_of(secret, "ours", tokens.token_for(secret, "ours", viewer, 1.0))


def test_a_word_lets_nobody_in(house: House, worker: Worker) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    _, word = house.keys.make("ours", "a test", ["read", "write"])
    client.headers["Authorization"] = f"Bearer {word}"
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    add(client, "alice", video)
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, 'alice')}"
    shown = client.post("/v1/sign", json={"address": address}).json()["url"]
    client.headers.pop("Authorization")
    assert client.get(address).status_code == 401
    assert client.get(shown).status_code == 202
    other = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer=vt_other"
    assert client.get(shown.replace(address.split("viewer=")[1], "vt_other")).status_code == 403
    assert client.get(other).status_code == 401


def test_one_tenants_viewers_are_not_anothers(house: House, worker: Worker) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    data = drawn.pieces().read_bytes()
    both = {}
    for tenant in ("ours", "theirs"):
        _, word = house.keys.make(tenant, "a test", ["read", "write"])
        both[tenant] = {"Authorization": f"Bearer {word}"}
    videos = {
        tenant: client.post("/v1/videos", content=data, headers=headers).json()["id"]
        for tenant, headers in both.items()
    }
    do_all(worker)
    client.headers.update(both["ours"])
    viewer = str(add(client, "alice", videos["ours"])["viewer"])
    word = token(client, "alice")
    pick = client.get("/v1/viewers/alice/history").json()["picks"][0]["id"]
    client.headers.update(both["theirs"])
    for place in (f"/v1/viewers/{viewer}", "/v1/viewers/alice", f"/v1/viewers/{viewer}/history"):
        assert client.get(place).status_code == 404, place
    assert client.get("/v1/viewers").json()["viewers"] == []
    assert client.delete(f"/v1/viewers/{viewer}").status_code == 404
    assert client.delete(f"/v1/viewers/{viewer}/history/{pick}").status_code == 404
    assert client.post(f"/v1/viewers/{viewer}/token", json={}).status_code == 404
    body = {"picks": [{"video": videos["ours"], "start": 1, "end": 2}]}
    assert client.post("/v1/viewers/alice/history", json=body).status_code == 404
    address = f"/v1/videos/{videos['theirs']}/cover.gif?viewer={word}"
    assert client.get(address).status_code == 404
    theirs = str(add(client, "alice", videos["theirs"])["viewer"])
    assert theirs != viewer
    assert client.delete("/v1/viewers/alice").status_code == 204
    client.headers.update(both["ours"])
    assert client.get("/v1/viewers/alice").json()["picks"] == 1


def test_no_viewers_name_stands_anywhere(
    client: TestClient, house: House, video: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        add(client, "alice-of-wonderland", video)
        client.get("/v1/viewers/alice-of-wonderland/history")
    assert '"path": "/v1/viewers/-/history"' in caplog.text
    ours = [record.getMessage() for record in caplog.records if "gifworthy" in record.name]
    assert "wonderland" not in json.dumps(ours)
    assert "wonderland" not in everything(house)


def test_a_video_that_goes_takes_everybodys_covers_of_it_along(
    client: TestClient, worker: Worker, house: House, video: str
) -> None:
    add(client, "alice", video, 3.0)
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&viewer={token(client, 'alice')}"
    client.get(address)
    do_all(worker)
    assert client.get(address).status_code == 200
    client.delete(f"/v1/videos/{video}")
    assert files(house) == []
    assert client.get("/v1/viewers/alice").json()["picks"] == 1


def test_whom_the_experiments_know_under_the_name_is_forgotten_too(
    client: TestClient, video: str
) -> None:
    design = {"name": "x", "arms": ["still", "gif"]}
    experiment = client.post("/v1/experiments", json=design).json()["id"]
    place = f"/v1/experiments/{experiment}/assignment"
    given = client.get(place, params={"unit": "alice", "video": video}).json()
    said = {name: given[name] for name in ("unit", "arm", "version", "propensity")}
    seen = {"id": "1", "kind": "viewable", "exposure": "x", "video": video, "at": time.time()}
    batch = {"experiment": experiment, "events": [seen | said]}
    person = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}
    assert client.post("/v1/events", json=batch, headers=person).json()["new"] == 1
    add(client, "alice", video)
    client.delete("/v1/viewers/alice")
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert sum(arm["views"] for arm in told["results"]) == 0


def test_the_path_of_a_removed_video_is_not_looked_up_here(
    client: TestClient, worker: Worker, video: str, tmp_path: Path
) -> None:
    """The viewer's timings still count where the video is gone."""
    add(client, "alice", video, 3.0)
    do_all(worker)
    other = client.post("/v1/videos", content=drawn.cuts().read_bytes()).json()["id"]
    client.delete(f"/v1/videos/{video}")
    do_all(worker)
    address = f"/v1/videos/{other}/cover.gif?{LOOK}&viewer={token(client, 'alice')}"
    client.get(address)
    do_all(worker)
    assert client.get(address).status_code == 200
