"""The whole API under made-up requests (schemathesis): nothing breaks, and every answer is as described."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

import drawn
import postgres
from gifworthy.service import workers
from gifworthy.service.app import create_app
from gifworthy.service.config import Config
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all, here

pytest.importorskip("schemathesis", reason="schemathesis is absent")

import hypothesis
import schemathesis
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
CASES = int(os.environ.get("GIFWORTHY_CASES", "4"))
"""Of each operation and kind, valid and not."""
WHOLE = ("DELETE", "PATCH")
"""What is not asked of the things that the other requests are about."""


@dataclass
class World:
    """A service with one of each, and how each is called."""

    app: Any
    known: dict[str, str]
    headers: dict[str, str]
    good: set[str] = field(default_factory=set)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    config = Config(folder=tmp_path_factory.mktemp("service"), host="0.0.0.0")
    if request.param == "sqlite":
        yield from opened(config)
        return
    with postgres.database(request.getfixturevalue("server")) as address:
        yield from opened(replace(config, database=address))


def opened(config: Config) -> Iterator[World]:
    house = House.open(config)
    worker = Worker.start(config, threading.Event())
    app = create_app(house)
    _, word = house.keys.make("ours", "a test", ["admin"])
    headers = {"Authorization": f"Bearer {word}"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "run_isolated", here)
        yield World(app, furnished(TestClient(app, headers=headers), worker), headers)
    house.database.close()
    worker.jobs.database.close()


def furnished(client: TestClient, worker: Worker) -> dict[str, str]:
    """One of each; the words of addresses, and what is there under them."""
    video = client.post("/v1/videos", content=drawn.pieces().read_bytes()).json()["id"]
    do_all(worker)
    body = {"style": {"width": 48, "seconds": 1, "format": "gif"}}
    job = client.post(f"/v1/videos/{video}/covers", json=body).json()["id"]
    picks = {"picks": [{"video": video, "start": 1, "end": 2}]}
    history = client.post("/v1/viewers/alice/history", json=picks).json()
    do_all(worker)
    design = {"name": "x", "arms": ["still", "gif"]}
    return {
        "video": video,
        "job": job,
        "name": client.get(f"/v1/jobs/{job}").json()["cover"]["key"],
        "format": "gif",
        "viewer": history["viewer"],
        "pick": history["picks"][0]["id"],
        "experiment": client.post("/v1/experiments", json=design).json()["id"],
        "upload": client.post("/v1/uploads", headers={"Upload-Length": "9"})
        .headers["location"]
        .rsplit("/", 1)[1],
    }


def operations(world: World) -> Iterator[tuple[str, str]]:
    for path, methods in world.app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in methods)


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.timeout(300)
def test_no_request_breaks_the_service_and_every_answer_is_as_described(
    world: World, mode: GenerationMode
) -> None:
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", world.app)
    faults = []
    for method, path in operations(world):
        try:
            _try(schema[path][method], world, mode)
        except FailureGroup as error:
            faults.append(f"{method} {path}: {error}")
    assert not faults, "\n\n".join(faults)
    assert mode is not GenerationMode.POSITIVE or len(world.good) >= 36, sorted(world.good)


def _try(operation: Any, world: World, mode: GenerationMode) -> None:
    quick = hypothesis.settings(
        max_examples=CASES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    )

    @quick
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and operation.method.upper() not in WHOLE:
            case.path_parameters.update(
                {
                    name: world.known[name]
                    for name in case.path_parameters or {}
                    if name in world.known
                }
            )
        answer = case.call_and_validate(
            headers=world.headers, excluded_checks=[positive_data_acceptance]
        )
        if answer.status_code < 300:
            world.good.add(operation.label)

    try:
        ask()
    except hypothesis.errors.Unsatisfiable:
        return
