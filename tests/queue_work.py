"""Jobs done when a test says so, and not before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gifworthy.isolation import GoOn, Limits
from gifworthy.service.workers import Worker
from gifworthy.settings import Told, nobody

Result = TypeVar("Result")


def do_all(worker: Worker) -> int:
    """Do every job that waits; how many there were."""
    count = 0
    while job := worker.jobs.claim(worker.name):
        worker.do(job)
        count += 1
    return count


def here(task: Callable[[Told], Result], limits: Limits, go_on: GoOn) -> Result:
    """In the place of `run_isolated`, where a test is about something else: the work, done at once."""
    return task(nobody)
