"""What a batch would cost, from a few of its videos that are really worked on."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np
from scipy.stats import t as student

from gifworthy.batch.catalogue import Batch, Machines
from gifworthy.batch.orders import Item, Order, Row
from gifworthy.batch.running import Tally
from gifworthy.batch.storage import Folder
from gifworthy.batch.working import ANALYSES
from gifworthy.errors import OutputError

SAMPLE = 12
SURE = 0.95


@dataclass(frozen=True)
class Guess:
    """A total, and between what it lies with 95 % confidence."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, sample: Sequence[float], count: int) -> Guess:
        """The total of `count` values of which some were seen (Student's t, finite population).

        Never below what was seen; one value alone says nothing of the others.
        """
        values = np.array(sample, float)
        if not len(values):
            return cls(0.0, 0.0, 0.0 if not count else float("inf"))
        middle, seen = count * float(values.mean()), float(values.sum())
        if len(values) == count:
            return cls(seen, seen, seen)
        if len(values) == 1:
            return cls(middle, seen, float("inf"))
        error = float(values.std(ddof=1)) * (1 / len(values) - 1 / count) ** 0.5
        off = count * error * float(student.ppf(0.5 + SURE / 2, len(values) - 1))
        return cls(middle, max(seen, middle - off), middle + off)


@dataclass(frozen=True)
class Estimate:
    """What a batch would do.

    finished, todo: videos. sampled: how many were worked on; failed: how many of these got no cover.
    failures: how many of these by error; examples: the first few, each a source and what was wrong.
    seconds: of the clock, with so many workers. processor: seconds. read: bytes. written: bytes of
    covers and stills; kept: of analyses.
    """

    finished: int
    todo: int
    sampled: int
    failed: int
    failures: dict[str, int]
    examples: tuple[tuple[str, str], ...]
    workers: int
    seconds: Guess
    processor: Guess
    read: Guess
    written: Guess
    kept: Guess


def estimate(batch: Batch, machines: Machines, sample: int = SAMPLE) -> Estimate:
    """Work on a few videos, drawn by lot, in a place that is thrown away. Raises: as `Batch.run`."""
    tally = Tally()
    with batch.unfinished(tally) as items:
        drawn, todo = _drawn(items, sample)
    with tempfile.TemporaryDirectory(prefix="gifworthy-") as place:
        order = replace(batch.order, place=place, analysed_at=batch.order.place)
        rows, workers = _worked(machines, order, drawn)
        kept = [
            len(Folder(place).read(name) or b"") for name in Folder(place).names(ANALYSES, ".npz")
        ]
    spent, worked = [row.spent for row in rows], Tally()
    for row in rows:
        worked.take(row)
    return Estimate(
        tally.skipped,
        todo,
        len(rows),
        worked.failed,
        dict(worked.failures.most_common()),
        tuple(worked.examples),
        workers,
        Guess.of([one.clock / workers for one in spent], todo),
        Guess.of([one.processor for one in spent], todo),
        Guess.of([float(one.read) for one in spent], todo),
        Guess.of([float(one.written) for one in spent], todo),
        Guess.of([*map(float, kept), *[0.0] * (len(rows) - len(kept))], todo),
    )


def _drawn(items: Iterable[Item | None], count: int) -> tuple[list[Item], int]:
    """A sample in which each is as likely as any other (reservoir), and how many there were."""
    random, drawn, seen = Random(0), list[Item](), 0
    for item in items:
        if item is None:
            continue
        seen += 1
        if len(drawn) < count:
            drawn.append(item)
        elif (place := random.randrange(seen)) < count:
            drawn[place] = item
    return drawn, seen


def _worked(machines: Machines, order: Order, items: list[Item]) -> tuple[list[Row], int]:
    """The rows of some items, none tried twice, and how many workers there are: a cluster has its own.

    Raises: OutputError when the plan cannot be loaded.
    """
    if not items:
        return [], machines.count
    engine = machines.start(order, "estimate")
    rows: list[Row] = []
    waiting = list(items)
    try:
        while len(rows) < len(items):
            while waiting and engine.room:
                engine.submit(waiting.pop())
            rows += engine.collect(0.5)
            if failure := next((r.failure for r in rows if r.failure and r.failure.is_ours), None):
                raise OutputError(failure.message)
    finally:
        engine.close()
    return rows, engine.workers
