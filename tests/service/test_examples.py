"""Every example of the API's description is run, in order, against a new service.

With GIFWORTHY_WRITE_EXAMPLES=1 the answers in `examples.json` are written anew; then read them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.testclient import TestClient

import drawn
import gifworthy.service
from gifworthy.service import workers
from gifworthy.service.app import create_app
from gifworthy.service.describing import examples, operations
from gifworthy.service.house import House
from gifworthy.service.workers import Worker
from queue_work import do_all, here

Example = dict[str, Any]
PLACE = Path(gifworthy.service.__file__).parent / "examples.json"
WRITE = bool(os.environ.get("GIFWORTHY_WRITE_EXAMPLES"))
LONGEST = 3
"""Things of one list that are shown."""


class Run:
    """Examples with what they name put in the place of what this service calls it."""

    def __init__(self, client: TestClient, data: bytes) -> None:
        self.client, self.data = client, data
        self.real: dict[str, str] = {"LENGTH": str(len(data))}
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, methods in schema_of(client)["paths"].items()
            for method, operation in methods.items()
        }

    def ask(self, example: Example) -> Any:
        """Send one; the answer, whose status must be the one that is told."""
        method, path, _ = self.operations[example["operation"]]
        for name, value in self.put(example.get("path", {})).items():
            path = path.replace(f"{{{name}}}", value)
        given: Example = {"params": self.put(example.get("query", {}))}
        headers = self.put(example.get("headers", {}))
        if example.get("file"):
            given["content"] = self.data
        if "piece" in example:
            given["content"] = self.data[: example["piece"]]
            headers["Content-Type"] = "application/offset+octet-stream"
        if "body" in example:
            given["json"] = self.put(example["body"])
        answer = self.client.request(method.upper(), path, headers=headers, **given)
        assert answer.status_code == example["status"], f"{example['summary']}: {answer.text}"
        for told, where in example.get("keep", {}).items():
            self.real[told] = found_at(answer, where)
        return answer

    def put(self, value: Any) -> Any:
        """What is told, as it is called here."""
        text = json.dumps(value)
        for told, real in self.real.items():
            text = text.replace(told, real)
        return json.loads(text)

    def back(self, value: Any) -> Any:
        """What was answered, as it is told, and not too long."""
        text = json.dumps(shortened(value))
        for told, real in sorted(self.real.items(), key=lambda pair: -len(pair[1])):
            if len(real) > 8:
                text = text.replace(json.dumps(real)[1:-1], told)
        return json.loads(text)


def schema_of(client: TestClient) -> Example:
    return dict(client.get("/v1/openapi.json").json())


def found_at(answer: Any, where: str) -> str:
    if where == "location":
        return str(answer.headers["location"]).rsplit("/", 1)[1]
    value = answer.json()
    for step in where.split("."):
        value = value[int(step) if step.isdigit() else step]
    return str(value)


def shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [shortened(one) for one in value[:LONGEST]]
    if isinstance(value, dict):
        return {name: shortened(one) for name, one in value.items()}
    return value


def shape(value: Any, place: str = "") -> Iterator[str]:
    """The names of an answer; of a list those of its first thing, and of free tables none."""
    if place.endswith((".reasons", ".facts", ".story", ".design", ".given")):
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{place}.{name}"
            yield from shape(inner, f"{place}.{name}")
    elif isinstance(value, list) and value:
        yield from shape(value[0], f"{place}[]")


@pytest.fixture
def run(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(workers, "run_isolated", here)
    return Run(client, drawn.pieces().read_bytes())


def test_every_example_is_answered_as_it_says(run: Run, worker: Worker) -> None:
    told = examples()
    for example in told:
        answer = run.ask(example)
        if answer.content and answer.headers["content-type"].startswith("application/json"):
            if WRITE:
                example["answer"] = run.back(answer.json())
            assert set(shape(example["answer"])) == set(shape(answer.json())), example["summary"]
        if example.get("work"):
            do_all(worker)
    if WRITE:
        PLACE.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")


def test_every_operation_has_an_example_that_fits_its_description(client: TestClient) -> None:
    schema, told = schema_of(client), {example["operation"] for example in examples()}
    assert {operation["operationId"] for operation in operations(schema)} == told
    checked = 0
    for operation in operations(schema):
        bodies = [operation.get("requestBody", {})]
        for described in [*bodies, *operation["responses"].values()]:
            for content in described.get("content", {}).values():
                for example in content.get("examples", {}).values():
                    within = {**content["schema"], "components": schema["components"]}
                    jsonschema.validate(example["value"], within)
                    checked += 1
    assert checked >= 40


def test_the_description_is_openapi_3_1_and_names_who_may_ask(house: House) -> None:
    schema = create_app(house).openapi()
    assert schema["openapi"].startswith("3.1")
    asked = {one["operationId"]: one["security"] for one in operations(schema)}
    assert asked["videos_take_in"] == [{"key": []}, {"browser": []}]
    assert asked["health_alive"] == []
