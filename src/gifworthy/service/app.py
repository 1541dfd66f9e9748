"""The web application: its routes, and how errors become answers."""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from gifworthy import __version__
from gifworthy.errors import GifworthyError
from gifworthy.service.answers import ProblemAnswer, problem, status_of, told
from gifworthy.service.bodies import Bodies
from gifworthy.service.describing import describing, name_of
from gifworthy.service.house import House
from gifworthy.service.routes import (
    covers,
    curves,
    experiments,
    frames,
    health,
    jobs,
    pages,
    plans,
    telling,
    uploads,
    videos,
    viewers,
)
from gifworthy.service.showing import refusal, wants_page
from gifworthy.service.watching import Watching

log = logging.getLogger(__name__)
WORDS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Gone",
    413: "TooLarge",
    416: "OutOfRange",
    422: "Invalid",
    423: "Locked",
    425: "TooEarly",
    429: "TooMany",
    503: "Unavailable",
    507: "NoRoom",
}


def create_app(house: House) -> FastAPI:
    """The application of one house."""
    app = FastAPI(
        title="gifworthy",
        version=__version__,
        summary="Videos in, animated covers out.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        generate_unique_id_function=name_of,
        responses={"4XX": {"model": ProblemAnswer}, "5XX": {"model": ProblemAnswer}},
    )
    app.state.house = house
    for part in (
        *(videos, curves, frames, uploads, jobs, covers, plans, viewers),
        *(experiments, telling, health, pages),
    ):
        app.include_router(part.router)
    app.openapi = describing(app)  # type: ignore[method-assign]
    app.mount("/static", pages.static)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(ClientDisconnect, _left)
    for kind in (GifworthyError, ValueError):
        app.add_exception_handler(kind, _failed)
    app.add_middleware(Bodies)
    app.add_middleware(Watching, registry=house.registry)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    strange = error.status_code == 404 and "route" not in request.scope
    if strange:
        error.detail = f"there is nothing at {request.url.path}"
        if wants_page(request) and not request.url.path.startswith("/v1/"):
            return refusal(error)
    word = WORDS.get(error.status_code, "Refused")
    body = problem(word, error.detail, error.status_code)
    return JSONResponse(body, error.status_code, error.headers)


async def _not_understood(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return JSONResponse(problem("Invalid", _no_json(first), 422), 422)
    place = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    message = f"{place or 'the request'}: {first['msg'].removeprefix('Value error, ')}"
    return JSONResponse(problem("Invalid", message, 422), 422)


def _no_json(first: dict[str, Any]) -> str:
    at = next((part for part in first["loc"] if isinstance(part, int)), None)
    where = "" if at is None else f", at character {at + 1}"
    return f"the body is no JSON: {first.get('ctx', {}).get('error', 'it cannot be read')}{where}"


async def _left(request: Request, _: Exception) -> JSONResponse:
    """Who sent a body is gone before its end: nobody reads this answer, and one line of the log is enough."""
    log.info("%s %s: the sender went away before the end", request.method, request.url.path)
    return JSONResponse(problem("BadRequest", "the body broke off; send it again", 400), 400)


async def _failed(_: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status >= 500:
        log.warning("%s: %s", type(error).__name__, error)
    return JSONResponse(problem(type(error).__name__, told(error), status), status)
