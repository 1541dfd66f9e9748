"""Reports: few at once, in words of their own, and quickly over many videos."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from gifworthy.errors import WorkCrashed, WorkTooLarge, WorkTooLong
from gifworthy.isolation import Limits, run_isolated
from gifworthy.records.catalogue import Catalogue, Upload
from gifworthy.records.experiments import Variant
from gifworthy.service import reporting
from gifworthy.service.house import House
from gifworthy.service.reporting import AT_ONCE, PATIENCE, WAITING
from gifworthy.settings import Told
from gifworthy.types import Segment


@pytest.fixture
def report(client: TestClient) -> str:
    """The address of an experiment's report."""
    answer = client.post("/v1/experiments", json={"name": "Front page", "arms": ["a", "b"]})
    return f"/v1/experiments/{answer.json()['id']}/report"


def test_few_are_counted_at_once_few_wait_and_the_others_hear_of_it(
    client: TestClient, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counting, most, lock, go_on = list[int](), list[int](), threading.Lock(), threading.Event()

    def slow(*_: object) -> dict[str, object]:
        with lock:
            counting.append(1)
            most.append(len(counting))
        go_on.wait(30)
        with lock:
            counting.pop()
        return {}

    monkeypatch.setattr(reporting, "run_isolated", slow)
    monkeypatch.setattr(reporting, "PATIENCE", 60.0)
    many = AT_ONCE + WAITING + 4
    with ThreadPoolExecutor(many) as pool:
        asked = [pool.submit(client.get, report) for _ in range(many)]
        while sum(one.done() for one in asked) < 4:
            go_on.wait(0.05)
        go_on.set()
    refused = [one.result() for one in asked if one.result().status_code == 503]
    assert len(refused) == 4
    assert refused[0].headers["retry-after"] == str(int(PATIENCE))
    assert refused[0].json()["error"]["retryable"]
    assert max(most) == AT_ONCE
    assert client.get(report).status_code == 200, "every place was given back"


def test_who_waited_long_enough_hears_of_it_too(
    client: TestClient, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reporting, "PATIENCE", 0.05)
    for _ in range(AT_ONCE):
        assert reporting.COUNTING.acquire(timeout=1)
    try:
        assert client.get(report).status_code == 503
    finally:
        for _ in range(AT_ONCE):
            reporting.COUNTING.release()
    assert client.get(report).status_code == 200


@pytest.mark.parametrize("kind", [WorkTooLong, WorkTooLarge, WorkCrashed])
def test_a_report_that_cannot_be_counted_speaks_of_no_video(
    client: TestClient, report: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise kind("give a shorter video; it broke off: No such file: '/srv/secret/records.key'")

    monkeypatch.setattr(reporting, "run_isolated", refuse)
    answer = client.get(report)
    told = answer.json()["error"]
    assert (answer.status_code, told["type"]) == (500, kind.__name__)
    assert "video" not in told["message"]
    assert "/srv" not in told["message"]


def lose(_: Told) -> None:
    Path("/srv/secret/place/records.key").read_bytes()


def test_what_a_child_did_not_foresee_tells_no_place_of_this_machine(
    client: TestClient, report: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: object, limits: Limits) -> None:
        run_isolated(lose, limits)

    monkeypatch.setattr(reporting, "run_isolated", run)
    answer = client.get(report)
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "WorkCrashed")
    assert "/srv" not in answer.text


def test_the_lengths_of_many_videos_are_few_questions(house: House) -> None:
    catalogue, asked = Catalogue(house.database), list[object]()
    video = catalogue.add(Upload("ours", "0" * 64, "talk.mp4", 9)).id
    catalogue.describe("ours", video, "ready", {"duration": 60.0})
    span = (Segment(0.0, 1.0),)
    variants = [Variant(f"v{n}", "a", "", span) for n in range(800)]
    variants += [Variant(video, "a", "", span), Variant(video, "b", "", span, 61.5)]
    event.listen(house.database._engine, "before_cursor_execute", lambda *_: asked.append(1))
    timed = reporting._timed(variants, catalogue, "ours")
    assert len(asked) < 10
    assert [one.duration for one in timed[-2:]] == [60.0, 61.5]
    assert timed[0] == variants[0]
    assert replace(timed[-2], duration=None) == variants[-2]
