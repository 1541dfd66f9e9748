"""The description of the API for programs (OpenAPI 3.1): what FastAPI knows, who may ask, and examples.

The examples stand in `examples.json`, in an order in which they can be run against a new server; the tests
do that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from gifworthy.service.house import COOKIE

Schema = dict[str, Any]
OPEN = ("health_alive", "health_ready", "uploads_what_can_be")
"""What is told to everybody."""
SECURITY = {
    "key": {"type": "http", "scheme": "bearer", "description": "gifworthy key add"},
    "browser": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Signed in."},
}
ABOUT = (
    "Videos in, animated covers out. Every error is `{error: {type, message, retryable}}`. On one's own "
    "machine nobody needs a key."
)


def name_of(route: APIRoute) -> str:
    """What an operation is called."""
    return f"{route.tags[0]}_{route.name}" if route.tags else route.name


def examples() -> list[Schema]:
    """One request after another, and what each is answered."""
    text = files("gifworthy.service").joinpath("examples.json").read_text("utf-8")
    return list(json.loads(text))


def describing(app: FastAPI) -> Callable[[], Schema]:
    """What `app.openapi` is to be."""
    plain = app.openapi

    def described() -> Schema:
        if app.openapi_schema is None:
            schema = plain()
            schema["info"]["description"] = ABOUT
            schema["components"]["securitySchemes"] = SECURITY
            told = examples()
            for operation in operations(schema):
                name = operation["operationId"]
                operation["security"] = [] if name in OPEN else [{one: []} for one in SECURITY]
                for example in [one for one in told if one["operation"] == name]:
                    _show(operation, example)
        return dict(app.openapi_schema or {})

    return described


def operations(schema: Schema) -> Iterator[Schema]:
    """Every operation of a description."""
    for place in schema["paths"].values():
        yield from place.values()


def _show(operation: Schema, example: Schema) -> None:
    """Put one example where readers of a description look for it."""
    given = {**example.get("path", {}), **example.get("query", {}), **example.get("headers", {})}
    lowered = {name.lower(): value for name, value in given.items()}
    for parameter in operation.get("parameters", []):
        if parameter["name"].lower() in lowered:
            parameter.setdefault("example", lowered[parameter["name"].lower()])
    if "body" in example:
        _add(operation["requestBody"]["content"], example["summary"], example["body"])
    if "answer" in example:
        answer = operation["responses"].get(str(example["status"]), {})
        _add(answer.get("content", {}), example["summary"], example["answer"])


def _add(content: Schema, summary: str, value: object) -> None:
    for kind in content.values():
        name = f"example {len(kind.get('examples', {})) + 1}"
        kind.setdefault("examples", {})[name] = {"summary": summary, "value": value}
