"""Bringing a database to the tables of this gifworthy, safely when several processes begin at once."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from gifworthy.errors import RecordsUnreadable

NEWEST = "0005"
FIRST = "0001"
"""What a file holds that was made before steps were counted."""


def migrate(connection: Connection, name: str) -> None:
    """Take every step that is missing, in the transaction of the connection: all of them or none.

    The caller keeps others out meanwhile. Raises: RecordsUnreadable when a later gifworthy made the tables.
    """
    known = _step(connection)
    if known == NEWEST:
        return
    if known is not None and known > NEWEST:
        raise RecordsUnreadable(
            f"{name} was made by a later gifworthy (its tables are at step {known}, this one knows "
            f"{NEWEST}); use that one, or name another place in GIFWORTHY_RECORDS"
        )
    _take_steps(connection, known)


def _step(connection: Connection) -> str | None:
    """How far a database is; None when it is new."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" in tables:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    return FIRST if "facts" in tables else None


def _take_steps(connection: Connection, known: str | None) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "gifworthy.records:migrations")
    config.attributes["connection"] = connection
    if known == FIRST:
        command.stamp(config, FIRST)
    command.upgrade(config, NEWEST)
