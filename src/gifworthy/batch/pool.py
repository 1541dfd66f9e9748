"""As many children as there are cores: the engine of one machine."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import wait

from gifworthy.batch.child import Child, Limits
from gifworthy.batch.orders import Item, Order, Row

GLANCE = 0.2
"""Seconds between two looks at the limits of who is at work."""


class Pool:
    """Children of this process. workers: how many."""

    def __init__(self, order: Order, workers: int, limits: Limits, writer: str = "") -> None:
        self.workers = workers
        self._children = [Child(order, limits, writer) for _ in range(workers)]

    @property
    def room(self) -> int:
        """How many more items may be submitted now."""
        return sum(child.item is None for child in self._children)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work."""
        return self.room == self.workers

    def submit(self, item: Item) -> None:
        """Give an item to a child that has none."""
        next(child for child in self._children if child.item is None).submit(item)

    def collect(self, seconds: float) -> list[Row]:
        """The rows that came, at the latest after some seconds."""
        until = time.monotonic() + seconds
        while True:
            left = max(0.0, until - time.monotonic())
            busy = [child for child in self._children if child.item is not None]
            wait([child.connection for child in busy], min(left, GLANCE))
            rows = [row for child in busy if (row := child.answer()) is not None]
            if rows or time.monotonic() >= until:
                return rows

    def close(self) -> None:
        """End every child."""
        for child in self._children:
            child.close()


def cores() -> int:
    """Processors that this process may use."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return usable or 1
