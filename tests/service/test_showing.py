"""What a person sees in place of the API's refusals, and what a list of work leaves out."""

from __future__ import annotations

from dataclasses import replace

from fastapi.testclient import TestClient

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_gets_a_page_and_a_program_gets_the_apis_answer(client: TestClient) -> None:
    for place in ("/videos/vid_nope", "/nope", "/no/pe", "/experiments/exp_nope"):
        seen = client.get(place, headers=BROWSER)
        assert seen.status_code == 404
        assert seen.headers["content-type"].startswith("text/html")
        assert '<a class="button" href="/">' in seen.text
        told = client.get(place)
        assert told.status_code == 404
        assert told.json()["error"]["type"]
    for place in ("/v1/videos/vid_nope", "/v1/no/pe"):
        assert client.get(place, headers=BROWSER).json()["error"]["type"] == "NotFound"
    strange = client.post("/v1/no/pe").json()["error"]
    assert strange["message"] == "there is nothing at /v1/no/pe"


def test_what_was_known_already_is_not_listed_as_work(client: TestClient, worker: Worker) -> None:
    data = drawn.pieces().read_bytes()
    video = client.post("/v1/videos", content=data).json()["id"]
    do_all(worker)
    for _ in range(3):
        client.post(f"/v1/videos/{video}/covers", json={"style": {"width": 64, "seconds": 1.0}})
        do_all(worker)
    assert len(client.get("/v1/jobs").json()["jobs"]) == 4
    queue = client.get("/queue").text
    assert queue.count("<tr data-state=") == 2
    assert "<b>2</b> completed" in queue


def test_who_has_signed_in_is_led_on(house: House) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house), base_url="http://testserver")
    assert client.get("/sign-in?refused=1").status_code == 200
    _, word = house.keys.make("ours", "a person", ["read", "write"])
    client.post("/sign-in", data={"key": word}, follow_redirects=False)
    answer = client.get("/sign-in?refused=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
