"""Whom a service makes personal covers for: each tenant's viewers, and how all of one goes at once.

A viewer's name stands nowhere. A keyed hash of it leads to an id that is drawn by lot, and everything that
is a viewer's hangs on that id: whoever is forgotten and comes back is somebody else.
"""

from __future__ import annotations

import hmac
import re
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    func,
    select,
    update,
)

from gifworthy.records.catalogue import COVERS, StoredCover, cover_of, keep
from gifworthy.records.database import Database
from gifworthy.records.deliveries import DELIVERIES
from gifworthy.records.histories import Histories, Pick, add_picks
from gifworthy.records.orders import JOBS
from gifworthy.records.tables import LOOKS, METADATA, PICKS

LABEL = b"gifworthy viewers\0"
ID = re.compile("vwr_[0-9a-f]{32}")

VIEWERS = Table(
    "viewers",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("name", String(64), nullable=False),
    Column("history", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("added", Float, nullable=False),
    Column("changed", Float, nullable=False),
    UniqueConstraint("tenant", "name"),
    Index("viewers_of_tenant", "tenant", "changed"),
)
"""name: a keyed hash of what the tenant calls the viewer. history: the key of the viewer's picks. version:
drawn anew with each change of the history, so that covers of another history have other names."""


@dataclass(frozen=True)
class Viewer:
    """A viewer of a tenant. picks: how many are remembered. added, changed: seconds since 1970."""

    id: str
    tenant: str
    version: str
    added: float
    changed: float
    picks: int = 0

    @property
    def name_of_history(self) -> str:
        """Names the history as it is now; what is made for it is made for no other."""
        return f"{self.id} {self.version}"


@dataclass(frozen=True)
class Changed:
    """What came of a change. covers: those that were made for the history as it was before, now gone."""

    viewer: Viewer
    new: tuple[Pick, ...] = ()
    covers: tuple[StoredCover, ...] = ()


class TooManyPicks(ValueError):
    """A history would grow longer than histories may be."""


@dataclass(frozen=True)
class Viewers:
    """The viewers of one database."""

    database: Database

    def made(self, tenant: str, word: str) -> Viewer:
        """A viewer by id or name; by a name that is new, a new one. Raises: ValueError when empty."""
        found = self.find(tenant, word)
        if found is not None:
            return found
        if ID.fullmatch(word):
            raise ValueError(f"there is no viewer {word}; a name of yours may not look like an id")
        now, name = time.time(), self._name(tenant, word)
        viewer = f"vwr_{uuid.uuid4().hex}"
        row = {
            "id": viewer,
            "tenant": tenant,
            "name": name,
            "history": Histories(self.database).key_of(viewer),
            "version": uuid.uuid4().hex,
            "added": now,
            "changed": now,
        }
        with self.database.writing() as connection:
            connection.execute(self.database.insert_new(VIEWERS), [row])
            mine = and_(VIEWERS.c.tenant == tenant, VIEWERS.c.name == name)
            return _viewer(connection.execute(_counted().where(mine)).one())

    def find(self, tenant: str, word: str) -> Viewer | None:
        """A viewer of a tenant by id or name; None when it has no such viewer."""
        with self.database.reading() as connection:
            row = connection.execute(_counted().where(self._mine(tenant, word))).one_or_none()
        return None if row is None else _viewer(row)

    def of(self, tenant: str, most: int = 50, before: float | None = None) -> tuple[Viewer, ...]:
        """A tenant's viewers, whose history changed last first. Args: before: only those changed before."""
        wanted = _counted().where(VIEWERS.c.tenant == tenant)
        if before is not None:
            wanted = wanted.where(VIEWERS.c.changed < before)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(VIEWERS.c.changed.desc()).limit(most)).all()
        return tuple(map(_viewer, rows))

    def history(self, viewer: Viewer) -> tuple[Pick, ...]:
        """What a viewer chose, the oldest first."""
        return Histories(self.database).of(viewer.id)

    def add(self, viewer: Viewer, picks: Sequence[Pick], most: int) -> Changed | None:
        """Remember picks, all or none; None when the viewer was forgotten meanwhile.

        Args: most: picks that a history may have. Raises: TooManyPicks.
        """
        with self.database.writing() as connection:
            if not _held(connection, viewer):
                return None
            new = add_picks(connection, Histories(self.database).key_of(viewer.id), picks)
            if not new:
                return Changed(_read(connection, viewer))
            changed = replace(_changed(connection, viewer), new=new)
            if changed.viewer.picks > most:
                raise TooManyPicks(f"a history holds at most {most} picks; remove some first")
        return changed

    def remove(self, viewer: Viewer, pick: str) -> Changed | None:
        """Take one pick out of a history; None when it is not in it."""
        mine = and_(
            PICKS.c.viewer == Histories(self.database).key_of(viewer.id), PICKS.c.id == pick
        )
        with self.database.writing() as connection:
            if not _held(connection, viewer):
                return None
            connection.execute(
                delete(LOOKS).where(LOOKS.c.pick.in_(select(PICKS.c.id).where(mine)))
            )
            if not connection.execute(delete(PICKS).where(mine)).rowcount:
                return None
            return _changed(connection, viewer)

    def forget(self, viewer: Viewer, clear: Callable[[], None]) -> bool:
        """Remove everything of a viewer, for good; whether there was something.

        The history and how it looks, the covers that were made for it, the jobs that made them and the
        messages about these. Whoever makes one now finds nobody to keep it for (`keep_for`).

        Args: clear: removes the files. It is called before the rows are gone for good: who is killed in
            between is asked once more, and finds the viewer still here.
        Raises: RecordsUnreadable; OutputError of `clear`, and then nothing is forgotten.
        """
        key = Histories(self.database).key_of(viewer.id)
        with self.database.writing() as connection:
            if not connection.execute(delete(VIEWERS).where(VIEWERS.c.id == viewer.id)).rowcount:
                return False
            mine = select(PICKS.c.id).where(PICKS.c.viewer == key)
            connection.execute(delete(LOOKS).where(LOOKS.c.pick.in_(mine)))
            connection.execute(delete(PICKS).where(PICKS.c.viewer == key))
            for table in (COVERS, JOBS, DELIVERIES):
                connection.execute(delete(table).where(table.c.viewer == viewer.id))
            clear()
            self.database.owe_erasing(connection)
        self.database.erase_what_is_owed()
        return True

    def keep_for(self, cover: StoredCover, put: Callable[[], None]) -> bool:
        """Keep a cover for its viewer; False when the viewer was forgotten, or its video removed.

        Neither can happen meanwhile. Args: put: writes the files.
        """
        held = and_(VIEWERS.c.id == cover.viewer, VIEWERS.c.tenant == cover.tenant)
        with self.database.writing() as connection:
            wanted = select(VIEWERS.c.id).where(held).with_for_update()
            if connection.execute(wanted).one_or_none() is None:
                return False
            return keep(self.database, connection, cover, put)

    def _name(self, tenant: str, name: str) -> str:
        if not name:
            raise ValueError("a viewer needs a name; any text will do, but not none at all")
        label = LABEL + tenant.encode() + b"\0"
        return hmac.digest(
            self.database.secret, label + name.encode("utf-8", "surrogatepass"), sha256
        ).hex()

    def _mine(self, tenant: str, word: str) -> ColumnElement[bool]:
        if ID.fullmatch(word):
            return and_(VIEWERS.c.tenant == tenant, VIEWERS.c.id == word)
        return and_(VIEWERS.c.tenant == tenant, VIEWERS.c.name == self._name(tenant, word))


