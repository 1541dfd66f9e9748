"""What cannot be shown is said at once, whoever asks for it: by an order, or by a choice."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.service.workers import Worker
from queue_work import do_all

Spans = list[tuple[float, float]]


@pytest.mark.parametrize(
    ("windows", "exclude", "words"),
    [
        ([(900, 901)], [], "past the end"),
        ([], [(900, 901)], "past the end"),
        ([], [(0, 1000)], "whole video"),
        ([], [(2, 1000), (0, 1), (0.5, 2)], "whole video"),
        ([(1, 2)], [(0.5, 1.5), (1.5, 3)], "never to be shown"),
    ],
)
def test_what_cannot_be_shown_is_said_at_once(
    client: TestClient, worker: Worker, windows: Spans, exclude: Spans, words: str
) -> None:
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    chosen = client.put(f"/v1/videos/{video}/choice", json={"windows": windows, "exclude": exclude})
    spelt = {
        name: [{"start": start, "end": end} for start, end in spans]
        for name, spans in (("windows", windows), ("exclude", exclude))
    }
    ordered = client.post(f"/v1/videos/{video}/covers", json=spelt)
    for answer in (chosen, ordered):
        assert answer.status_code == 422, answer.text
        assert words in answer.json()["error"]["message"]
    assert client.get("/v1/jobs?state=pending").json()["jobs"] == []


def test_a_window_that_only_touches_what_is_never_shown_is_taken(
    client: TestClient, worker: Worker
) -> None:
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    body = {"windows": [[1.0, 2.0]], "exclude": [[0.0, 1.0], [2.0, 2.5]]}
    assert client.put(f"/v1/videos/{video}/choice", json=body).status_code == 200
