"""Experiments: what was split how, what each arm shows, and what pages told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    _make_experiments()
    _make_splits()
    _make_variants()
    _make_events()


def downgrade() -> None:
    """Drop the tables."""
    for name in ("events", "variants", "splits", "experiments"):
        op.drop_table(name)


def _make_experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tenant", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("design", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("ended", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("experiments_of_tenant", "experiments", ["tenant", "created"], unique=False)


def _make_splits() -> None:
    op.create_table(
        "splits",
        sa.Column("experiment", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made", sa.Float(), nullable=False),
        sa.Column("shares", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "version"),
    )


def _make_variants() -> None:
    op.create_table(
        "variants",
        sa.Column("experiment", sa.String(length=36), nullable=False),
        sa.Column("video", sa.String(length=255), nullable=False),
        sa.Column("arm", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cover", sa.Text(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("duration", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("experiment", "video", "arm"),
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("experiment", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("exposure", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("video", sa.String(length=255), nullable=False),
        sa.Column("arm", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("propensity", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("received", sa.Float(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("robot", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("experiment", "id"),
    )
