"""How much each tenant asked for in this hour, counted for all servers together."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, String, Table, and_, update

from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA

HOUR = 3600

USES = Table(
    "uses",
    METADATA,
    Column("tenant", String(36), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("hour", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
)
"""kind: what was asked for. hour: which hour `count` is of, counted since 1970."""


@dataclass(frozen=True)
class Quotas:
    """The quotas of one database."""

    database: Database

    def take(self, tenant: str, kind: str, most: int, now: float | None = None) -> float:
        """Use one of `most` of this hour of the clock; 0, or the seconds until the next hour.

        What is refused is not counted.
        """
        now = time.time() if now is None else now
        hour = int(now // HOUR)
        mine = and_(USES.c.tenant == tenant, USES.c.kind == kind)
        row = {"tenant": tenant, "kind": kind, "hour": hour, "count": 0}
        with self.database.writing() as connection:
            connection.execute(self.database.insert_new(USES), [row])
            connection.execute(
                update(USES).where(mine, USES.c.hour < hour).values(hour=hour, count=0)
            )
            taken = connection.execute(
                update(USES).where(mine, USES.c.count < most).values(count=USES.c.count + 1)
            ).rowcount
        return 0.0 if taken else (hour + 1) * HOUR - now
