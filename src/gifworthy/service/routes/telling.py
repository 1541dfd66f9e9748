"""What pages ask and tell in an experiment: who sees which cover, and what became of it.

Programs ask with a key. Pages of other sites cannot keep one; they have a beacon's word (`service.beacon`),
and a browser lets them read only these answers.
"""

from __future__ import annotations

import hashlib
import time
from contextlib import suppress
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, ValidationError
from starlette.types import Message, Receive, Scope, Send

from gifworthy.experiments.assignment import assign
from gifworthy.experiments.reading import event_from
from gifworthy.experiments.robots import says_robot
from gifworthy.records.events import Event, Events
from gifworthy.records.experiments import Experiment, Experiments
from gifworthy.records.keys import Key
from gifworthy.service.beacon import shown_at, snippet, tenant_by, word_of
from gifworthy.service.house import House, Reader, Rooms, allowed
from gifworthy.service.routes.experiments import found

AT_ONCE = 1000
ON_A_PAGE = 100
"""Videos that a page may ask about at once."""
CROWD = 4096
"""Groups that the people of the world are sorted into; each may ask a tenant's pages as often as one key."""
TO_ALL = (b"access-control-allow-origin", b"*")


class Open(APIRoute):
    """A route whose answers and refusals other sites' pages may read when they have a beacon's word.

    A refusal that a page may not read looks to it as if the server were away, and it would ask again.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The route's own handling; whatever it answers, with the header that lets pages read."""

        async def open_to_pages(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], TO_ALL]
            await send(message)

        word = Request(scope).query_params.get("beacon")
        await super().handle(scope, receive, open_to_pages if word else send)


router = APIRouter(prefix="/v1", tags=["experiments"], route_class=Open)


Told = dict[str, object]
"""One event as it came, before it is looked at."""


class EventsBody(BaseModel, extra="forbid"):
    """What pages tell of one experiment: each event has the names of `docs/how-to/experiments.md`."""

    experiment: str
    events: Annotated[list[Told], Field(max_length=AT_ONCE)]


class AssignmentAnswer(BaseModel):
    """Which arm somebody gets, and what each event about it must say again.

    cover, still: where a page finds what the arm shows; empty when it shows the publisher's own.
    """

    unit: str
    arm: str
    version: int
    propensity: float
    cover: str
    still: str = ""


class AssignmentsAnswer(BaseModel):
    """The arms of one page. now: this server's clock, which pages tell the time by. given: by video."""

    now: float
    given: dict[str, AssignmentAnswer]


class EventsAnswer(BaseModel):
    """How many events were new, and are kept from now on; and how many were broken, and are not."""

    new: int
    refused: int = 0


class BeaconAnswer(BaseModel):
    """What a site needs to show an experiment's covers and to tell of them."""

    beacon: str
    snippet: str


Word = Annotated[str, Query(max_length=200, description="A beacon's word, instead of a key.")]
Unit = Annotated[str, Query(min_length=1, max_length=1000)]
VideoName = Annotated[str, Query(min_length=1, max_length=255)]


class Asker:
    """A dependency: who asks, by a key for events or by a beacon's word. Raises: as `allowed`."""

    def __init__(self, request: Request, house: Rooms, beacon: Word = "") -> None:
        self._house, self._word, self._request = house, beacon, request
        self._key = None if beacon else allowed("events")(request, house)

    @property
    def is_page(self) -> bool:
        """Whether it is a page that asks, in its viewer's browser; a program has a key."""
        return self._key is None

    def experiment(self, name: str) -> Experiment:
        """The experiment, if it is theirs to tell of. Raises: HTTPException, ExperimentNotFound."""
        if self._key is not None:
            return found(self._house, self._key, name)
        tenant = tenant_by(self._house.database.secret, self._word, name)
        if tenant is None:
            raise HTTPException(
                403, "this beacon is not for that experiment; copy its snippet again"
            )
        crowd = f"crowd {tenant} {_crowd(self._request)}"
        page = Key(crowd, tenant, "a page", ("events",), 0.0)
        if wait := self._house.wait_for(page):
            raise HTTPException(429, "too many requests", {"Retry-After": str(int(wait) + 1)})
        return found(self._house, page, name)


Asking = Annotated[Asker, Depends()]


async def _told(request: Request) -> EventsBody:
    """The body, whatever a page says its type is: a browser asks nobody before it sends plain text."""
    try:
        return EventsBody.model_validate_json(await request.body())
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


