"""Characters that a database or an answer cannot hold are refused in words, on every kind of database."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.errors import RecordsUnreadable
from gifworthy.records.catalogue import Catalogue
from gifworthy.records.database import Database
from gifworthy.service.house import House

NUL, HALF = "\\u0000", "\\ud800"
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("strange", [NUL, HALF])
@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("/v1/viewers", '{"name": "%s"}'),
        ("/v1/viewers/a/history", '{"picks": [{"video": "%s", "start": 1, "end": 2}]}'),
        ("/v1/experiments", '{"name": "%s", "arms": ["a", "b"]}'),
        ("/v1/events", '{"experiment": "%s", "events": []}'),
        ("/v1/videos/from-url", '{"url": "https://media.example.org/%s", "name": "%s"}'),
        ("/v1/sign", '{"address": "/v1/%s"}'),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client: TestClient, place: str, body: str, strange: str
) -> None:
    answer = client.post(place, content=body.replace("%s", strange), headers=JSON)
    assert answer.status_code < 500, answer.text
    assert answer.json() if answer.status_code < 300 else answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "place",
    [
        "/v1/videos/%00",
        "/v1/jobs/%00",
        "/v1/viewers/%00",
        "/v1/viewers/%00/history",
        "/v1/experiments/%00",
        "/v1/covers/%00.gif",
        "/v1/uploads/%00",
        "/v1/videos/%ff%fe",
        "/v1/videos?before=nan",
        "/v1/viewers?before=inf",
    ],
)
def test_what_is_nowhere_is_not_found(client: TestClient, place: str) -> None:
    for answer in (client.get(place), client.head(place), client.delete(place)):
        assert answer.status_code < 500, answer.text


def test_what_fails_here_tells_others_no_place_of_this_machine(
    client: TestClient,
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*_: object) -> None:
        raise RecordsUnreadable("/srv/secret/records.sqlite cannot be used")

    monkeypatch.setattr(Catalogue, "of", refuse)
    monkeypatch.setattr(Database, "check", refuse)
    for place in ("/v1/videos", "/readyz"):
        answer = client.get(place)
        assert (answer.status_code, answer.json()["error"]["retryable"]) == (503, True)
        assert "/srv" not in answer.text
    assert caplog.text.count("/srv/secret") == 2


def test_a_name_of_a_video_may_be_anything(client: TestClient) -> None:
    data = drawn.pieces().read_bytes()
    for name in ("%00", "%F0%9F%90%9F", "%ED%A0%80", "a" * 5000):
        answer = client.post("/v1/videos", content=data, headers={"Upload-Name": name})
        assert answer.status_code == 202, answer.text
