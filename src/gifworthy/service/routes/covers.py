"""Covers by their address: what is not made yet is made, what is made is given at once."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from pydantic import BaseModel, Field

from gifworthy.encoders import ENCODERS
from gifworthy.moments import parse_aspect
from gifworthy.plans import usual_seconds
from gifworthy.records.catalogue import StoredCover, StoredVideo
from gifworthy.records.keys import Key
from gifworthy.records.orders import Job, Order
from gifworthy.service import names
from gifworthy.service.answers import files_of_type
from gifworthy.service.heads import FOR_ONE, Headed, given, is_known, kept
from gifworthy.service.house import House, Rooms, Viewing, Writer, video_of
from gifworthy.service.offers import Offers
from gifworthy.service.requests import Asked, PlanAsked
from gifworthy.service.routes.videos import looked_at, room_for
from gifworthy.service.signing import ENDS, SIGNATURE, TENANT, signed
from gifworthy.service.whose import shown
from gifworthy.types import Segment, Style

router = APIRouter(prefix="/v1", tags=["covers"], route_class=Headed)
YEAR = 31536000
FRESH, STALE = 60, 600
"""Seconds that a cover by its video's address is good, and may be shown while it is asked for again."""
AGAIN, LATEST = 60.0, 3600.0
"""Seconds before a cover that failed in a way that may pass is tried again: more each time, and at most."""
TYPES = {"image/avif": "avif", "image/webp": "webp", "video/mp4": "mp4", "image/gif": "gif"}
"""What a browser may say it takes, the smallest files first."""
SIGNABLE = re.compile(
    r"/v1/(videos/(?P<video>vid_[0-9a-f]{32})/cover|covers/(?P<cover>[0-9a-f]{64}))(\.\w+)?"
)
COVERS = files_of_type(
    "image/gif", "image/webp", "image/avif", "video/mp4", "video/webm", "image/jpeg"
)
PIECES: dict[int | str, dict[str, Any]] = {206: COVERS[200] | {"description": "A piece of it."}}
UNCHANGED = PIECES | {304: {"description": "It is what you have."}}
RETRY = {"Retry-After": {"schema": {"type": "integer"}}, "Location": {"schema": {"type": "string"}}}
WAITING = UNCHANGED | {202: {"description": "It is being made: come back.", "headers": RETRY}}
URGENT = 10
"""Somebody waits for it."""


class Address(BaseModel):
    """What stands behind the question mark of a cover's address."""

    width: Annotated[int, Field(ge=16, le=3840)] = 480
    height: Annotated[int | None, Field(ge=16, le=3840)] = None
    fps: Annotated[float, Field(gt=0, le=60)] = 12.5
    seconds: Annotated[float | None, Field(gt=0, le=60)] = None
    shots: Annotated[int | None, Field(ge=1, le=10)] = None
    aspect: Annotated[
        str | None,
        Field(
            max_length=20, description="Width over height: 1:1, 16:9, 0.5625.", examples=["9:16"]
        ),
    ] = None
    max_bytes: Annotated[int | None, Field(gt=0, le=1 << 40)] = None
    plan: Annotated[str, Field(max_length=100, description="One of GET /v1/plans.")] = "signals"
    viewer: Annotated[
        str, Field(max_length=100, description="A token of POST /v1/viewers/{viewer}/token.")
    ] = ""
    tenant: Annotated[str, Field(alias=TENANT, description="Of a signed address.")] = ""
    ends: Annotated[str, Field(alias=ENDS, description="Of a signed address.")] = ""
    signature: Annotated[str, Field(alias=SIGNATURE, description="Of a signed address.")] = ""

    def asked(self, offers: Offers) -> Asked:
        """A cover as the address spells it. Raises: ValueError, UnknownName."""
        plan = PlanAsked(self.plan, self.shots)
        shots = plan.changing(offers.named(self.plan).plan).shots
        style = Style(
            width=self.width,
            height=self.height,
            fps=self.fps,
            seconds=usual_seconds(shots) if self.seconds is None else self.seconds,
            aspect=None if self.aspect is None else parse_aspect(self.aspect),
            max_bytes=self.max_bytes,
        )
        return Asked(plan, style)


