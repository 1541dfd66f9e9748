"""Large videos in pieces, as the tus protocol 1.0 has it: any of its clients can send them."""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Header, HTTPException, Request, Response

from gifworthy.records.catalogue import StoredVideo
from gifworthy.records.keys import Key
from gifworthy.service.house import House, Rooms, Writer
from gifworthy.service.intake import accept
from gifworthy.service.routes.videos import check_waiting, room_for
from gifworthy.service.uploads import Begun, Busy, Elsewhere, Gone, Silent, Uploads

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
TUS = {"Tus-Resumable": "1.0.0"}
PIECE = "application/offset+octet-stream"
BYTES = {
    "required": True,
    "content": {PIECE: {"schema": {"type": "string", "format": "binary"}}},
}
REFUSED: tuple[tuple[type[ValueError], int], ...] = (
    (Gone, 404),
    (Elsewhere, 409),
    (Busy, 423),
    (Silent, 503),
)
BEGINNING = threading.Lock()
"""Held while room is counted and taken, so that two that begin at once do not take the same."""


@router.options("", status_code=204, response_class=Response)
def what_can_be(house: Rooms) -> Response:
    """What of the protocol is understood."""
    most = str(house.config.bounds.upload_bytes)
    headers = {
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,termination",
        "Tus-Max-Size": most,
    }
    return Response(status_code=204, headers=TUS | headers)


@router.post("", status_code=201, response_class=Response)
def begin(
    key: Writer,
    house: Rooms,
    upload_length: Annotated[int, Header(ge=1)],
    upload_metadata: Annotated[str, Header(max_length=4000)] = "",
) -> Response:
    """Begin an upload: how long it will be, and what it is called (`filename` of the metadata)."""
    most = house.config.bounds.upload_bytes
    if upload_length > most:
        raise HTTPException(413, f"at most {most} bytes are taken, not {upload_length}")
    name = _filename(upload_metadata)
    with BEGINNING:
        _uploads(house).clear()
        _check_room(house, key)
        with room_for(house, key, "uploads"):
            begun = _uploads(house).begin(key.tenant, name, upload_length)
    return Response(status_code=201, headers=TUS | {"Location": f"/v1/uploads/{begun.id}"})


@router.head("/{upload}", response_class=Response)
def how_far(upload: str, key: Writer, house: Rooms) -> Response:
    """How many bytes have come."""
    begun = _begun(house, key, upload)
    with _refusals():
        offset = str(_uploads(house).offset(begun))
    headers = {
        "Upload-Offset": offset,
        "Upload-Length": str(begun.length),
        "Cache-Control": "no-store",
    }
    return Response(headers=TUS | headers)


@router.patch(
    "/{upload}",
    status_code=204,
    response_class=Response,
    openapi_extra={"requestBody": BYTES},
)
async def go_on(
    upload: str,
    request: Request,
    key: Writer,
    house: Rooms,
    upload_offset: Annotated[int, Header(ge=0)],
) -> Response:
    """Send more bytes. With the last one it is a video: `Content-Location` says which.

    When there is no room for it then (`429`), it is kept: ask again with no more bytes.
    """
    content_type = request.headers.get("content-type", "")
    if content_type != PIECE:
        raise HTTPException(
            415, f"a piece of an upload is {PIECE}, not {content_type or 'unnamed'}"
        )
    begun = await to_thread.run_sync(_begun, house, key, upload)
    uploads = _uploads(house)
    with _refusals():
        async with uploads.held(begun) as file:
            offset = await uploads.go_on(begun, file, upload_offset, request.stream())
            headers = TUS | {"Upload-Offset": str(offset)}
            if offset == begun.length:
                video = await to_thread.run_sync(_finish, house, key, begun)
                headers["Content-Location"] = f"/v1/videos/{video.id}"
    return Response(status_code=204, headers=headers)


@router.delete("/{upload}", status_code=204)
async def give_up(upload: str, key: Writer, house: Rooms) -> Response:
    """Give an upload up."""
    begun = await to_thread.run_sync(_begun, house, key, upload)
    with _refusals():
        async with _uploads(house).held(begun):
            _uploads(house).forget(begun)
    return Response(status_code=204, headers=TUS)


@contextmanager
def _refusals() -> Iterator[None]:
    """What stands against an upload, as an answer. Raises: HTTPException 404, 409, 423, 503."""
    try:
        yield
    except tuple(kind for kind, _ in REFUSED) as error:
        status = next(status for kind, status in REFUSED if isinstance(error, kind))
        raise HTTPException(status, str(error)) from error


def _finish(house: House, key: Key, begun: Begun) -> StoredVideo:
    check_waiting(house, key, "uploads")
    received = _uploads(house).finish(begun, house.storage)
    return accept(house.catalogue, house.jobs, received)


def _check_room(house: House, key: Key) -> None:
    """Whether there is room for one more beside those that were begun. Raises: HTTPException 429, 507."""
    bounds, begun = house.config.bounds, _uploads(house).unfinished(key.tenant)
    if len(begun) >= bounds.waiting:
        message = f"{len(begun)} uploads were begun and not finished; finish or delete one first"
        raise HTTPException(429, message, {"Retry-After": "30"})
    announced = sum(one.length for one in begun)
    if announced and house.catalogue.bytes_of(key.tenant) + announced >= bounds.stored_bytes:
        message = f"{announced} bytes of uploads that were begun take the last room"
        raise HTTPException(507, f"{message}; finish or delete them, or remove some videos")


def _uploads(house: House) -> Uploads:
    return Uploads(house.config.folder.expanduser() / "incoming")


def _begun(house: House, key: Key, upload: str) -> Begun:
    found = _uploads(house).find(key.tenant, upload)
    if found is None:
        raise HTTPException(404, f"there is no upload {upload}")
    return found


def _filename(metadata: str) -> str:
    """`filename` of `Upload-Metadata`: words and base64 values. Raises: HTTPException 422."""
    for pair in metadata.split(","):
        name, _, value = pair.strip().partition(" ")
        if name in ("filename", "name"):
            try:
                return base64.b64decode(value, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError) as error:
                raise HTTPException(422, f"{name} of the metadata is no base64 text") from error
    return "video"
