"""Forget a viewer in all experiments: what was logged goes, and the figures that were made of it change."""

from __future__ import annotations

from gifworthy.experiments.assignment import unit_key
from gifworthy.records.database import Database
from gifworthy.records.events import Events
from gifworthy.records.experiments import Experiments


def forget(database: Database, tenant: str, unit: str) -> int:
    """Remove all events of a unit in a tenant's experiments, for good; how many that were.

    Nothing about a unit is kept but its events: arms are given by hashing, not from a table.

    Raises: RecordsUnreadable when it could not be erased yet; then ask again.
    """
    events = Events(database)
    found = Experiments(database).of(tenant)
    count = sum(events.forget(each.id, unit_key(each.salt, unit)) for each in found)
    database.erase_what_is_owed()
    return count