Body = Annotated[EventsBody, Depends(_told)]
BODY = {
    "content": {"application/json": {"schema": EventsBody.model_json_schema()}},
    "required": True,
}


@router.get("/experiments/{experiment}/assignment", response_model=AssignmentAnswer)
def assignment(
    experiment: str, unit: Unit, video: VideoName, asker: Asking, house: Rooms
) -> AssignmentAnswer:
    """Which arm somebody gets for a video: by hashing, so that every server gives the same answer."""
    return _given(house, asker.experiment(experiment), unit, [video])[video]


@router.get("/experiments/{experiment}/assignments", response_model=AssignmentsAnswer)
def assignments(
    experiment: str,
    unit: Unit,
    video: Annotated[list[VideoName], Query(min_length=1, max_length=ON_A_PAGE)],
    asker: Asking,
    house: Rooms,
    response: Response,
) -> AssignmentsAnswer:
    """The same for all videos of a page at once."""
    response.headers["Cache-Control"] = "no-store"
    given = _given(house, asker.experiment(experiment), unit, video)
    return AssignmentsAnswer(now=time.time(), given=given)


@router.post("/events", response_model=EventsAnswer, openapi_extra={"requestBody": BODY})
def add_events(
    asker: Asking, body: Body, house: Rooms, user_agent: Annotated[str, Header()] = ""
) -> EventsAnswer:
    """Tell what happened, many at once. When this answers they are kept; the same id counts once.

    With a key a broken event is refused, and all that came with it. What a page tells can be mended by
    nobody, so its good events are kept without the broken ones.
    """
    mine = asker.experiment(body.experiment)
    events = _of_page(body, mine, user_agent) if asker.is_page else _of_program(body, mine)
    new = Events(house.database).add(mine.id, events)
    return EventsAnswer(new=new, refused=len(body.events) - len(events))


@router.get("/experiments/{experiment}/beacon", response_model=BeaconAnswer)
def beacon(experiment: str, key: Reader, house: Rooms) -> BeaconAnswer:
    """What a site puts on its pages to show the covers of an experiment and to count their clicks."""
    return beacon_of(house, found(house, key, experiment))


def beacon_of(house: House, mine: Experiment) -> BeaconAnswer:
    """The word of an experiment, and the snippet that has it."""
    word = word_of(house.database.secret, mine)
    videos = dict.fromkeys(one.video for one in Experiments(house.database).variants(mine, most=20))
    return BeaconAnswer(
        beacon=word, snippet=snippet(house.config.address, mine.id, word, tuple(videos)[:3])
    )


def _given(
    house: House, mine: Experiment, unit: str, videos: list[str]
) -> dict[str, AssignmentAnswer]:
    experiments = Experiments(house.database)
    split = experiments.split(mine)
    shown = {(one.video, one.arm): one.cover for one in experiments.variants(mine, videos)}
    answers = {}
    for video in videos:
        given = assign(mine, split, unit, video)
        cover = shown.get((video, given.name), "")
        place, still = shown_at(house.database.secret, mine.tenant, cover)
        answers[video] = AssignmentAnswer(
            unit=given.unit,
            arm=given.name,
            version=given.version,
            propensity=given.propensity,
            cover=place,
            still=still,
        )
    return answers


def _crowd(request: Request) -> int:
    """One of a bounded number of groups, by the address that asks."""
    client = request.client.host if request.client else ""
    return int.from_bytes(hashlib.sha256(client.encode()).digest()[:2], "big") % CROWD


def _of_page(body: EventsBody, mine: Experiment, user_agent: str) -> list[Event]:
    """What is whole of a page's events; all are a program's when the browser says that it is one."""
    robot, now, events = says_robot(user_agent), time.time(), []
    for given in body.events:
        with suppress(ValueError):
            event = event_from(given, mine.design.arms, now)
            events.append(replace(event, robot=event.robot or robot))
    return events


def _of_program(body: EventsBody, mine: Experiment) -> list[Event]:
    """All events, which a server passes on; what it is called says nothing about its viewers.

    Raises: HTTPException.
    """
    now = time.time()
    try:
        return [event_from(given, mine.design.arms, now) for given in body.events]
    except ValueError as error:
        raise HTTPException(422, f"an event is broken: {error}") from error
