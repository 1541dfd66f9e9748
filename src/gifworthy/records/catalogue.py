"""What a service knows of videos: which there are, what was seen in them, what a person chose, their covers.

Everything hangs on a tenant, and every question names one: nobody finds what is another's.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    delete,
    func,
    select,
    update,
)

from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA

VideoState = Literal["processing", "ready", "errored"]
Facts = Mapping[str, object]
AT_ONCE = 500
"""Videos that are looked for by one question."""

VIDEOS = Table(
    "videos",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("content", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("facts", Text, nullable=False),
    Column("added", Float, nullable=False),
    UniqueConstraint("tenant", "content"),
    Index("videos_of_tenant", "tenant", "added"),
)
"""content: SHA-256 of its bytes. facts: what is known of it, or what is wrong with it, JSON."""

CHOICES = Table(
    "choices",
    METADATA,
    Column("video", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("version", Integer, nullable=False),
    Column("choice", Text, nullable=False),
    Column("added", Float, nullable=False),
)
"""What a person chose to show of a video; it stands above what any plan would choose."""

COVERS = Table(
    "covers",
    METADATA,
    Column("tenant", String(36), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("video", String(36), nullable=False),
    Column("viewer", String(64), nullable=False),
    Column("media_type", String(32), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("etag", String(64), nullable=False),
    Column("story", Text, nullable=False),
    Column("added", Float, nullable=False),
    Index("covers_of_video", "tenant", "video", "added"),
    Index("covers_of_viewer", "viewer"),
)
"""viewer: the id of whom it was made for, "" for everybody. story: the JSON of `make`."""


@dataclass(frozen=True)
class Upload:
    """A video that came in. content: SHA-256 of its bytes, hexadecimal. name: what its sender calls it."""

    tenant: str
    content: str
    name: str
    size_bytes: int


@dataclass(frozen=True)
class StoredVideo:
    """A video as the catalogue knows it."""

    id: str
    tenant: str
    content: str
    name: str
    size_bytes: int
    state: VideoState
    facts: Facts
    added: float


@dataclass(frozen=True)
class Choice:
    """What a person chose. version: counted up with each change; 0 when nobody chose."""

    version: int
    choice: Facts


@dataclass(frozen=True)
class StoredCover:
    """A cover that was made. key: names what it is of and how it looks. etag: names its bytes."""

    key: str
    tenant: str
    video: str
    media_type: str
    size_bytes: int
    etag: str
    story: Facts
    viewer: str = ""
    added: float = 0.0

    @property
    def suffix(self) -> str:
        """How the file's name ends, such as `.gif`."""
        return str(self.story["cover"]).removeprefix("cover")


