"""A viewer is forgotten in every experiment of a tenant, and in no other's."""

from __future__ import annotations

from pathlib import Path

from gifworthy.experiments.assignment import assign
from gifworthy.experiments.forgetting import forget
from gifworthy.records.database import Database
from gifworthy.records.events import Event, Events
from gifworthy.records.experiments import Design, Experiments


def test_nothing_of_a_viewer_is_left(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.sqlite")
    experiments, events = Experiments(database), Events(database)
    keys = []
    for tenant in ("ours", "ours", "theirs"):
        made = experiments.begin(tenant, "Covers", Design(("still", "gif")))
        for viewer in ("ann", "ben"):
            given = assign(made, experiments.split(made), viewer, "film")
            event = Event(
                viewer, "click", "x", given.unit, "film", given.arm, given.version, 0.5, 1.0, 1.0
            )
            events.add(made.id, [event])
            if viewer == "ann":
                keys.append((tenant, given.unit, made.id))
    assert forget(database, "ours", "ann") == 2
    assert forget(database, "ours", "ann") == 0
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for tenant, key, experiment in keys:
        assert (key.encode() in kept) == (tenant == "theirs")
        assert events.count(experiment) == (1 if tenant == "ours" else 2)
