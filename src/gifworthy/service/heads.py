"""How a file is given: whole, without its bytes, a piece of it, or not at all where it is known already."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from gifworthy.records.keys import Key
from gifworthy.service.house import LOCAL
from gifworthy.service.signing import seconds_left

FOR_ONE = "private, no-cache"
"""Nobody but the viewer's own browser may keep it, and that asks each time whether it is still good."""
RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.IGNORECASE)


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


def kept(request: Request, key: Key, fresh: int, stale: int = 0) -> str:
    """How long a file may be kept, seconds, and whether by caches that give it to others too.

    Only what everybody may see is for those: on this machine alone, or by a signed address until it ends.
    """
    left = seconds_left(request.query_params)
    if left is not None:
        fresh, stale = min(fresh, int(left)), min(stale, max(0, int(left) - fresh))
    whose = "private" if left is None and key.id != LOCAL.id else "public"
    told = f"{whose}, max-age={fresh}"
    return f"{told}, stale-while-revalidate={stale}" if stale else told


def is_known(request: Request, etag: str) -> bool:
    """Whether who asks has it already (RFC 9110, 13.1.2). Args: etag: with its quotes."""
    told = request.headers.get("if-none-match")
    if told is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in told.split(",")]
    return etag in tags or tags == ["*"]


def given(request: Request, data: bytes, kind: str, headers: Mapping[str, str]) -> Response:
    """A file, or the one piece of it that is asked for: players take videos in no other way.

    Args: headers: with its `ETag`. Raises: HTTPException 416 when the piece lies past its end.
    """
    told = {**headers, "Accept-Ranges": "bytes"}
    piece = _piece(request, len(data), headers["ETag"])
    if piece is None:
        return Response(data, media_type=kind, headers=told)
    if not piece:
        message = f"the file has {len(data)} bytes, and {request.headers['range']} lies past them"
        raise HTTPException(416, message, {"Content-Range": f"bytes */{len(data)}"})
    told["Content-Range"] = f"bytes {piece[0]}-{piece[-1]}/{len(data)}"
    return Response(data[piece.start : piece.stop], 206, told, kind)


def _piece(request: Request, size: int, etag: str) -> range | None:
    """Which bytes are asked for, empty when there are none such; None: all (RFC 9110, 14.2).

    Several pieces at once, other units and what cannot be read are all, and so is every piece of a file
    that has changed since (`If-Range`).
    """
    match = RANGE.fullmatch(request.headers.get("range", ""))
    if match is None or request.method != "GET":
        return None
    if request.headers.get("if-range", etag) != etag:
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)