KNOWN = {field.alias or name for name, field in Address.model_fields.items()}


async def only_known(request: Request) -> None:
    """A dependency: refuses a word that is none of ours, or said twice. Raises: HTTPException 422."""
    words = [word for word, _ in request.query_params.multi_items()]
    twice = next((word for word in words if words.count(word) > 1), None)
    if twice is not None:
        raise HTTPException(422, f"{twice!r} stands more than once in the address; say it once")
    strange = sorted(set(words) - KNOWN)
    if strange:
        raise HTTPException(
            422,
            f"there is no {strange[0]!r} in a cover's address; post an order for what it cannot say",
        )


ByAddress = Annotated[Address, Query()]
STRICT = [Depends(only_known)]


@router.head("/videos/{video}/cover", dependencies=STRICT, include_in_schema=False)
@router.get(
    "/videos/{video}/cover",
    dependencies=STRICT,
    response_class=Response,
    responses=COVERS | WAITING,
)
def cover_by_accept(
    video: str,
    address: ByAddress,
    key: Viewing,
    house: Rooms,
    request: Request,
    accept: Annotated[str, Header()] = "*/*",
) -> Response:
    """The cover in the best format that who asks can show."""
    answer = _answer(_Wish(video, address, _best_format(accept)), key, house, request)
    answer.headers["Vary"] = "Accept"
    return answer


@router.head("/videos/{video}/cover.{format}", dependencies=STRICT, include_in_schema=False)
@router.get(
    "/videos/{video}/cover.{format}",
    dependencies=STRICT,
    response_class=Response,
    responses=COVERS | WAITING,
)
def cover_by_name(
    video: str, format: str, address: ByAddress, key: Viewing, house: Rooms, request: Request
) -> Response:
    """The cover in one format: gif, webp, avif, mp4, webm; or jpg for its still."""
    if format != "jpg" and format not in ENCODERS:
        raise HTTPException(
            404, f"there is no format {format}; there are {', '.join((*ENCODERS, 'jpg'))}"
        )
    return _answer(_Wish(video, address, format), key, house, request)


@router.head("/covers/{name}.{format}", include_in_schema=False)
@router.get("/covers/{name}.{format}", response_class=Response, responses=COVERS | UNCHANGED)
def cover_by_key(name: str, format: str, key: Viewing, house: Rooms, request: Request) -> Response:
    """A cover that was made, or its still (jpg). What is there never changes."""
    cover = house.catalogue.cover(key.tenant, name)
    if cover is None or f".{format}" not in (cover.suffix, ".jpg"):
        raise HTTPException(404, f"there is no cover {name}.{format}")
    keeping = FOR_ONE if cover.viewer else f"{kept(request, key, YEAR)}, immutable"
    return _file(house, cover, format, request, keeping)


class SignBody(BaseModel, extra="forbid"):
    """A cover's address, and for how long anybody who has it may see it."""

    address: Annotated[str, Field(max_length=2000)]
    seconds: Annotated[float, Field(gt=0, le=10 * 365 * 86400)] = 86400.0


class SignedAnswer(BaseModel):
    """The address to give away."""

    url: str


@router.post("/sign", response_model=SignedAnswer)
def sign(body: SignBody, key: Writer, house: Rooms, request: Request) -> SignedAnswer:
    """Sign the address of a cover of yours, so that a page can show it to people without a key."""
    match = SIGNABLE.fullmatch(urlsplit(body.address).path)
    if match is None:
        raise HTTPException(
            422, "an address of a cover is like /v1/videos/vid_.../cover.gif?width=320"
        )
    if match["video"]:
        video_of(house, key, match["video"])
    elif house.catalogue.cover(key.tenant, match["cover"]) is None:
        raise HTTPException(404, f"there is no cover {match['cover']}")
    path = signed(house.database.secret, key.tenant, body.address, body.seconds)
    return SignedAnswer(url=f"{house.address_for(request)}{path}")


@dataclass(frozen=True)
class _Wish:
    """A cover that somebody waits for."""

    video: str
    address: Address
    format: str

    def asked(self, offers: Offers) -> Asked:
        asked = self.address.asked(offers)
        written = "gif" if self.format == "jpg" else self.format
        return Asked(asked.plan, asked.style.but(format=written))


