"""What viewers chose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "facts",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "picks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("viewer", sa.String(length=64), nullable=False),
        sa.Column("video", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Float(), nullable=False),
        sa.Column("end", sa.Float(), nullable=False),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.Column("added", sa.Float(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("viewer", "video", "content", "start", "end"),
    )
    op.create_index("picks_of_viewer", "picks", ["viewer", "added", "place"], unique=False)
    op.create_table(
        "looks",
        sa.Column("pick", sa.String(length=32), nullable=False),
        sa.Column("reader", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["pick"], ["picks.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pick", "reader"),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("looks", "picks", "facts"):
        op.drop_table(name)
