"""Viewers' histories: what each chose before. A viewer is known by an opaque key, never by name.

Shape letters: H picks, D numbers of a vector.
"""

from __future__ import annotations

import hmac
import math
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, delete, exists, insert, literal, select
from sqlalchemy.exc import IntegrityError

from gifworthy.moments import clock
from gifworthy.records.database import Database
from gifworthy.records.tables import LOOKS, PICKS
from gifworthy.types import Segment

Singles = NDArray[np.float32]
ROUNDING = 0.5
"""Seconds that a span may end after its video, as people and players round."""


@dataclass(frozen=True)
class Pick:
    """One thing a viewer chose.

    video: its path or URL; a name where only that is known. segment: what was chosen of it, seconds.
    duration: of the video, seconds, nan when unknown. content: the video's content key, "" when the video was
    never opened. added: when, seconds since 1970. id: drawn by lot when it is added.
    """

    video: str
    segment: Segment
    duration: float = math.nan
    content: str = ""
    added: float = 0.0
    id: str = ""


@dataclass(frozen=True)
class Histories:
    """All viewers' picks in one database.

    A viewer's id may be any string; what is kept is a keyed hash of it, so that it stands in no file.
    """

    database: Database

    @classmethod
    def open(cls, path: Path) -> Histories:
        """Those in a file, which is made when it is not there. Raises: RecordsUnreadable."""
        return cls(Database(path))

    def key_of(self, viewer: str) -> str:
        """64 hexadecimal digits that name a viewer in this database only. Raises: ValueError when empty."""
        if not viewer:
            raise ValueError("a viewer needs an id; any text will do, but not none at all")
        name = viewer.encode("utf-8", "surrogatepass")
        return hmac.new(self.database.secret, name, sha256).hexdigest()

    def add(self, viewer: str, picks: Sequence[Pick]) -> tuple[Pick, ...]:
        """Remember picks, all or none; what is known already is left as it is.

        Returns: those that were new, with the id and time they got. Raises: RecordsUnreadable.
        """
        with self.database.writing() as connection:
            return add_picks(connection, self.key_of(viewer), picks)

    def of(self, viewer: str) -> tuple[Pick, ...]:
        """A viewer's picks, the oldest first; empty for who has none. Raises: RecordsUnreadable."""
        wanted = select(PICKS).where(PICKS.c.viewer == self.key_of(viewer))
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(PICKS.c.added, PICKS.c.place)).all()
        return tuple(map(_pick, rows))

    def forget(self, viewer: str) -> int:
        """Remove everything of a viewer, for good; how many picks that were.

        Whoever reads the history at this moment goes on with what was read, and can add nothing to what
        is gone. Raises: RecordsUnreadable when it could not be erased yet; then ask again.
        """
        mine = PICKS.c.viewer == self.key_of(viewer)
        with self.database.writing() as connection:
            looks = select(PICKS.c.id).where(mine)
            connection.execute(delete(LOOKS).where(LOOKS.c.pick.in_(looks)))
            count = connection.execute(delete(PICKS).where(mine)).rowcount
            if count:
                self.database.owe_erasing(connection)
        self.database.erase_what_is_owed()
        return count

    def looks(self, picks: Sequence[Pick], reader: str) -> dict[str, Singles]:
        """Vectors of picks as a reader saw them, by the picks' ids: those that are known, (D,) each."""
        ids = {pick.id for pick in picks}
        wanted = select(LOOKS).where(LOOKS.c.reader == reader_key(reader))
        found: dict[str, Singles] = {}
        with self.database.reading() as connection:
            for some in _by_hundreds(sorted(ids)):
                for row in connection.execute(wanted.where(LOOKS.c.pick.in_(some))):
                    found[row.pick] = np.frombuffer(row.vector, np.float32)
        return found

    def all_looks(self, viewer: str) -> dict[str, dict[str, Singles]]:
        """How a viewer's picks look to every reader that saw them: by `reader_key`, then by pick."""
        mine = select(PICKS.c.id).where(PICKS.c.viewer == self.key_of(viewer))
        found: dict[str, dict[str, Singles]] = {}
        with self.database.reading() as connection:
            for row in connection.execute(select(LOOKS).where(LOOKS.c.pick.in_(mine))):
                of_reader = found.setdefault(row.reader, {})
                of_reader[row.pick] = np.frombuffer(row.vector, np.float32)
        return found

    def keep_looks(self, vectors: Mapping[str, Singles], reader: str) -> None:
        """Remember how picks look to a reader; of picks that are gone nothing is kept."""
        with self.database.writing() as connection:
            for pick, vector in vectors.items():
                data = np.ascontiguousarray(vector, np.float32).tobytes()
                row = select(literal(pick), literal(reader_key(reader)), literal(data)).where(
                    exists().where(PICKS.c.id == pick),
                    ~exists().where(LOOKS.c.pick == pick, LOOKS.c.reader == reader_key(reader)),
                )
                connection.execute(insert(LOOKS).from_select(["pick", "reader", "vector"], row))


def span_within(start: float, end: float, duration: float) -> Segment:
    """What was chosen of a video. Raises: ValueError when it lies outside."""
    if not 0 <= start < end:
        raise ValueError(f"end {clock(end)} must lie after start {clock(start)}")
    if end > duration + ROUNDING or start >= duration:
        raise ValueError(f"end {clock(end)} lies after the end of the video, {clock(duration)}")
    return Segment(start, min(end, duration))


def add_picks(connection: Connection, key: str, picks: Sequence[Pick]) -> tuple[Pick, ...]:
    """Remember picks in a transaction that somebody else began; those that were new."""
    now, new = time.time(), []
    for place, pick in enumerate(picks):
        row = _row(pick, key, now, place)
        try:
            with connection.begin_nested():
                connection.execute(insert(PICKS), [row])
        except IntegrityError:
            continue
        new.append(_pick(connection.execute(select(PICKS).filter_by(id=row["id"])).one()))
    return tuple(new)


def reader_key(reader: str) -> str:
    """How a reader is called in the table."""
    return sha256(reader.encode()).hexdigest()


def _by_hundreds(ids: list[str]) -> list[list[str]]:
    return [ids[first : first + 500] for first in range(0, len(ids), 500)]


def _row(pick: Pick, key: str, now: float, place: int) -> dict[str, object]:
    return {
        "id": uuid.uuid4().hex,
        "viewer": key,
        "video": os.fsencode(pick.video),
        "content": pick.content,
        "start": pick.segment.start,
        "end": pick.segment.end,
        "duration": pick.duration if math.isfinite(pick.duration) else None,
        "added": pick.added or now,
        "place": place,
    }


def _pick(row: Row[tuple[object, ...]]) -> Pick:
    return Pick(
        os.fsdecode(row.video),
        Segment(row.start, row.end),
        math.nan if row.duration is None else row.duration,
        row.content,
        row.added,
        row.id,
    )