@dataclass(frozen=True)
class Catalogue:
    """The videos and covers of one database."""

    database: Database

    def add(self, upload: Upload) -> StoredVideo:
        """A video of a tenant; the same bytes are the same video.

        One that could not be read before is looked at again.
        """
        row = _row(upload, time.time())
        mine = and_(VIDEOS.c.tenant == upload.tenant, VIDEOS.c.content == upload.content)
        with self.database.writing() as connection:
            connection.execute(self.database.insert_new(VIDEOS), [row])
            connection.execute(
                update(VIDEOS)
                .where(mine, VIDEOS.c.state == "errored")
                .values(state="processing", facts="{}")
            )
            known = connection.execute(select(VIDEOS).where(mine)).one()
        return _video(known)

    def find(self, tenant: str, video: str) -> StoredVideo | None:
        """One video of a tenant; None when it has no such video."""
        with self.database.reading() as connection:
            row = connection.execute(select(VIDEOS).where(_mine(tenant, video))).one_or_none()
        return None if row is None else _video(row)

    def named(self, tenant: str, videos: Iterable[str]) -> dict[str, StoredVideo]:
        """Those of a tenant's videos that are here, by id."""
        ids, found = sorted(set(videos)), list[Row[tuple[object, ...]]]()
        mine = select(VIDEOS).where(VIDEOS.c.tenant == tenant)
        with self.database.reading() as connection:
            for first in range(0, len(ids), AT_ONCE):
                some = VIDEOS.c.id.in_(ids[first : first + AT_ONCE])
                found += connection.execute(mine.where(some)).all()
        return {video.id: video for video in map(_video, found)}

    def of(
        self, tenant: str, most: int = 100, before: float | None = None
    ) -> tuple[StoredVideo, ...]:
        """A tenant's videos, the newest first. Args: before: only those that were added before."""
        wanted = select(VIDEOS).where(VIDEOS.c.tenant == tenant)
        if before is not None:
            wanted = wanted.where(VIDEOS.c.added < before)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(VIDEOS.c.added.desc()).limit(most)).all()
        return tuple(map(_video, rows))

    def bytes_of(self, tenant: str) -> int:
        """How many bytes of videos a tenant has here."""
        wanted = select(func.coalesce(func.sum(VIDEOS.c.size_bytes), 0))
        with self.database.reading() as connection:
            return int(connection.execute(wanted.where(VIDEOS.c.tenant == tenant)).scalar_one())

    def describe(self, tenant: str, video: str, state: VideoState, facts: Facts) -> None:
        """Say what was found out about a video."""
        with self.database.writing() as connection:
            connection.execute(
                update(VIDEOS)
                .where(_mine(tenant, video))
                .values(state=state, facts=json.dumps(facts))
            )

    def remove(self, tenant: str, video: str) -> tuple[StoredCover, ...] | None:
        """Forget a video, its choice and its covers, those for one viewer too.

        The video goes first: a cover that somebody keeps at this moment is waited for, and goes along.

        Returns: the covers that went, whose files are the caller's to remove, as the video's are; None when
            there was no such video.
        """
        of_video = and_(COVERS.c.tenant == tenant, COVERS.c.video == video)
        chosen = and_(CHOICES.c.tenant == tenant, CHOICES.c.video == video)
        with self.database.writing() as connection:
            if not connection.execute(delete(VIDEOS).where(_mine(tenant, video))).rowcount:
                return None
            connection.execute(delete(CHOICES).where(chosen))
            gone = delete(COVERS).where(of_video).returning(*COVERS.c)
            return tuple(map(cover_of, connection.execute(gone).all()))

    def choice(self, tenant: str, video: str) -> Choice:
        """What a person chose of a video."""
        wanted = select(CHOICES).where(CHOICES.c.tenant == tenant, CHOICES.c.video == video)
        with self.database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return Choice(0, {}) if row is None else Choice(row.version, json.loads(row.choice))

    def choose(self, tenant: str, video: str, choice: Facts) -> Choice:
        """Remember what a person chose, in place of what was chosen before; empty to choose nothing."""
        values = {"choice": json.dumps(choice), "added": time.time()}
        row = {"video": video, "tenant": tenant, "version": 1, **values}
        again, mine = {"version": CHOICES.c.version + 1, **values}, CHOICES.c.tenant == tenant
        with self.database.writing() as connection:
            chosen = self.database.insert_or_change(CHOICES, row, again, mine)
            version = connection.execute(chosen.returning(CHOICES.c.version)).scalar_one()
        return Choice(version, choice)

    def keep_cover(self, cover: StoredCover, put: Callable[[], None]) -> bool:
        """Remember a cover, whose video cannot be removed meanwhile; False when that has happened.

        Args: put: writes the files. Of two covers that were made at once the first stays.
        """
        with self.database.writing() as connection:
            return keep(self.database, connection, cover, put)

    def cover(self, tenant: str, key: str) -> StoredCover | None:
        """The cover of that key; None when it was not made yet."""
        wanted = select(COVERS).where(COVERS.c.tenant == tenant, COVERS.c.key == key)
        with self.database.reading() as connection:
            row = connection.execute(wanted).one_or_none()
        return None if row is None else cover_of(row)

    def covers_of(self, tenant: str, video: str, most: int = 100) -> tuple[StoredCover, ...]:
        """The covers of a video that are for everybody, the newest first."""
        wanted = select(COVERS).where(
            COVERS.c.tenant == tenant, COVERS.c.video == video, COVERS.c.viewer == ""
        )
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(COVERS.c.added.desc()).limit(most)).all()
        return tuple(map(cover_of, rows))


def _mine(tenant: str, video: str) -> ColumnElement[bool]:
    return and_(VIDEOS.c.tenant == tenant, VIDEOS.c.id == video)


def _row(upload: Upload, now: float) -> dict[str, object]:
    return {
        "id": f"vid_{uuid.uuid4().hex}",
        "tenant": upload.tenant,
        "content": upload.content,
        "name": upload.name,
        "size_bytes": upload.size_bytes,
        "state": "processing",
        "facts": "{}",
        "added": now,
    }


def _video(row: Row[tuple[object, ...]]) -> StoredVideo:
    return StoredVideo(
        row.id,
        row.tenant,
        row.content,
        row.name,
        row.size_bytes,
        row.state,
        json.loads(row.facts),
        row.added,
    )


def keep(
    database: Database, connection: Connection, cover: StoredCover, put: Callable[[], None]
) -> bool:
    """Keep a cover in a transaction that somebody else began; False when its video was removed."""
    held = select(VIDEOS.c.id).where(_mine(cover.tenant, cover.video)).with_for_update(read=True)
    if connection.execute(held).one_or_none() is None:
        return False
    put()
    connection.execute(database.insert_new(COVERS), [_row_of_cover(cover)])
    return True


def _row_of_cover(cover: StoredCover) -> dict[str, object]:
    return {
        "key": cover.key,
        "tenant": cover.tenant,
        "video": cover.video,
        "viewer": cover.viewer,
        "media_type": cover.media_type,
        "size_bytes": cover.size_bytes,
        "etag": cover.etag,
        "story": json.dumps(cover.story),
        "added": cover.added or time.time(),
    }


def cover_of(row: Row[tuple[object, ...]]) -> StoredCover:
    """A cover as it was kept."""
    return StoredCover(
        row.key,
        row.tenant,
        row.video,
        row.media_type,
        row.size_bytes,
        row.etag,
        json.loads(row.story),
        row.viewer,
        row.added,
    )
