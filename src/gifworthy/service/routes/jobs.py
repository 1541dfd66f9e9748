"""Work: order a cover, see how far it is, hear of it as it goes, stop it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from anyio import to_thread
from fastapi import APIRouter, Header, HTTPException, Query, Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse, ServerSentEvent

from gifworthy.records.jobs import KeyReused
from gifworthy.records.keys import Key
from gifworthy.records.orders import STATES, Job, Order, State
from gifworthy.service.answers import JobAnswer, JobsAnswer
from gifworthy.service.house import House, Reader, Rooms, Writer, video_of
from gifworthy.service.reaching import check_address
from gifworthy.service.requests import Asked
from gifworthy.service.routes.videos import check_room
from gifworthy.service.webhooks import secret_of

router = APIRouter(prefix="/v1", tags=["jobs"])


class SecretAnswer(BaseModel):
    """What the signatures of webhooks are checked with."""

    secret: str


LOOKING = 0.4
"""Seconds between two looks at a job that somebody listens to."""


@router.post("/videos/{video}/covers", status_code=202, response_model=JobAnswer)
def order_cover(
    video: str,
    asked: Asked,
    response: Response,
    key: Writer,
    house: Rooms,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    webhook: Annotated[str, Query(max_length=2000)] = "",
) -> JobAnswer:
    """Order a cover: a plan, a style, and what a person wants or forbids.

    `webhook` is an address that hears when the job has ended, signed as Standard Webhooks has it.
    """
    if webhook:
        check_address(webhook)
    found = video_of(house, key, video)
    check_room(house, key)
    request, name = asked.as_json, asked.key(found.content)
    made = house.catalogue.cover(key.tenant, name)
    known = None if made is None else {"video": video, "cover": name}
    digest = hashlib.sha256(json.dumps([video, request], sort_keys=True).encode()).hexdigest()
    once = None if idempotency_key is None else f"client:{idempotency_key}"
    order = Order(
        key.tenant, video, "cover", request, once=once, asked=digest, webhook=webhook, known=known
    )
    try:
        job = house.jobs.order(order)
    except KeyReused as error:
        raise HTTPException(409, str(error)) from error
    response.headers["Location"] = f"/v1/jobs/{job.id}"
    return told(house, job)


@router.get("/jobs", response_model=JobsAnswer)
def list_jobs(
    key: Reader,
    house: Rooms,
    video: str | None = None,
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


@router.get("/jobs/{job}/events")
async def follow_job(job: str, key: Reader, house: Rooms) -> EventSourceResponse:
    """The job as it goes: one server-sent event `job` for each change, until it has ended."""
    await to_thread.run_sync(job_of, house, key, job)
    return EventSourceResponse(_changes(house, key, job))


def job_of(house: House, key: Key, job: str) -> Job:
    """A job of who asks. Raises: HTTPException 404, also when it is another's."""
    found = house.jobs.find(key.tenant, job)
    if found is None:
        raise HTTPException(404, f"there is no job {job}")
    return found


def told(house: House, job: Job) -> JobAnswer:
    """The answer for a job, with the cover that it made."""
    cover = job.outcome.get("cover")
    made = house.catalogue.cover(job.tenant, str(cover)) if cover else None
    return JobAnswer.of(job, made)


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
