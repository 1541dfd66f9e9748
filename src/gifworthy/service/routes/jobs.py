"""Work: order a cover, see how far it is, hear of it as it goes, stop it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from typing import Annotated

import anyio
from anyio import to_thread
from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from gifworthy.records.deliveries import Deliveries
from gifworthy.records.jobs import KeyReused
from gifworthy.records.keys import Key
from gifworthy.records.orders import STATES, Job, Order, State
from gifworthy.service.answers import JobAnswer, JobsAnswer, files_of_type
from gifworthy.service.house import House, Reader, Rooms, Writer, video_of
from gifworthy.service.requests import Asked, Ordered
from gifworthy.service.routes.videos import room_for
from gifworthy.service.spans import check_spans
from gifworthy.service.webhooks import secret_of
from gifworthy.service.whose import Whose, shown

router = APIRouter(prefix="/v1", tags=["jobs"])


class SecretAnswer(BaseModel):
    """What the signatures of webhooks are checked with."""

    secret: str


LOOKING = 0.4
"""Seconds between two looks at a job that somebody listens to."""


@router.post("/videos/{video}/covers", status_code=202, response_model=JobAnswer)
def order_cover(
    video: str,
    body: Ordered,
    response: Response,
    key: Writer,
    house: Rooms,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    webhook: Annotated[str, Query(max_length=2000)] = "",
) -> JobAnswer:
    """Order a cover: a plan, a style, what a person wants or forbids, and for whom it is.

    `webhook` is an address that hears when the job has ended, signed as Standard Webhooks has it.
    The same `Idempotency-Key` is the same job, until 30 days after its end; then the job is removed.
    """
    if webhook:
        house.config.bounds.reach.check(webhook)
    found, asked = video_of(house, key, video), body.asked
    check_spans(found, asked.windows, asked.exclude)
    whose = shown(house, key, body.viewer, asked)
    name = house.offers.key(asked, found.content, whose.name if whose else "")
    once = None if idempotency_key is None else f"client:{idempotency_key}"
    order = Order(
        key.tenant,
        video,
        "cover",
        asked.as_json,
        once=once,
        asked=_digest(video, asked, whose),
        webhook=webhook,
        known=_made(house, key, video, name),
        viewer=whose.id if whose else "",
    )
    is_new = order.known is None and not (once and house.jobs.named(key.tenant, once))
    try:
        with room_for(house, key, "orders") if is_new else nullcontext():
            job = house.jobs.order(order)
    except KeyReused as error:
        raise HTTPException(
            409,
            f"the idempotency key {idempotency_key!r} was used for another request; use a new one",
        ) from error
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return told(house, job)


@router.get("/jobs", response_model=JobsAnswer)
def list_jobs(
    key: Reader,
    house: Rooms,
    video: Annotated[str | None, Query(pattern="^vid_[0-9a-f]{32}$")] = None,
    state: State | None = None,
    most: Annotated[int, Query(ge=1, le=500)] = 50,
) -> JobsAnswer:
    """The jobs of who asks, the newest first."""
    states = STATES if state is None else (state,)
    found = house.jobs.of(key.tenant, video, states, most)
    return JobsAnswer(jobs=[told(house, job) for job in found])


@router.get("/jobs/{job}", response_model=JobAnswer)
def show_job(job: str, key: Reader, house: Rooms) -> JobAnswer:
    """One job."""
    return told(house, job_of(house, key, job))


@router.delete("/jobs/{job}", status_code=202, response_model=JobAnswer)
def cancel_job(job: str, key: Writer, house: Rooms) -> JobAnswer:
    """Stop a job. One that has ended stays as it is."""
    found = house.jobs.cancel(key.tenant, job)
    if found is None:
        raise HTTPException(404, f"there is no job {job}")
    return told(house, found)


@router.get("/webhooks/secret", response_model=SecretAnswer)
def webhook_secret(key: Writer, house: Rooms) -> SecretAnswer:
    """The secret that your webhooks are signed with."""
    return SecretAnswer(secret=secret_of(house.database.secret, key.tenant))


@router.get(
    "/jobs/{job}/events",
    response_class=EventSourceResponse,
    responses=files_of_type("text/event-stream"),
)
async def follow_job(job: str, key: Reader, house: Rooms) -> EventSourceResponse:
    """The job as it goes: one server-sent event `job` for each change, until it has ended."""
    await to_thread.run_sync(job_of, house, key, job)
    return EventSourceResponse(_changes(house, key, job))


def _made(house: House, key: Key, video: str, name: str) -> dict[str, object] | None:
    """What comes of an order whose cover is there already."""
    made = house.catalogue.cover(key.tenant, name)
    return None if made is None else {"video": video, "cover": name}


def _digest(video: str, asked: Asked, whose: Whose | None) -> str:
    """What tells two orders under one idempotency key apart."""
    told = [video, asked.as_json, *([whose.id] if whose else [])]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def job_of(house: House, key: Key, job: str) -> Job:
    """A job of who asks. Raises: HTTPException 404, also when it is another's."""
    found = house.jobs.find(key.tenant, job)
    if found is None:
        raise HTTPException(404, f"there is no job {job}")
    return found


def told(house: House, job: Job) -> JobAnswer:
    """The answer for a job, with the cover that it made, and whether its owner has heard of its end."""
    cover = job.outcome.get("cover")
    made = house.catalogue.cover(job.tenant, str(cover)) if cover else None
    message = Deliveries(house.database).about(job.id) if job.webhook else None
    return JobAnswer.of(job, made, message)


async def _changes(house: House, key: Key, job: str) -> AsyncIterator[ServerSentEvent]:
    last = ""
    while True:
        found = await to_thread.run_sync(house.jobs.find, key.tenant, job)
        if found is None:
            return
        answer = await to_thread.run_sync(told, house, found)
        if (text := answer.model_dump_json()) != last:
            last = text
            yield ServerSentEvent(text, event="job")
        if found.has_ended:
            return
        await anyio.sleep(LOOKING)
