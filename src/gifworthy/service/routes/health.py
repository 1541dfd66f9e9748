"""Is it alive, is it ready, how is it doing."""

from __future__ import annotations

import logging

from fastapi import APIRouter, HTTPException, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from gifworthy.errors import GifworthyError
from gifworthy.service.answers import files_of_type, told
from gifworthy.service.house import Rooms, allowed

log = logging.getLogger(__name__)
router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@router.get("/readyz")
def ready(house: Rooms) -> dict[str, str]:
    """It can work: the database and the storage answer."""
    try:
        house.database.check()
        house.storage.get("readyz")
    except GifworthyError as error:
        log.warning("not ready: %s", error)
        raise HTTPException(503, told(error)) from error
    return {"state": "ready"}


@router.get("/metrics", response_class=Response, responses=files_of_type("text/plain"))
def metrics(request: Request, house: Rooms) -> Response:
    """For Prometheus: jobs by state, and what this process counted of its requests.

    It needs a key that may read, unless the server was started with `--open-metrics`.
    """
    if not house.config.open_metrics:
        allowed("read")(request, house)
    now = CollectorRegistry()
    jobs = Gauge("gifworthy_jobs", "Jobs by state.", ["state"], registry=now)
    for state, count in house.jobs.count().items():
        jobs.labels(state).set(count)
    data = generate_latest(now) + generate_latest(house.registry)
    return Response(data, media_type=CONTENT_TYPE_LATEST)
