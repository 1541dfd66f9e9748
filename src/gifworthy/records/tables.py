"""The tables. What belongs to a viewer hangs on the viewer's opaque key, so that all of it can go at once."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData()

FACTS = Table(
    "facts",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""The secret by which viewers' keys are made; and a note while deleted bytes are still to be erased."""

PICKS = Table(
    "picks",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("viewer", String(64), nullable=False),
    Column("video", LargeBinary, nullable=False),
    Column("content", String(32), nullable=False),
    Column("start", Float, nullable=False),
    Column("end", Float, nullable=False),
    Column("duration", Float),
    Column("added", Float, nullable=False),
    Column("place", Integer, nullable=False),
    UniqueConstraint("viewer", "video", "content", "start", "end"),
    Index("picks_of_viewer", "viewer", "added", "place"),
)
"""What viewers chose. id: drawn by lot, so that it is never given twice. video: its path or URL, bytes.
duration: of the video, null when unknown. added: seconds since 1970. place: among those added together."""

LOOKS = Table(
    "looks",
    METADATA,
    Column("pick", ForeignKey("picks.id", ondelete="CASCADE"), primary_key=True),
    Column("reader", String(64), primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""How a pick looks to a backbone: float32 bytes. Here and not in the cache, so that it goes with its pick."""
