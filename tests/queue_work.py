"""Jobs done when a test says so, and not before."""

from __future__ import annotations

from gifworthy.service.workers import Worker


def do_all(worker: Worker) -> int:
    """Do every job that waits; how many there were."""
    count = 0
    while job := worker.jobs.claim(worker.name):
        worker.do(job)
        count += 1
    return count
