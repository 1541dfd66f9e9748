"""Videos: take them in, list them, say what was seen in them, hear what a person chose."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field

from gifworthy.records.catalogue import StoredVideo
from gifworthy.records.keys import Key
from gifworthy.records.orders import Order
from gifworthy.records.quotas import Quotas
from gifworthy.service import names
from gifworthy.service.answers import (
    ChoiceAnswer,
    JobAnswer,
    Span,
    VideoAnswer,
    VideosAnswer,
    files_of_type,
)
from gifworthy.service.heads import Headed
from gifworthy.service.house import House, Reader, Rooms, Writer, video_of
from gifworthy.service.intake import Place, TooLarge, accept, name_in, receive
from gifworthy.service.requests import MOST_SHOTS, MOST_SPANS
from gifworthy.service.spans import check_spans
from gifworthy.types import Segment

router = APIRouter(prefix="/v1/videos", tags=["videos"], route_class=Headed)
BYTES = {
    "required": True,
    "description": "The video's bytes.",
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

Kind = Literal["uploads", "orders"]
NAMING = "What it is called: UTF-8, percent-encoded or as it is; also `UTF-8''...` (RFC 8187)."


class ChoiceBody(BaseModel, extra="forbid"):
    """Which spans to show, in showing order, and which never: seconds. Both empty: the plan chooses again."""

    windows: Annotated[list[Span], Field(max_length=MOST_SHOTS)] = []
    exclude: Annotated[list[Span], Field(max_length=MOST_SPANS)] = []


class FetchBody(BaseModel, extra="forbid"):
    """Where a video is, and what it shall be called."""

    url: Annotated[str, Field(max_length=2000)]
    name: Annotated[str, Field(max_length=200)] = ""


@router.post("", status_code=202, response_model=VideoAnswer, openapi_extra={"requestBody": BYTES})
async def take_in(
    request: Request,
    response: Response,
    key: Writer,
    house: Rooms,
    upload_name: Annotated[str, Header(description=NAMING)] = "video",
) -> VideoAnswer:
    """Take in a video: its bytes are the body. The same bytes are the same video, and looked at once."""
    most = house.config.bounds.upload_bytes
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise HTTPException(413, f"at most {most} bytes are taken, not {announced}")
    spools = house.config.folder.expanduser() / "incoming"
    with ExitStack() as held:
        await to_thread.run_sync(held.enter_context, room_for(house, key, "uploads"))
        still = partial(check_waiting, house, key, "uploads")
        place = Place(house.storage, spools, still)
        try:
            upload = await receive(_body(request), name_in(upload_name), key.tenant, place, most)
        except TooLarge as error:
            raise HTTPException(413, str(error)) from error
        video = await to_thread.run_sync(accept, house.catalogue, house.jobs, upload)
    response.headers["Location"] = f"/v1/videos/{video.id}"
    return VideoAnswer.of(video)


@router.post("/from-url", status_code=202, response_model=JobAnswer)
def fetch(body: FetchBody, response: Response, key: Writer, house: Rooms) -> JobAnswer:
    """Fetch a video from a public address: a job, whose `video` is known when it has come."""
    house.config.bounds.reach.check(body.url)
    with room_for(house, key, "uploads"):
        job = house.jobs.order(Order(key.tenant, "", "fetch", body.model_dump()))
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return JobAnswer.of(job)


@router.get("", response_model=VideosAnswer)
def list_videos(
    key: Reader,
    house: Rooms,
    most: Annotated[int, Query(ge=1, le=500)] = 50,
    before: float | None = None,
) -> VideosAnswer:
    """The videos of who asks, the newest first."""
    found = house.catalogue.of(key.tenant, most, before)
    following = found[-1].added if len(found) == most else None
    return VideosAnswer(videos=[VideoAnswer.of(video) for video in found], next=following)


@router.get("/{video}", response_model=VideoAnswer)
def show_video(video: str, key: Reader, house: Rooms) -> VideoAnswer:
    """One video: whether it was looked at, and what it is."""
    return VideoAnswer.of(video_of(house, key, video))


@router.delete("/{video}", status_code=204)
def remove_video(video: str, key: Writer, house: Rooms) -> None:
    """Forget a video, its covers and everything that was seen in it.

    That a viewer once chose something of it stays in the viewer's history, until that is forgotten.
    """
    found = video_of(house, key, video)
    for job in house.jobs.of(key.tenant, video, ("pending", "processing")):
        house.jobs.cancel(key.tenant, job.id)
    for cover in house.catalogue.remove(key.tenant, video) or ():
        for name in names.files_of(cover):
            house.storage.remove(name)
    for name in names.all_of(found):
        house.storage.remove(name)


@router.head("/{video}/strip.jpg", include_in_schema=False)
@router.get("/{video}/strip.jpg", response_class=Response, responses=files_of_type("image/jpeg"))
def strip(video: str, key: Reader, house: Rooms) -> Response:
    """Stills of the whole video side by side; `stills` of the video says the moment of each."""
    data = house.storage.get(names.strip(looked_at(house, key, video)))
    if data is None:
        raise HTTPException(404, "the stills of this video are gone; send it again")
    return Response(data, media_type="image/jpeg")


@router.get("/{video}/choice", response_model=ChoiceAnswer)
def show_choice(video: str, key: Reader, house: Rooms) -> ChoiceAnswer:
    """What a person chose to show."""
    video_of(house, key, video)
    return _choice(house, key, video)


@router.put("/{video}/choice", response_model=ChoiceAnswer)
def choose(video: str, body: ChoiceBody, key: Writer, house: Rooms) -> ChoiceAnswer:
    """Choose what is shown; it stands above every plan until it is changed."""
    found = video_of(house, key, video)
    windows, exclude = ([Segment(*one) for one in some] for some in (body.windows, body.exclude))
    check_spans(found, windows, exclude)
    house.catalogue.choose(key.tenant, video, json.loads(body.model_dump_json()))
    return _choice(house, key, video)


@contextmanager
def room_for(house: House, key: Key, kind: Kind) -> Iterator[None]:
    """Room for one more, held while it comes; it counts for the quota of the hour.

    Raises: HTTPException 429, 507.
    """
    with house.lock:
        before = house.coming[key.tenant]
        house.coming[key.tenant] += 1
    try:
        check_waiting(house, key, kind, before)
        _count(house, key, kind)
        yield
    finally:
        with house.lock:
            house.coming[key.tenant] -= 1


def check_waiting(house: House, key: Key, kind: Kind, before: int = 0) -> None:
    """Whether a tenant's queue and store hold one more.

    Args: before: how many were let in before this one and are not there yet. Raises: HTTPException 429, 507.
    """
    bounds = house.config.bounds
    waiting = house.jobs.waiting(key.tenant) + before
    if waiting >= bounds.waiting:
        raise HTTPException(429, f"{waiting} jobs wait already", {"Retry-After": "30"})
    if kind == "uploads" and house.catalogue.bytes_of(key.tenant) >= bounds.stored_bytes:
        raise HTTPException(507, "there is no more room for your videos; remove some")


def _count(house: House, key: Key, kind: Kind) -> None:
    bounds = house.config.bounds
    most = bounds.uploads_per_hour if kind == "uploads" else bounds.orders_per_hour
    wait = Quotas(house.database).take(key.tenant, kind, most) if most else 0.0
    if wait:
        headers = {"Retry-After": str(int(wait) + 1)}
        raise HTTPException(429, f"{most} {kind} an hour are allowed, and were used", headers)


def looked_at(house: House, key: Key, video: str) -> StoredVideo:
    """A video that is ready. Raises: HTTPException 404, 409 when it cannot be, 425 when it is not yet."""
    found = video_of(house, key, video)
    if found.state == "processing":
        raise HTTPException(425, "the video is being looked at", {"Retry-After": "2"})
    if found.state == "errored":
        error = found.facts.get("error")
        why = error.get("message") if isinstance(error, dict) else error
        raise HTTPException(409, f"the video cannot be read: {why}")
    return found


def _choice(house: House, key: Key, video: str) -> ChoiceAnswer:
    chosen = house.catalogue.choice(key.tenant, video)
    given = {"windows": [], "exclude": []} | dict(chosen.choice)
    return ChoiceAnswer.model_validate({"version": chosen.version, **given})


async def _body(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        yield chunk
