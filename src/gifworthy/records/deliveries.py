"""Messages that must arrive: what a job's owner wants to hear when it has ended.

A message is written in the transaction that ends its job, so that none is lost, and sent at least once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
    update,
)

from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA

PAUSES = (5.0, 60.0, 600.0, 3600.0, 6 * 3600.0, 24 * 3600.0)
"""Seconds before each further attempt; after the last one it is given up."""
LEASE = 60.0

DELIVERIES = Table(
    "deliveries",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("url", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float),
    Column("answer", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("viewer", String(36), nullable=False, server_default=""),
    Index("deliveries_due", "due"),
    Index("deliveries_of_viewer", "viewer"),
)
"""due: when it is to be sent, seconds since 1970; null when it arrived or was given up. answer: the last.
viewer: the id of whom it tells something, with whom it goes; "" where it does not."""


@dataclass(frozen=True)
class Address:
    """Who is told. job: of whose end. viewer: of whom, "" where it is about nobody."""

    tenant: str
    url: str
    job: str
    viewer: str = ""


@dataclass(frozen=True)
class Delivery:
    """One message. attempts: how often it was tried."""

    id: str
    tenant: str
    url: str
    body: str
    attempts: int
    due: float | None
    answer: str
    made: float


def message_of(job: str) -> str:
    """The id of the message of a job's end; a job ends once."""
    return f"msg_{job.removeprefix('job_')}"


def write_delivery(
    connection: Connection, to: Address, message: Mapping[str, object], now: float
) -> None:
    """Write a message in a transaction that somebody else began."""
    row = {
        "id": message_of(to.job),
        "tenant": to.tenant,
        "url": to.url,
        "viewer": to.viewer,
        "body": json.dumps(message),
        "attempts": 0,
        "due": now,
        "answer": "",
        "made": now,
    }
    connection.execute(insert(DELIVERIES), [row])


@dataclass(frozen=True)
class Deliveries:
    """All messages of one database."""

    database: Database

    def claim(self, now: float | None = None) -> Delivery | None:
        """A message that is due; whoever claimed it has a minute to send it."""
        now = time.time() if now is None else now
        due = (
            select(DELIVERIES.c.id)
            .where(DELIVERIES.c.due <= now)
            .order_by(DELIVERIES.c.due)
            .limit(1)
        )
        with self.database.reading() as connection:
            if connection.execute(due).one_or_none() is None:
                return None
        mine = due.with_for_update(skip_locked=True).scalar_subquery()
        with self.database.writing() as connection:
            row = connection.execute(
                update(DELIVERIES)
                .where(DELIVERIES.c.id == mine)
                .values(due=now + LEASE, attempts=DELIVERIES.c.attempts + 1)
                .returning(*DELIVERIES.c)
            ).one_or_none()
        return None if row is None else _delivery(row)

    def arrived(self, delivery: Delivery, answer: str) -> None:
        """It was taken."""
        self._say(delivery, answer, None)

    def failed(self, delivery: Delivery, answer: str, now: float | None = None) -> None:
        """It was not taken: later again, or never."""
        now = time.time() if now is None else now
        tried = delivery.attempts - 1
        self._say(delivery, answer, now + PAUSES[tried] if tried < len(PAUSES) else None)

    def about(self, job: str) -> Delivery | None:
        """The message of a job's end; None before it has ended, or where nobody wants to hear of it."""
        wanted = select(DELIVERIES).where(DELIVERIES.c.id == message_of(job))
        with self.database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else _delivery(row)

    def of(self, tenant: str, most: int = 100) -> tuple[Delivery, ...]:
        """A tenant's messages, the newest first."""
        wanted = select(DELIVERIES).where(DELIVERIES.c.tenant == tenant)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(DELIVERIES.c.made.desc()).limit(most)).all()
        return tuple(map(_delivery, rows))

    def _say(self, delivery: Delivery, answer: str, due: float | None) -> None:
        mine = (DELIVERIES.c.id == delivery.id, DELIVERIES.c.attempts == delivery.attempts)
        with self.database.writing() as connection:
            connection.execute(update(DELIVERIES).where(*mine).values(answer=answer[:500], due=due))


def _delivery(row: Row[tuple[object, ...]]) -> Delivery:
    return Delivery(
        row.id, row.tenant, row.url, row.body, row.attempts, row.due, row.answer, row.made
    )
