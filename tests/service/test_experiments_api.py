"""An experiment over HTTP: assigned, told of, read; nothing lost, nothing twice, nothing of another's."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from gifworthy.learning.datasets import DATASETS
from gifworthy.records.catalogue import Upload
from gifworthy.records.events import Events
from gifworthy.service.app import create_app
from gifworthy.service.house import House

DESIGN = {"name": "Front page", "arms": ["still", "moving"], "planned": 1000}
JSON = {"Content-Type": "application/json"}
PERSON = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140"}


def begin(client: TestClient) -> str:
    answer = client.post("/v1/experiments", json=DESIGN)
    assert answer.status_code == 201, answer.text
    assert "salt" not in answer.text
    return str(answer.json()["id"])


def views(client: TestClient, experiment: str, people: int) -> list[dict[str, object]]:
    told = []
    for person in range(people):
        place = f"/v1/experiments/{experiment}/assignment?unit=p{person}&video=v"
        given = client.get(place).json()
        said = {name: given[name] for name in ("unit", "arm", "version", "propensity")}
        kinds = ("viewable", "click") if person % 2 else ("viewable",)
        told += [
            {
                "id": f"{person}{kind}",
                "kind": kind,
                "exposure": f"x{person}",
                "video": "v",
                "at": time.time(),
                **said,
            }
            for kind in kinds
        ]
    return told


def test_the_same_person_gets_the_same_arm_and_is_told_of_by_a_key(client: TestClient) -> None:
    experiment = begin(client)
    place = f"/v1/experiments/{experiment}/assignment?unit=alice&video=v"
    first, again = client.get(place).json(), client.get(place).json()
    assert first == again
    assert first["arm"] in ("still", "moving")
    assert (first["propensity"], len(first["unit"])) == (0.5, 32)
    assert "alice" not in first["unit"]


def test_reports_are_counted_in_another_process(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their memory grows with the events, and a server that kept it would never be flat."""

    def never(*_: object) -> None:
        raise AssertionError("counted in the process that answers")

    experiment = begin(client)
    monkeypatch.setattr("gifworthy.service.reporting.report", never)
    assert client.get(f"/v1/experiments/{experiment}/report").status_code == 200
    assert client.get(f"/experiments/{experiment}").status_code == 200


def test_what_is_told_is_counted_once(client: TestClient) -> None:
    experiment = begin(client)
    batch = {"experiment": experiment, "events": views(client, experiment, 60)}
    counted = client.post("/v1/events", json=batch, headers=PERSON).json()
    assert counted == {"new": 90, "refused": 0}
    assert client.post("/v1/events", json=batch, headers=PERSON).json()["new"] == 0
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert sum(arm["views"] for arm in told["results"]) == 60
    assert client.get(f"/v1/experiments/{experiment}/report.png").content[1:4] == b"PNG"
    page = client.get(f"/experiments/{experiment}").text
    assert "Front page" in page
    assert "<article" in page
    assert "<style" not in page


def test_a_video_is_called_by_its_name(client: TestClient, house: House) -> None:
    stored = house.catalogue.add(Upload("local", "0" * 64, "Cats & dogs.mp4", 10))
    experiment = begin(client)
    events = [{**each, "video": stored.id} for each in views(client, experiment, 60)]
    batch = {"experiment": experiment, "events": events}
    assert client.post("/v1/events", json=batch, headers=PERSON).json()["new"] == 90
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert [(each["video"], each["name"]) for each in told["videos"]] == [
        (stored.id, "Cats & dogs.mp4")
    ]
    page = client.get(f"/experiments/{experiment}").text
    assert "Cats &amp; dogs.mp4" in page
    assert "planned: 1,000 views; 60 are counted (6 %)" in page
    assert "an estimate: at the present rates" in page


