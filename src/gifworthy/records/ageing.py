"""How long what has ended is kept: a queue that kept every job for ever would be slower every day.

A cover is found by its own name, and an address that wants one anew orders it anew: neither needs the job
that made it once.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, literal, select

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.database import Database
from gifworthy.records.deliveries import DELIVERIES, message_of
from gifworthy.records.orders import JOBS, OVER

KEPT_DAYS = 30
"""Days that a job is kept after its end, with the message of that end and its idempotency key."""
AT_ONCE = 500
"""Jobs that are removed by one transaction, so that nobody who writes waits for long."""
BETWEEN, PAUSE = 1.0, 3600.0
"""Seconds until the next step, while there is more to remove and when there is none."""
DAY = 86_400.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ageing:
    """Removes what is old from one database. Any number of processes may do so at once."""

    database: Database

    def remove_old(self, now: float | None = None) -> int:
        """Remove the jobs that ended longest ago, `AT_ONCE` at most; how many.

        The message of a job's end goes with it; one that waits to be sent keeps its job.
        """
        before = (time.time() if now is None else now) - KEPT_DAYS * DAY
        message = literal(message_of("")) + func.substr(JOBS.c.id, len("job_") + 1)
        waits = exists().where(DELIVERIES.c.id == message, DELIVERIES.c.due.is_not(None))
        old = (
            select(JOBS.c.id)
            .where(OVER, JOBS.c.ended < before, ~waits)
            .order_by(JOBS.c.ended)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        with self.database.writing() as connection:
            ids = connection.execute(old).scalars().all()
            messages = [message_of(job) for job in ids]
            connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(messages)))
            connection.execute(delete(JOBS).where(JOBS.c.id.in_(ids)))
        return len(ids)

    def remove_until(self, over: threading.Event) -> None:
        """Remove what is old now and then, until told to stop."""
        while not over.is_set():
            over.wait(BETWEEN if self._removed() == AT_ONCE else PAUSE)

    def _removed(self) -> int:
        try:
            return self.remove_old()
        except RecordsUnreadable as error:
            log.warning("old jobs stay for now: %s", error)
            return 0
