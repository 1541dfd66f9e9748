"""What pages tell of covers: shown, seen, played, clicked, watched, bought, hidden. Kept once each, as told.

Nothing is judged here: late, early, doubled and forged events are all sorted out when they are counted, so
that a better rule later can count again.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, and_, delete, func, select

from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA

Kind = Literal["impression", "viewable", "play", "click", "dwell", "conversion", "hide"]
KINDS: tuple[Kind, ...] = get_args(Kind)
VALUED: tuple[Kind, ...] = ("dwell", "conversion")
LONGEST_ID, LONGEST_VIDEO = 64, 255
MOST_DWELL, MOST_VALUE = 86_400.0, 1e9
AT_ONCE = 10_000
"""Rows that are read at a time."""

EVENTS = Table(
    "events",
    METADATA,
    Column("experiment", String(36), primary_key=True),
    Column("id", String(LONGEST_ID), primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("exposure", String(LONGEST_ID), nullable=False),
    Column("unit", String(32), nullable=False),
    Column("video", String(LONGEST_VIDEO), nullable=False),
    Column("arm", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("propensity", Float, nullable=False),
    Column("at", Float, nullable=False),
    Column("received", Float, nullable=False),
    Column("value", Float, nullable=False),
    Column("robot", Boolean, nullable=False),
)


@dataclass(frozen=True)
class Event:
    """One thing that happened to one exposure of a cover.

    id: drawn by the page; the same id counts once, however often it is sent. exposure: one showing of one
    cover; its click, its dwell and so on carry the same. unit: the hash by which arms are given, never a
    person's own id. arm, version, propensity: as they were assigned. at: when the page says it happened,
    received: when it came, seconds since 1970. value: seconds of dwell since the click so far, or the worth
    of a conversion. robot: whoever sent it says itself, or shows, that it is a program.
    """

    id: str
    kind: Kind
    exposure: str
    unit: str
    video: str
    arm: int
    version: int
    propensity: float
    at: float
    received: float
    value: float = 0.0
    robot: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"{self.kind!r:.40} is no kind of event; there are: {', '.join(KINDS)}"
            )
        for name, text, longest in (
            ("id", self.id, LONGEST_ID),
            ("exposure", self.exposure, LONGEST_ID),
            ("video", self.video, LONGEST_VIDEO),
        ):
            if not 0 < len(text) <= longest or "\0" in text:
                raise ValueError(f"{name} needs 1 to {longest} characters, not {len(text)}")
        if len(self.unit) != 32 or not set(self.unit) <= set("0123456789abcdef"):
            raise ValueError("unit must be the 32 hexadecimal digits that the assignment gave")
        most = {"dwell": MOST_DWELL, "conversion": MOST_VALUE}.get(self.kind, 0.0)
        if not 0 <= self.value <= most:
            raise ValueError(
                f"the value of a {self.kind} must lie between 0 and {most:g}, not {self.value:g}"
            )
        if (
            not 0 < self.propensity <= 1
            or not 0 <= self.arm < 2**15
            or not 0 < self.version < 2**31
        ):
            raise ValueError("arm, version and propensity must be those that the assignment gave")
        if not (math.isfinite(self.at) and math.isfinite(self.received)):
            raise ValueError("at and received must be seconds since 1970")


@dataclass(frozen=True)
class Events:
    """All events of one database."""

    database: Database

    def add(self, experiment: str, events: Sequence[Event]) -> int:
        """Keep events, all or none; those whose id is known are left as they are.

        When this returns they are kept, whatever happens to the process. Returns: how many were new.
        Raises: RecordsUnreadable.
        """
        rows = [{"experiment": experiment, **vars(event)} for event in events]
        if not rows:
            return 0
        with self.database.writing() as connection:
            insertion = self.database.insert_new(EVENTS).returning(EVENTS.c.id)
            return len(connection.execute(insertion, rows).all())

    def of(self, experiment: str) -> Iterator[Event]:
        """All events of an experiment, in no order; one view, whatever is added meanwhile."""
        wanted = select(*(EVENTS.c[name] for name in Event.__dataclass_fields__))
        with self.database.reading() as connection:
            options = connection.execution_options(yield_per=AT_ONCE)
            for row in options.execute(wanted.where(EVENTS.c.experiment == experiment)):
                yield Event(*row)

    def count(self, experiment: str) -> int:
        """How many an experiment has."""
        with self.database.reading() as connection:
            mine = select(func.count()).where(EVENTS.c.experiment == experiment)
            return int(connection.execute(mine).scalar_one())

    def forget(self, experiment: str, unit: str) -> int:
        """Remove all that a unit did in an experiment; how many events that were.

        What was deleted is overwritten by `Database.erase_what_is_owed`, once for all experiments.
        """
        mine = and_(EVENTS.c.experiment == experiment, EVENTS.c.unit == unit)
        with self.database.writing() as connection:
            count = int(connection.execute(delete(EVENTS).where(mine)).rowcount)
            if count:
                self.database.owe_erasing(connection)
        return count
