"""HEAD where GET gives a file: the same answer without its bytes, for link checkers and caches."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute


class Headed(APIRoute):
    """A route whose answer to HEAD keeps every header, `Content-Length` too, and loses its body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handling."""
        handled = super().get_route_handler()

        async def without_body(request: Request) -> Response:
            answer = await handled(request)
            if request.method == "HEAD":
                answer.body = b""
            return answer

        return without_body
