"""How a page is written: its template, what it may load, and what a browser sees when there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from pathlib import Path, PurePath
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.exceptions import HTTPException

from gifworthy import __version__
from gifworthy.errors import GifworthyError
from gifworthy.moments import clock
from gifworthy.records.keys import Key
from gifworthy.service.answers import status_of, told

HERE = Path(__file__).parent
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
TITLES = {403: "This is not for you", 404: "There is nothing here", 429: "Too many at once"}


def page(name: str, key: Key | None, status: int = 200, **values: object) -> HTMLResponse:
    """One page. Args: key: who is signed in. values: what its template shows."""
    signed_in = key is not None and key.id != "local"
    text = PAGES.get_template(name).render(signed_in=signed_in, **values)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(text, status, headers=headers)


class ForPeople(APIRoute):
    """A route whose refusals are pages for a browser, with a way back; programs get the API's answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, and what happens when it refuses."""
        answered = super().get_route_handler()

        async def seen(request: Request) -> Response:
            try:
                return await answered(request)
            except (HTTPException, GifworthyError) as error:
                if not wants_page(request):
                    raise
                return refusal(error)

        return seen


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, and no program."""
    return "text/html" in request.headers.get("accept", "")


def refusal(error: HTTPException | GifworthyError) -> Response:
    """The page that says why there is none."""
    if isinstance(error, HTTPException):
        status, why, more = error.status_code, str(error.detail), error.headers
    else:
        status, why, more = status_of(error), told(error), None
    title = TITLES.get(status, "This cannot be shown")
    sentence = f"{why[:1].upper()}{why[1:].rstrip('.')}."
    answer = page("missing.html", None, status, title=title, why=sentence, here="")
    answer.headers.update(more or {})
    return answer


def _size(count: int) -> str:
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _ago(moment: float) -> str:
    seconds = max(0, int(time.time() - moment))
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            count = seconds // length
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def _stem(name: str) -> str:
    return PurePath(name).stem.replace("_", " ")


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "pages"), autoescape=select_autoescape(), auto_reload=False
    )
    pages.filters |= {"clock": clock, "size": _size, "ago": _ago, "stem": _stem}
    pages.globals |= {"version": __version__}
    return pages


PAGES = _environment()