def test_clicks_go_back_to_training(client: TestClient, house: House, tmp_path: Path) -> None:
    """What the server gives is what `data read clicks` takes; a video that is stored here has its length."""
    stored = house.catalogue.add(Upload("local", "0" * 64, "cats.mp4", 10))
    house.catalogue.describe("local", stored.id, "ready", {"duration": 60.0})
    experiment = begin(client)
    place = f"/v1/experiments/{experiment}"
    shown = [
        {"video": stored.id, "arm": "moving", "spans": [[2.0, 4.0]]},
        {"video": stored.id, "arm": "still", "spans": [[0.0, 1.0]], "duration": 61.5},
    ]
    assert client.put(f"{place}/variants", json=shown).status_code == 204
    events = [{**each, "video": stored.id} for each in views(client, experiment, 60)]
    batch = {"experiment": experiment, "events": events}
    assert client.post("/v1/events", json=batch, headers=PERSON).json()["new"] == 90
    answer = client.get(f"{place}/clicks.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    (tmp_path / "clicks.csv").write_bytes(answer.content)
    labels = DATASETS["clicks"]().read(tmp_path / "clicks.csv").labels
    told = client.get(f"{place}/report").json()["results"]
    found = {label.start: (label.value, label.views, label.duration) for label in labels}
    still, moving = (found[0.0], found[2.0])
    rates = [each["clicks"] / each["views"] for each in told]
    assert still == pytest.approx((rates[0], told[0]["views"], 61.5))
    assert moving == pytest.approx((rates[1], told[1]["views"], 60.0))


def test_a_program_is_kept_apart(client: TestClient) -> None:
    experiment = begin(client)
    word = client.get(f"/v1/experiments/{experiment}/beacon").json()["beacon"]
    batch = {"experiment": experiment, "events": views(client, experiment, 40)}
    place, agent = f"/v1/events?beacon={word}", {"User-Agent": "Googlebot/2.1"}
    assert client.post(place, json=batch, headers=agent).json()["new"] == 60
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert sum(arm["views"] for arm in told["results"]) == 0


@pytest.mark.parametrize("agent", ["python-requests/2.32", "okhttp/4.12", ""])
def test_a_server_that_passes_on_what_people_did_is_not_taken_for_them(
    client: TestClient, agent: str
) -> None:
    experiment = begin(client)
    events = views(client, experiment, 40)
    for each in events:
        each["robot"] = each["exposure"] == "x7"
    batch = {"experiment": experiment, "events": events}
    assert client.post("/v1/events", json=batch, headers={"User-Agent": agent}).json()["new"] == 60
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert sum(arm["views"] for arm in told["results"]) == 39


def test_a_broken_batch_is_refused_whole(client: TestClient, house: House) -> None:
    experiment = begin(client)
    events = views(client, experiment, 3)
    events[-1]["arm"] = "another"
    answer = client.post("/v1/events", json={"experiment": experiment, "events": events})
    assert answer.status_code == 422
    assert "'arm' must be one of still, moving" in answer.json()["error"]["message"]
    assert Events(house.database).count(experiment) == 0
    again = {"experiment": experiment, "events": events[:-1]}
    assert client.post("/v1/events", json=again, headers=PERSON).json()["new"] == len(events) - 1


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1" + "0" * 5000, "NaN", "1e999", "-1e999"])
@pytest.mark.parametrize("field", ["planned", "floor", "tolerated", "shares"])
def test_a_design_with_numbers_that_are_none_is_refused(
    client: TestClient, field: str, number: str
) -> None:
    """What was kept once would break every report, and the list of all experiments."""
    given = f"[0.5, {number}]" if field == "shares" else number
    body = f'{{"name": "x", "arms": ["a", "b"], "{field}": {given}}}'
    answer = client.post("/v1/experiments", content=body, headers=JSON)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"]["message"]
    both = body.replace("[0.5, ", f"[{number}, ")
    assert client.post("/v1/experiments", content=both, headers=JSON).status_code in (400, 422)
    assert client.get("/v1/experiments").json() == []


def test_a_key_for_events_tells_and_reads_nothing(house: House) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    _, word = house.keys.make("ours", "the page", ["events"])
    _, mine = house.keys.make("ours", "a person", ["read", "write", "events"])
    _, other = house.keys.make("theirs", "others", ["read", "write", "events"])
    telling, owner, theirs = ({"Authorization": f"Bearer {each}"} for each in (word, mine, other))
    experiment = client.post("/v1/experiments", json=DESIGN, headers=owner).json()["id"]
    place = f"/v1/experiments/{experiment}"
    assert client.get(f"{place}/assignment?unit=a&video=v", headers=telling).status_code == 200
    assert client.get(f"{place}/report", headers=telling).status_code == 403
    assert client.get("/v1/videos", headers=telling).status_code == 403
    for path in (
        place,
        f"{place}/report",
        f"{place}/clicks.csv",
        f"{place}/assignment?unit=a&video=v",
    ):
        assert client.get(path, headers=theirs).status_code == 404, path
    stolen = {"experiment": experiment, "events": []}
    assert client.post("/v1/events", json=stolen, headers=theirs).status_code == 404


def test_who_is_forgotten_is_counted_no_more(client: TestClient) -> None:
    experiment = begin(client)
    batch = {"experiment": experiment, "events": views(client, experiment, 40)}
    client.post("/v1/events", json=batch, headers=PERSON)
    assert client.post("/v1/viewers/forget?unit=p1").status_code == 204
    told = client.get(f"/v1/experiments/{experiment}/report").json()
    assert sum(arm["views"] for arm in told["results"]) == 39
