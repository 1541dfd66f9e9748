"""Which of two rows of a table is better, and whether the data can tell: the paired bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.learning.evaluate import Table
from gifworthy.learning.tables import difference
from gifworthy.moments import counted

FEW = 6
"""Below so many pairs an interval by bootstrap says too much."""


@dataclass(frozen=True)
class Difference:
    """How much one metric differs: mean and 95 % interval, fractions; on how many cases of both."""

    name: str
    larger_is_better: bool
    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Comparison:
    """The first row of a table less the second. count: cases that both were judged on."""

    first: str
    second: str
    count: int
    metrics: tuple[Difference, ...]

    def better(self, metric: Difference) -> str | None:
        """The better one's name; None where the interval holds zero, or there are too few cases."""
        if metric.count < FEW or not (metric.low > 0 or metric.high < 0):
            return None
        return self.first if (metric.low > 0) == metric.larger_is_better else self.second

    def verdict(self, metric: Difference) -> str:
        """In words."""
        if better := self.better(metric):
            return f"{better} is better"
        if metric.count < FEW:
            return f"{counted(metric.count, 'case')}: too few to tell"
        return "no difference that these data can show"


def differences(table: Table, first: str, second: str, seed: int = 0) -> Comparison:
    """Compare two rows on the cases that both were judged on. seed: of the bootstrap."""
    means, low, high = difference(table, first, second, seed)
    apart_cm = table.row(first).values_cm - table.row(second).values_cm
    known = np.isfinite(apart_cm)
    metrics = tuple(
        Difference(metric.name, metric.larger_is_better, float(m), float(a), float(b), int(n))
        for metric, m, a, b, n in zip(
            table.metrics, means, low, high, known.sum(axis=0), strict=True
        )
    )
    return Comparison(first, second, int(known.any(axis=1).sum()), metrics)
