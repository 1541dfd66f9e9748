"""No body is read past a bound: the framework reads and parses it whole before it asks who sends it."""

from __future__ import annotations

import re

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20
"""Bytes of a body."""
VIDEOS = re.compile(r"POST /v1/videos|PATCH /v1/uploads/[^/]+")
"""Requests whose bodies are videos: they are counted where they are taken in, once it is known by whom."""


class Bodies:
    """Around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        bounded = scope["type"] == "http" and not _is_video(scope)
        await self.app(scope, _counted(scope, receive) if bounded else receive, send)


def _is_video(scope: Scope) -> bool:
    return VIDEOS.fullmatch(f"{scope['method']} {scope['path']}") is not None


def _counted(scope: Scope, receive: Receive) -> Receive:
    """What comes in; who reads on when it is too much, or is announced to be, hears HTTPException 413."""
    announced, came = _announced(scope), 0

    async def counted() -> Message:
        nonlocal came
        if announced > MOST:
            raise _too_much()
        message = await receive()
        came += len(message.get("body", b""))
        if came > MOST:
            raise _too_much()
        return message

    return counted


def _announced(scope: Scope) -> int:
    """Bytes that the sender says will come; 0 when it does not say."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length[:20]) if length.isdigit() else 0


def _too_much() -> HTTPException:
    return HTTPException(413, f"a body may hold at most {MOST} bytes here; send less at once")
