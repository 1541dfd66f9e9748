"""What an experiment says, counted in a process of its own.

Counting holds every exposure of an experiment at once. A server that did it itself would keep the most memory
that a report ever took (337 MB became 411 in ten minutes of mixed load); a process gives all of it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from gifworthy.experiments.report import Report, report
from gifworthy.isolation import Limits, run_isolated
from gifworthy.records.catalogue import Catalogue
from gifworthy.records.database import Database
from gifworthy.records.events import Events
from gifworthy.records.experiments import Experiment, Experiments
from gifworthy.service.house import House
from gifworthy.settings import Told

NAMED = 200
LIMITS = Limits(seconds=120.0)
Said = TypeVar("Said")


def reported(house: House, experiment: Experiment, say: Callable[[Report], Said]) -> Said:
    """What an experiment says now.

    Args: say: what is made of the report, in the other process: a function of a module, or a
        `functools.partial` of one.
    Raises: WorkTooLong, WorkTooLarge, WorkCrashed; RecordsUnreadable.
    """
    place = house.config.database_place
    return run_isolated(partial(_said, place, experiment, say), LIMITS)


def _said(
    place: Path | str, experiment: Experiment, say: Callable[[Report], Said], tell: Told
) -> Said:
    del tell
    database = Database(place)
    try:
        splits = Experiments(database).splits(experiment)
        counted = report(experiment, splits, Events(database).of(experiment.id))
        return say(replace(counted, names=_names(Catalogue(database), counted)))
    finally:
        database.close()


def _names(catalogue: Catalogue, said: Report) -> dict[str, str]:
    """What the busiest videos are called here; an experiment may be over videos that are elsewhere."""
    ids = [video.video for video in said.videos[:NAMED]]
    stored = (catalogue.find(said.experiment.tenant, each) for each in ids)
    return {each: video.name for each, video in zip(ids, stored, strict=True) if video is not None}