def _answer(wish: _Wish, key: Key, house: House, request: Request) -> Response:
    video = looked_at(house, key, wish.video)
    asked = as_chosen(house, video, wish.asked(house.offers))
    whose = shown(house, key, wish.address.viewer, asked)
    name = house.offers.key(asked, video.content, whose.name if whose else "")
    cover = house.catalogue.cover(key.tenant, name)
    if cover is not None:
        keeping = FOR_ONE if wish.address.viewer else kept(request, key, FRESH, STALE)
        return _file(house, cover, wish.format, request, keeping)
    order = Order(key.tenant, video.id, "cover", asked.as_json, URGENT, f"address:{name}")
    order = replace(order, viewer=whose.id) if whose else order
    return _waited_for(house, order) if request.method == "HEAD" else _ordered(house, key, order)


def as_chosen(house: House, video: StoredVideo, asked: Asked) -> Asked:
    """What a person chose for a video stands above the plan."""
    choice = house.catalogue.choice(video.tenant, video.id).choice
    windows, exclude = choice.get("windows") or (), choice.get("exclude") or ()
    if not windows and not exclude:
        return asked
    spans = [tuple(Segment(a, b) for a, b in some) for some in (windows, exclude)]  # type: ignore[attr-defined]
    return Asked(asked.plan, asked.style, *spans)


def _ordered(house: House, key: Key, order: Order) -> Response:
    """It is being made: come back. The same wish of many people is one job."""
    order, known = _followed(house, order)
    if known is None:
        with room_for(house, key, "orders"):
            known = house.jobs.order(order)
    return _come_back(known)


def _waited_for(house: House, order: Order) -> Response:
    """HEAD changes nothing: it says that the cover is not there yet, and orders none."""
    return _come_back(_followed(house, order)[1])


def _followed(house: House, order: Order) -> tuple[Order, Job | None]:
    """The job that stands for a wish now; None, and how to order it, when there is none any more.

    A job that is over leads to the one that came after it, so that all who ask find the same.
    """
    before, known = 0, house.jobs.named(order.tenant, str(order.once))
    while known is not None and _is_over(known, before):
        before, order = before + 1, replace(order, once=f"address:{known.id}")
        known = house.jobs.named(order.tenant, str(order.once))
    return order, known


def _is_over(job: Job, before: int) -> bool:
    """Whether a job says nothing more of its cover. Args: before: how many jobs came before it.

    One that is completed has a cover that was taken away since; one that failed in a way that may pass is
    tried again, after a while that grows.
    """
    if job.state == "errored":
        return bool(job.outcome.get("retryable")) and _pause(job, before) <= 0
    return job.state in ("cancelled", "completed")


def _pause(job: Job, before: int) -> float:
    return (job.ended or 0.0) + min(AGAIN * (before + 1), LATEST) - time.time()


def _come_back(job: Job | None) -> Response:
    """Raises: HTTPException 422 when the job could not do it, 503 when it may another time."""
    if job is not None and job.state == "errored":
        message = str(job.outcome.get("message", "the cover cannot be made"))
        if job.outcome.get("retryable"):
            raise HTTPException(503, message, {"Retry-After": str(int(AGAIN))})
        raise HTTPException(422, message)
    headers = {"Retry-After": "1", "Cache-Control": "no-store"}
    if job is not None:
        headers["Location"] = f"/v1/jobs/{job.id}"
    return Response(status_code=202, headers=headers)


def _file(
    house: House, cover: StoredCover, format: str, request: Request, keeping: str
) -> Response:
    etag = f'"{cover.etag}-{format}"'
    headers = {"ETag": etag, "Cache-Control": keeping}
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    data = house.storage.get(names.cover(cover, f".{format}"))
    if data is None:
        raise HTTPException(404, f"the files of cover {cover.key} are gone; order it anew")
    kind = "image/jpeg" if format == "jpg" else cover.media_type
    return given(request, data, kind, headers)


def _best_format(accept: str) -> str:
    """The smallest format that is named; GIF when only `*/*` is."""
    named = [part.split(";")[0].strip().lower() for part in accept.split(",")]
    return next((format for kind, format in TYPES.items() if kind in named), "gif")
