"""What a service keeps of viewers, and how much each tenant asked for in the hour."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and say of jobs and messages whose they are."""
    op.create_table(
        "viewers",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("history", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("added", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant", "name"),
    )
    op.create_index("viewers_of_tenant", "viewers", ["tenant", "changed"], unique=False)
    op.create_table(
        "uses",
        sa.Column("tenant", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "kind"),
    )
    for table in ("jobs", "deliveries"):
        whose = sa.Column("viewer", sa.String(length=36), nullable=False, server_default="")
        op.add_column(table, whose)
        op.create_index(f"{table}_of_viewer", table, ["viewer"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("deliveries", "jobs"):
        op.drop_index(f"{table}_of_viewer", table)
        op.drop_column(table, "viewer")
    for name in ("uses", "viewers"):
        op.drop_table(name)
