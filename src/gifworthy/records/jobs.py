"""Work that was accepted and must not be lost: a queue in the main database.

A job is claimed for a while, the lease, which its worker renews while it works. A worker that dies renews
nothing, and when the lease is over the job is claimed by another. Every claim has a number, its *turn*; who
comes back late with an old turn can change nothing any more.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import ColumnElement, Integer, and_, delete, func, select, true, update

from gifworthy.records.database import Database
from gifworthy.records.endings import has_ended
from gifworthy.records.orders import (
    ALIVE,
    ENDED,
    JOBS,
    STATES,
    WORKED,
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
                has_ended(connection, known, now)
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
                has_ended(connection, ended, now)
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
        only_work: bool = False,
    ) -> tuple[Job, ...]:
        """A tenant's jobs, the newest first. only_work: none that were done when they were ordered."""
        wanted = select(JOBS).where(JOBS.c.tenant == tenant)
        if set(states) != set(STATES):
            wanted = wanted.where(JOBS.c.state.in_(states))
        if video is not None:
            wanted = wanted.where(JOBS.c.video == video)
        wanted, found = wanted.order_by(JOBS.c.created.desc()).limit(most), list[Job]()
        with self.database.reading() as connection:
            for some in _parts(states, only_work):
                found += map(job_of, connection.execute(wanted.where(some)).all())
        return tuple(sorted(found, key=attrgetter("created"), reverse=True)[:most])

    def count(self, tenant: str | None = None, only_work: bool = False) -> dict[State, int]:
        """How many there are in each state, of one tenant or of all. only_work: as in `of`."""
        wanted, found = select(JOBS.c.state, func.count()).group_by(JOBS.c.state), Counter[State]()
        if tenant is not None:
            wanted = wanted.where(JOBS.c.tenant == tenant)
        with self.database.reading() as connection:
            for some in _parts(STATES, only_work):
                found.update({row[0]: row[1] for row in connection.execute(wanted.where(some))})
        return {state: found[state] for state in STATES}

    def waiting(self, tenant: str) -> int:
        """How many of a tenant's jobs wait; what has ended is not looked at, however much there is."""
        mine = and_(JOBS.c.tenant == tenant, JOBS.c.state == "pending", ALIVE)
        with self.database.reading() as connection:
            return int(connection.execute(select(func.count()).where(mine)).scalar_one())

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
                has_ended(connection, row, now)

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
                has_ended(connection, row, now)
        return row is not None

    def _change(self, where: ColumnElement[bool], values: Mapping[str, object]) -> bool:
        with self.database.writing() as connection:
            return bool(connection.execute(update(JOBS).where(where).values(dict(values))).rowcount)


def _parts(states: Sequence[State], only_work: bool) -> tuple[ColumnElement[bool], ...]:
    """Where to look, so that each part has an index, and nothing that is not wanted is read."""
    if not set(states) & set(ENDED):
        return (and_(ALIVE),)
    return (and_(ALIVE), and_(WORKED)) if only_work else (true(),)


def _held(job: Job) -> ColumnElement[bool]:
    return and_(JOBS.c.id == job.id, JOBS.c.state == "processing", JOBS.c.turn == job.turn)
