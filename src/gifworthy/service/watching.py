"""Every request has an id, is counted, and is one JSON line in the log; no header and no body is logged."""

from __future__ import annotations

import json
import logging
import re
import time
import uuid

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("gifworthy.requests")
GIVEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
WHOSE = re.compile(r"^/v1/viewers/[^/]+")
"""A viewer's name may stand in an address; it must not stay in the log."""
HEADER = b"x-request-id"
OURS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Watching:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        self.count = Counter(
            "gifworthy_requests", "Requests by status.", ["method", "status"], registry=registry
        )
        self.seconds = Histogram(
            "gifworthy_request_seconds", "Seconds to the first byte.", registry=registry
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name, began = _id_of(scope), time.perf_counter()
        scope.setdefault("state", {})["request_id"] = name

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (HEADER, name.encode()), *OURS]
                self._told(scope, name, message["status"], time.perf_counter() - began)
            await send(message)

        await self.app(scope, receive, sending)

    def _told(self, scope: Scope, name: str, status: int, seconds: float) -> None:
        self.count.labels(scope["method"], str(status)).inc()
        self.seconds.observe(seconds)
        record = {
            "request": name,
            "method": scope["method"],
            "path": WHOSE.sub("/v1/viewers/-", scope["path"]),
            "status": status,
            "milliseconds": round(1000 * seconds, 1),
        }
        log.info(json.dumps(record))


def _id_of(scope: Scope) -> str:
    """The one that came with the request, when it is one, so that logs of several servers can be joined."""
    given = dict(scope["headers"]).get(HEADER, b"").decode("latin-1")
    return given if GIVEN.fullmatch(given) else uuid.uuid4().hex
