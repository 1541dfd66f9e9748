"""A job: as it is asked for, and as it is kept."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gifworthy.records.tables import METADATA

State = Literal["pending", "processing", "completed", "errored", "cancelled"]
STATES: tuple[State, ...] = get_args(State)
ENDED: tuple[State, ...] = ("completed", "errored", "cancelled")
ALIVE, WORKED, OVER = text("ended IS NULL"), text("ended <> created"), text("ended IS NOT NULL")
"""Of jobs: those that have not ended; those that took work, and not only a look for what was there; those
that have ended. Each has an index of its own, and a database sees that by these very words."""
WORKED_BY = ("tenant", "created", "state", "ended")
"""All that counting them asks for, so that the index alone is read."""
JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("video", String(36), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("request", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("progress", Float, nullable=False),
    Column("stage", String(64), nullable=False),
    Column("turn", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("worker", String(64), nullable=False),
    Column("due", Float, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("stopping", Boolean, nullable=False),
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Column("outcome", Text, nullable=False),
    Column("once", String(255)),
    Column("asked", String(64), nullable=False),
    Column("webhook", Text, nullable=False),
    Column("viewer", String(36), nullable=False, server_default=""),
    UniqueConstraint("tenant", "once"),
    Index("jobs_waiting", "state", "due"),
    Index("jobs_of_tenant", "tenant", "created"),
    Index("jobs_of_video", "tenant", "video", "created"),
    Index("jobs_of_viewer", "viewer"),
    Index("jobs_alive", "tenant", "created", sqlite_where=ALIVE, postgresql_where=ALIVE),
    Index("jobs_worked", *WORKED_BY, sqlite_where=WORKED, postgresql_where=WORKED),
    Index("jobs_over", "ended", sqlite_where=OVER, postgresql_where=OVER),
)
"""due: when a pending job may begin, or when the lease of one that is processed is over; seconds since 1970.
once: the client's idempotency key, and asked: a hash of what was asked with it. webhook: who is told of its
end, "" for nobody. viewer: the id of whom it is for, with whom it goes; "" for everybody."""


@dataclass(frozen=True)
class Job:
    """One piece of accepted work.

    request: what is asked, outcome: what came of it or what went wrong, both as they go over the wire.
    progress: 0..1. turn: how often it was claimed. failures: turns that ended badly.
    """

    id: str
    tenant: str
    video: str
    kind: str
    request: Mapping[str, object]
    state: State
    progress: float
    stage: str
    turn: int
    failures: int
    priority: int
    created: float
    ended: float | None
    outcome: Mapping[str, object]
    stopping: bool = False
    webhook: str = ""
    viewer: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in ENDED


@dataclass(frozen=True)
class Order:
    """A job as it is asked for.

    priority: higher is sooner. once: a client's key; the same key gives the same job again. asked: a hash
    of what was asked, so that one key for two different things is told apart. webhook: who hears of its end.
    known: what comes of it, when that is known already; then nobody has to work. viewer: for whom it is.
    """

    tenant: str
    video: str
    kind: str
    request: Mapping[str, object]
    priority: int = 0
    once: str | None = None
    asked: str = ""
    webhook: str = ""
    known: Mapping[str, object] | None = None
    viewer: str = ""


def row_of(order: Order, now: float) -> dict[str, object]:
    """How an order is kept."""
    return {
        "id": f"job_{uuid.uuid4().hex}",
        "tenant": order.tenant,
        "video": order.video,
        "kind": order.kind,
        "request": json.dumps(order.request, sort_keys=True),
        "state": "pending" if order.known is None else "completed",
        "progress": 0.0 if order.known is None else 1.0,
        "stage": "",
        "turn": 0,
        "failures": 0,
        "worker": "",
        "due": now,
        "priority": order.priority,
        "stopping": False,
        "created": now,
        "ended": None if order.known is None else now,
        "outcome": json.dumps(order.known or {}),
        "once": order.once,
        "asked": order.asked,
        "webhook": order.webhook,
        "viewer": order.viewer,
    }


def job_of(row: Row[tuple[object, ...]]) -> Job:
    """A job as it was kept."""
    return Job(
        row.id,
        row.tenant,
        row.video,
        row.kind,
        json.loads(row.request),
        row.state,
        row.progress,
        row.stage,
        row.turn,
        row.failures,
        row.priority,
        row.created,
        row.ended,
        json.loads(row.outcome),
        row.stopping,
        row.webhook,
        row.viewer,
    )
