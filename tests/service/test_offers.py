"""Plans by name, side by side; models that the operator names; shapes as people write them; quotas."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.errors import UnknownName, WeightsMissing
from gifworthy.records.database import Database
from gifworthy.records.quotas import Quotas
from gifworthy.service import workers
from gifworthy.service.app import create_app
from gifworthy.service.config import Bounds, Config
from gifworthy.service.house import House
from gifworthy.service.offers import ABOUT, Offers
from gifworthy.service.requests import Asked, PlanAsked
from gifworthy.service.workers import Worker
from queue_work import do_all, here

LOOK = "width=64&seconds=1"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "run_isolated", here)


@pytest.fixture
def video(client: TestClient, worker: Worker) -> str:
    sent = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    return str(sent)


def test_every_plan_that_comes_along_is_told_and_explained(client: TestClient) -> None:
    plans = {plan["name"]: plan for plan in client.get("/v1/plans").json()["plans"]}
    assert plans.keys() == ABOUT.keys()
    assert all(plan["about"] and plan["kind"] == "built-in" for plan in plans.values())
    assert (plans["storyline"]["shots"], plans["storyline"]["baseline"]) == (3, False)
    assert plans["random"]["baseline"] is True


def test_one_video_by_several_plans_is_several_covers(
    client: TestClient, worker: Worker, video: str
) -> None:
    addresses = [
        f"/v1/videos/{video}/cover.gif?{LOOK}&plan={name}"
        for name in ("first", "middle", "signals")
    ]
    assert [client.get(address).status_code for address in addresses] == [202, 202, 202]
    do_all(worker)
    assert [client.get(address).status_code for address in addresses] == [200, 200, 200]
    stories = [job["cover"]["story"] for job in client.get("/v1/jobs").json()["jobs"][:3]]
    assert {story["plan"] for story in stories} == {"first", "middle", "signals"}
    wrong = client.get(f"/v1/videos/{video}/cover.gif?plan=signal")
    assert (wrong.status_code, "signals" in wrong.json()["error"]["message"]) == (422, True)


def test_a_model_is_a_plan_by_its_folders_name(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    import torch
    from torch import nn

    from gifworthy.checkpoints import Card, Use, save
    from gifworthy.reading import Reading

    use = Use("learned", "fixed", Reading.vectors("pixels"))

    def trained(weight: float) -> None:
        network = nn.Linear(376, 1, bias=False)
        nn.init.constant_(network.weight, weight)
        given = (torch.zeros(2, 376),)
        save(network, Card("linear", use=use), given, tmp_path / "models" / "ours-1")

    trained(1.0)
    config = Config(folder=tmp_path / "service", models=tmp_path / "models")
    house = House.open(config)
    client = TestClient(create_app(house))
    (told,) = [one for one in client.get("/v1/plans").json()["plans"] if one["kind"] == "trained"]
    assert (told["name"], told["scorer"]) == ("ours-1", "learned")
    assert str(tmp_path) not in json.dumps(told)
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    worker = Worker.start(config, threading.Event())
    do_all(worker)
    address = f"/v1/videos/{video}/cover.gif?{LOOK}&plan=ours-1"
    client.get(address)
    do_all(worker)
    job = client.get("/v1/jobs").json()["jobs"][0]
    assert (client.get(address).status_code, job["cover"]["story"]["plan"]) == (200, "ours-1")
    for path in (str(tmp_path / "models" / "ours-1"), "../models/ours-1", "models/ours-1"):
        refused = client.get(f"/v1/videos/{video}/cover.gif", params={"plan": path})
        assert refused.status_code == 422, path
    asked = Asked(PlanAsked("ours-1"))
    before = house.offers.key(asked, "c")
    trained(2.0)
    assert Offers.read(config.models).key(asked, "c") != before, "another model, the same cover"
    for opened in (house.database, worker.jobs.database):
        opened.close()


def test_a_folder_without_models_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="holds no trained model"):
        Offers.read(tmp_path)
    with pytest.raises(UnknownName):
        Offers.read().named("../x")


@pytest.mark.parametrize(
    ("aspect", "size"), [("1:1", (54, 54)), ("9:16", (54, 96)), ("0.5625", (54, 96))]
)
def test_a_shape_is_written_as_people_write_it(
    client: TestClient, worker: Worker, video: str, aspect: str, size: tuple[int, int]
) -> None:
    address = f"/v1/videos/{video}/cover.gif?width=54&seconds=1&aspect={aspect}"
    client.get(address)
    do_all(worker)
    story = client.get("/v1/jobs").json()["jobs"][0]["cover"]["story"]
    assert (story["width"], story["height"]) == size


def test_what_is_no_shape_is_said(client: TestClient, video: str) -> None:
    answer = client.get(f"/v1/videos/{video}/cover.gif?aspect=square")
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "'square' is no aspect; write 1:1, 16:9 or 1.5"


def test_the_curve_runs_through_the_video_from_least_to_most(
    client: TestClient, video: str
) -> None:
    curve = client.get(f"/v1/videos/{video}/curve").json()
    starts = [piece["start"] for piece in curve["pieces"]]
    assert starts == sorted(starts)
    ranked = client.get(f"/v1/videos/{video}/highlights").json()["segments"]
    assert len(ranked) == len(curve["pieces"])
    heights = {piece["start"]: piece["height"] for piece in curve["pieces"]}
    assert heights[ranked[0]["start"]] == 1.0
    assert curve["most"] == ranked[0]["score"]
    assert all(0 <= height <= 1 for height in heights.values())


def test_the_best_pieces_as_a_track(client: TestClient, video: str) -> None:
    place = f"/v1/videos/{video}/highlights.vtt"
    best = client.get(f"/v1/videos/{video}/highlights").json()["segments"][0]
    track = client.get(f"{place}?most=1")
    assert track.headers["content-type"].startswith("text/vtt")
    first, times, text = track.text.strip().split("\n")[0:1] + track.text.strip().split("\n")[2:4]
    assert first == "WEBVTT"
    assert times == f"{stamp(best['start'])} --> {stamp(best['end'])}"
    assert text == f"1: {max(best['reasons'], key=best['reasons'].get)}"
    told = client.get(f"{place}?most=1&kind=metadata").text.strip().split("\n")[3]
    assert json.loads(told) == {"place": 1, "score": best["score"], "reasons": best["reasons"]}


def stamp(seconds: float) -> str:
    return f"00:00:{seconds:06.3f}"


def test_who_has_used_up_the_hour_waits_for_the_next(client: TestClient, house: House) -> None:
    house.config = replace(house.config, bounds=Bounds(uploads_per_hour=1, orders_per_hour=2))
    data = drawn.pieces().read_bytes()
    video = client.post("/v1/videos", content=data).json()["id"]
    for late in (
        client.post("/v1/videos", content=data),
        client.post("/v1/uploads", headers={"Upload-Length": "9"}),
        client.post("/v1/videos/from-url", json={"url": "https://media.example.org/x.mp4"}),
    ):
        assert late.status_code == 429
        assert 0 < int(late.headers["retry-after"]) <= 3601
        assert "1 uploads an hour" in late.json()["error"]["message"]
    orders = [
        client.post(
            f"/v1/videos/{video}/covers",
            json={"style": {"width": 64 + n // 2}},
            headers={"Idempotency-Key": str(n // 2)},
        ).status_code
        for n in range(6)
    ]
    assert orders == [202, 202, 202, 202, 429, 429], "an order that was told twice counts once"


def test_quotas_are_each_tenants_and_each_hours(house: House) -> None:
    quotas = Quotas(house.database)
    assert [quotas.take("ours", "orders", 2, 3600.0 + n) for n in range(3)] == [0, 0, 3598.0]
    assert quotas.take("theirs", "orders", 2, 3603.0) == 0
    assert quotas.take("ours", "uploads", 2, 3603.0) == 0
    assert quotas.take("ours", "orders", 2, 7200.0) == 0
    again = Quotas(Database(house.config.database_place))
    assert [again.take("ours", "orders", 2, 7201.0 + n) for n in range(2)] == [0, 3598.0]
    again.database.close()