def _counted() -> Select[tuple[object, ...]]:
    count = select(func.count()).where(PICKS.c.viewer == VIEWERS.c.history).scalar_subquery()
    return select(VIEWERS, count.label("picks"))


def _held(connection: Connection, viewer: Viewer) -> bool:
    """Keep a viewer from being changed or forgotten until the transaction ends; False when gone."""
    held = select(VIEWERS.c.id).where(VIEWERS.c.id == viewer.id).with_for_update()
    return connection.execute(held).one_or_none() is not None


def _read(connection: Connection, viewer: Viewer) -> Viewer:
    return _viewer(connection.execute(_counted().where(VIEWERS.c.id == viewer.id)).one())


def _changed(connection: Connection, viewer: Viewer) -> Changed:
    """The history is another now: what was made for the old one goes."""
    connection.execute(
        update(VIEWERS)
        .where(VIEWERS.c.id == viewer.id)
        .values(version=uuid.uuid4().hex, changed=time.time())
    )
    gone = connection.execute(
        delete(COVERS).where(COVERS.c.viewer == viewer.id).returning(*COVERS.c)
    ).all()
    return Changed(_read(connection, viewer), covers=tuple(map(cover_of, gone)))


def _viewer(row: Row[tuple[object, ...]]) -> Viewer:
    return Viewer(row.id, row.tenant, row.version, row.added, row.changed, row.picks)
