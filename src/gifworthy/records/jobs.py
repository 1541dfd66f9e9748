"""Work that was accepted and must not be lost: a queue in the main database.

A job is claimed for a while, the lease, which its worker renews while it works. A worker that dies renews
nothing, and when the lease is over the job is claimed by another. Every claim has a number, its *turn*; who
comes back late with an old turn can change nothing any more.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    and_,
    delete,
    func,
    select,
    update,
)

from gifworthy.records.database import Database
from gifworthy.records.deliveries import Address, write_delivery
from gifworthy.records.orders import (
    JOBS,
    STATES,
    Job,
    Order,
    State,
    job_of,
    row_of,
)

LEASE = 30.0
"""Seconds after which a job whose worker says nothing is given to another."""
MOST_TURNS = 3
"""Turns after which a job that kills its workers, or fails in a way that may pass, is given up."""
PAUSE = 5.0
"""Seconds before the second turn; four times as many before each further one."""


class KeyReused(ValueError):
    """An idempotency key came back with another request."""


@dataclass(frozen=True)
class Jobs:
    """All jobs of one database."""

    database: Database

    def order(self, order: Order, now: float | None = None) -> Job:
        """Accept a job, or find the one that was accepted under the same key.

        Raises: KeyReused when that one asked for something else; RecordsUnreadable.
        """
        now = time.time() if now is None else now
        row = row_of(order, now)
        with self.database.writing() as connection:
            connection.execute(self.database.insert_new(JOBS), [row])
            found = JOBS.c.id == row["id"]
            if order.once is not None:
                found = and_(JOBS.c.tenant == order.tenant, JOBS.c.once == order.once)
            known = connection.execute(select(JOBS).where(found)).one()
            if known.id == row["id"] and order.known is not None:
                _tell(connection, known, now)
        if order.once is not None and known.asked != order.asked:
            raise KeyReused(
                f"the idempotency key {order.once!r} was used for another request; use a new one"
            )
        return job_of(known)

    def claim(self, worker: str, lease: float = LEASE, now: float | None = None) -> Job | None:
        """The job that is most urgent, from now on this worker's; None when none waits.

        A job whose worker let its lease run out counts as failed once, so that a video that kills
        whoever opens it does not go round for ever.
        """
        now = time.time() if now is None else now
        self._give_up(now)
        waiting = (
            select(JOBS.c.id)
            .where(JOBS.c.state.in_(("pending", "processing")), JOBS.c.due <= now)
            .order_by(JOBS.c.priority.desc(), JOBS.c.created, JOBS.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        lost = (JOBS.c.state == "processing").cast(Integer)
        with self.database.writing() as connection:
            row = connection.execute(
                update(JOBS)
                .where(JOBS.c.id == waiting.scalar_subquery())
                .values(
                    state="processing",
                    worker=worker,
                    due=now + lease,
                    turn=JOBS.c.turn + 1,
                    failures=JOBS.c.failures + lost,
                    progress=0.0,
                    stage="",
                )
                .returning(*JOBS.c)
            ).one_or_none()
        return None if row is None else job_of(row)

    def renew(self, job: Job, progress: float, stage: str = "", now: float | None = None) -> bool:
        """Keep a job a while longer; False when it is not this turn's any more, or shall stop."""
        now = time.time() if now is None else now
        values = {"due": now + LEASE, "progress": min(max(progress, 0.0), 1.0), "stage": stage[:64]}
        with self.database.writing() as connection:
            row = connection.execute(
                update(JOBS).where(_held(job)).values(values).returning(JOBS.c.stopping)
            ).one_or_none()
        return row is not None and not row.stopping

    def complete(self, job: Job, outcome: Mapping[str, object], now: float | None = None) -> bool:
        """The work is done; False when the job was another's meanwhile, or cancelled."""
        return self._end(job, "completed", outcome, now, progress=1.0)

    def fail(
        self, job: Job, error: Mapping[str, object], *, retry: bool, now: float | None = None
    ) -> bool:
        """The work failed. Args: retry: whether it may go better another time; then it waits its turn."""
        now = time.time() if now is None else now
        failures = job.failures + 1
        if not retry or failures >= MOST_TURNS:
            return self._end(job, "errored", error, now, failures=failures)
        due = now + PAUSE * 4.0 ** (failures - 1)
        values = {
            "state": "pending",
            "due": due,
            "failures": failures,
            "outcome": json.dumps(error),
        }
        return self._change(_held(job), values)

    def give_back(self, job: Job, now: float | None = None) -> bool:
        """The worker stops: another may begin anew at once, and nothing counts as failed."""
        now = time.time() if now is None else now
        return self._change(_held(job), {"state": "pending", "due": now, "worker": ""})

    def stopped(self, job: Job, now: float | None = None) -> bool:
        """The worker heard that the job was cancelled, and has stopped."""
        return self._end(job, "cancelled", {}, now)

    def drop(self, job: Job) -> None:
        """Leave nothing of a job: whom it was for was forgotten."""
        with self.database.writing() as connection:
            connection.execute(delete(JOBS).where(JOBS.c.id == job.id))

    def cancel(self, tenant: str, job_id: str, now: float | None = None) -> Job | None:
        """Cancel a job that waits; ask one that is processed to stop. None when there is none."""
        now = time.time() if now is None else now
        mine = and_(JOBS.c.tenant == tenant, JOBS.c.id == job_id)
        with self.database.writing() as connection:
            waited = connection.execute(
                update(JOBS)
                .where(mine, JOBS.c.state == "pending")
                .values(state="cancelled", ended=now, outcome="{}")
                .returning(*JOBS.c)
            ).all()
            for ended in waited:
                _tell(connection, ended, now)
            connection.execute(
                update(JOBS).where(mine, JOBS.c.state == "processing").values(stopping=True)
            )
            row = connection.execute(select(JOBS).where(mine)).one_or_none()
        return None if row is None else job_of(row)

    def find(self, tenant: str, job_id: str) -> Job | None:
        """One job of a tenant; None when it has no such job."""
        mine = and_(JOBS.c.tenant == tenant, JOBS.c.id == job_id)
        with self.database.reading() as connection:
            row = connection.execute(select(JOBS).where(mine)).one_or_none()
        return None if row is None else job_of(row)

    def named(self, tenant: str, once: str) -> Job | None:
        """The job that was ordered under an idempotency key; None when there is none."""
        mine = and_(JOBS.c.tenant == tenant, JOBS.c.once == once)
        with self.database.reading() as connection:
            row = connection.execute(select(JOBS).where(mine)).one_or_none()
        return None if row is None else job_of(row)

    def of(
        self,
        tenant: str,
        video: str | None = None,
        states: Sequence[State] = STATES,
        most: int = 100,
    ) -> tuple[Job, ...]:
        """A tenant's jobs, the newest first."""
        wanted = select(JOBS).where(JOBS.c.tenant == tenant, JOBS.c.state.in_(states))
        if video is not None:
            wanted = wanted.where(JOBS.c.video == video)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(JOBS.c.created.desc()).limit(most)).all()
        return tuple(map(job_of, rows))

    def count(self, tenant: str | None = None) -> dict[State, int]:
        """How many there are in each state, of one tenant or of all."""
        wanted = select(JOBS.c.state, func.count()).group_by(JOBS.c.state)
        if tenant is not None:
            wanted = wanted.where(JOBS.c.tenant == tenant)
        with self.database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(wanted)}
        return {state: found.get(state, 0) for state in STATES}

    def _give_up(self, now: float) -> None:
        """End what was lost too often, and what was cancelled while its worker died."""
        lost = and_(JOBS.c.state == "processing", JOBS.c.due <= now)
        with self.database.reading() as connection:
            if connection.execute(select(JOBS.c.id).where(lost).limit(1)).one_or_none() is None:
                return
        error = {
            "type": "WorkerLost",
            "message": f"its worker was lost {MOST_TURNS} times; the video may be what kills it",
            "retryable": False,
        }
        often = JOBS.c.failures + 1 >= MOST_TURNS
        with self.database.writing() as connection:
            cancelled = connection.execute(
                update(JOBS)
                .where(lost, JOBS.c.stopping)
                .values(state="cancelled", ended=now)
                .returning(*JOBS.c)
            ).all()
            given_up = connection.execute(
                update(JOBS)
                .where(lost, often)
                .values(
                    state="errored",
                    ended=now,
                    failures=JOBS.c.failures + 1,
                    outcome=json.dumps(error),
                )
                .returning(*JOBS.c)
            ).all()
            for row in (*cancelled, *given_up):
                _tell(connection, row, now)

    def _end(
        self,
        job: Job,
        state: State,
        outcome: Mapping[str, object],
        now: float | None,
        **more: float,
    ) -> bool:
        now = time.time() if now is None else now
        values = {"state": state, "ended": now, "outcome": json.dumps(outcome), **more}
        with self.database.writing() as connection:
            ended = update(JOBS).where(_held(job)).values(values).returning(*JOBS.c)
            row = connection.execute(ended).one_or_none()
            if row is not None:
                _tell(connection, row, now)
        return row is not None

    def _change(self, where: ColumnElement[bool], values: Mapping[str, object]) -> bool:
        with self.database.writing() as connection:
            return bool(connection.execute(update(JOBS).where(where).values(dict(values))).rowcount)


def _tell(connection: Connection, row: Row[tuple[object, ...]], now: float) -> None:
    """Write the message of a job's end, where somebody wants it, in the transaction that ends it."""
    if row.webhook:
        data = {
            "id": row.id,
            "video": row.video,
            "state": row.state,
            "outcome": json.loads(row.outcome),
        }
        message = {"type": f"job.{row.state}", "timestamp": _iso(now), "data": data}
        to = Address(row.tenant, row.webhook, row.id, row.viewer)
        write_delivery(connection, to, message, now)


def _iso(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")


def _held(job: Job) -> ColumnElement[bool]:
    return and_(JOBS.c.id == job.id, JOBS.c.state == "processing", JOBS.c.turn == job.turn)
