"""What an experiment says and teaches, counted in a process of its own.

Counting holds every exposure of an experiment at once. A server that did it itself would keep the most memory
that a report ever took (337 MB became 411 in ten minutes of mixed load); a process gives all of it back.
Few are counted at once, and few wait: each may take gigabytes, and every request that waits holds a thread.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from fastapi import HTTPException

from gifworthy.errors import WorkCrashed, WorkTooLarge, WorkTooLong
from gifworthy.experiments.clicks import clicks_csv
from gifworthy.experiments.counting import count
from gifworthy.experiments.report import Report, report
from gifworthy.isolation import Limits, run_isolated
from gifworthy.records.catalogue import Catalogue
from gifworthy.records.database import Database
from gifworthy.records.events import Events
from gifworthy.records.experiments import Experiment, Experiments, Variant
from gifworthy.service.house import House
from gifworthy.settings import Told

NAMED = 200
LIMITS = Limits(seconds=120.0)
AT_ONCE, WAITING, PATIENCE = 2, 6, 5.0
"""Reports that are counted at once by one server; how many more wait for that, and seconds for how long."""
COUNTING = threading.BoundedSemaphore(AT_ONCE)
COMING = threading.BoundedSemaphore(AT_ONCE + WAITING)
Said = TypeVar("Said")
log = logging.getLogger(__name__)


def reported(house: House, experiment: Experiment, say: Callable[[Report], Said]) -> Said:
    """What an experiment says now.

    Args: say: what is made of the report, in the other process: a function of a module, or a
        `functools.partial` of one.
    Raises: HTTPException 503 while too many are counted; WorkTooLong, WorkTooLarge, WorkCrashed;
        RecordsUnreadable.
    """
    return _counted(house, partial(_said, experiment, say))


def taught(house: House, experiment: Experiment) -> str:
    """What each shown span was clicked, as a net learns from: `experiments.clicks.clicks_csv`.

    Raises: as `reported`.
    """
    return _counted(house, partial(_taught, experiment))


def _counted(house: House, say: Callable[[Database], Said]) -> Said:
    with _place(), _in_our_words():
        return run_isolated(partial(_opened, house.config.database_place, say), LIMITS)


@contextmanager
def _place() -> Iterator[None]:
    """A place among the few. Raises: HTTPException 503."""
    full = HTTPException(
        503, "other reports are being counted; ask again in a moment", {"Retry-After": "5"}
    )
    if not COMING.acquire(blocking=False):
        raise full
    try:
        if not COUNTING.acquire(timeout=PATIENCE):
            raise full
        try:
            yield
        finally:
            COUNTING.release()
    finally:
        COMING.release()


@contextmanager
def _in_our_words() -> Iterator[None]:
    """What ends work on a video says what to do about the video; here there is none."""
    try:
        yield
    except WorkTooLong as error:
        raise WorkTooLong(
            f"the experiment was not counted after {LIMITS.seconds:g} seconds; ask again when less is "
            f"going on here, or begin one over fewer views"
        ) from error
    except WorkTooLarge as error:
        raise WorkTooLarge(
            f"to count the experiment takes more than {LIMITS.memory_bytes >> 20} MiB of memory; "
            f"begin one over fewer views"
        ) from error
    except WorkCrashed as error:
        log.warning("a report broke off: %s", error)
        raise WorkCrashed(
            "the report broke off; who runs this server finds out why in its log"
        ) from error


def _opened(place: Path | str, say: Callable[[Database], Said], tell: Told) -> Said:
    del tell
    database = Database(place)
    try:
        return say(database)
    finally:
        database.close()


def _said(experiment: Experiment, say: Callable[[Report], Said], database: Database) -> Said:
    splits = Experiments(database).splits(experiment)
    counted = report(experiment, splits, Events(database).of(experiment.id))
    return say(replace(counted, names=_names(Catalogue(database), counted)))


def _taught(experiment: Experiment, database: Database) -> str:
    experiments, catalogue = Experiments(database), Catalogue(database)
    counted = count(experiment, experiments.splits(experiment), Events(database).of(experiment.id))
    variants = experiments.variants(experiment)
    return clicks_csv(counted.tally, _timed(variants, catalogue, experiment.tenant))


def _timed(variants: Sequence[Variant], catalogue: Catalogue, tenant: str) -> list[Variant]:
    """The same variants, each with the length of its video where that is stored here."""
    stored = catalogue.named(tenant, (one.video for one in variants if not one.duration))
    known = {
        video: float(str(each.facts["duration"]))
        for video, each in stored.items()
        if "duration" in each.facts
    }
    return [
        one if one.duration else replace(one, duration=known.get(one.video)) for one in variants
    ]


def _names(catalogue: Catalogue, said: Report) -> dict[str, str]:
    """What the busiest videos are called here; an experiment may be over videos that are elsewhere."""
    ids = [video.video for video in said.videos[:NAMED]]
    stored = catalogue.named(said.experiment.tenant, ids)
    return {video: each.name for video, each in stored.items()}
