"""What was counted: rows of numbers, and the rates that are made of them.

Shape letters: R rows, A arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Measure = Literal["views", "clicks", "plays", "hides", "dwell", "conversions", "value"]
MEASURES: tuple[Measure, ...] = (
    "views",
    "clicks",
    "plays",
    "hides",
    "dwell",
    "conversions",
    "value",
)


@dataclass(frozen=True)
class Metric:
    """A rate: the sum of one measure over the sum of another. per: of how many of those below it is told."""

    name: str
    above: Measure
    below: Measure
    per: float = 1.0
    unit: str = ""


CTR = Metric("click-through rate", "clicks", "views", 100.0, "%")
READING = Metric("dwell per click", "dwell", "clicks", 1.0, "s")
WATCHING = Metric("dwell per view", "dwell", "views", 1.0, "s")
REVENUE = Metric("revenue per thousand views", "value", "views", 1000.0)
CONVERTING = Metric("conversion rate", "conversions", "views", 100.0, "%")
HIDING = Metric("hide rate", "hides", "views", 100.0, "%")
METRICS = (CTR, READING, WATCHING, REVENUE, CONVERTING, HIDING)


@dataclass(frozen=True)
class Tally:
    """One row for each exposure of a cover, or for several of one unit that need not be told apart.

    unit, video, arm: (R,) numbers of who saw, of what, in which arm. propensity: (R,) the chance with which
    that arm was given, 0..1. at: (R,) seconds since 1970. measures: (R, 7), in the order of `MEASURES`.
    videos: name of each video's number. arms: name of each arm's number; the first is the control.
    """

    unit: Ints
    video: Ints
    arm: Ints
    propensity: Floats
    at: Floats
    measures: Floats
    videos: tuple[str, ...]
    arms: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.unit)

    def of(self, measure: Measure) -> Floats:
        """(R,) one measure."""
        return np.asarray(self.measures[:, MEASURES.index(measure)])

    def weighted(self, measure: Measure) -> Floats:
        """(R,) one measure over the propensity: as if all arms had been given alike often.

        Horvitz and Thompson (1952). With a fixed split all of an arm's rows weigh the same, and its rates
        are the plain ones; where a bandit changed the split over time, plain rates would mix the times.
        """
        return np.asarray(self.of(measure) / self.propensity)

    def total(self, measure: Measure, arm: int) -> float:
        """A measure's plain sum in an arm."""
        return float(self.of(measure)[self.arm == arm].sum())

    def units_of(self, arm: int) -> int:
        """How many different units an arm has."""
        return int(np.count_nonzero(np.bincount(self.unit, self.arm == arm)))

    def only(self, rows: Flags | Ints | slice) -> Tally:
        """Some of the rows."""
        return replace(
            self,
            unit=self.unit[rows],
            video=self.video[rows],
            arm=self.arm[rows],
            propensity=self.propensity[rows],
            at=self.at[rows],
            measures=self.measures[rows],
        )

    def relabelled(self, arm: Ints, propensity: Floats) -> Tally:
        """The same rows as if they had been given other arms."""
        return replace(self, arm=arm, propensity=propensity)


def measured(rows: int, **columns: Sequence[float] | Floats | Flags | Ints) -> Floats:
    """(R, 7) measures from named columns; 0 where none is named. Raises: ValueError for an unknown name."""
    table = np.zeros((rows, len(MEASURES)))
    for name, column in columns.items():
        if name not in MEASURES:
            raise ValueError(f"{name!r} is no measure; there are: {', '.join(MEASURES)}")
        table[:, MEASURES.index(name)] = column
    return table
