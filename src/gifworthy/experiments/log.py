"""Events as columns, so that millions of them are counted in a moment.

Shape letters: E events, X exposures.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gifworthy.experiments.tally import Flags, Ints
from gifworthy.records.events import KINDS, Event, Kind
from gifworthy.types import Floats

FAST_CLOCK = 300.0
"""Seconds by which a page's clock may be ahead of ours; beyond, the time of receipt is taken."""
AT_ONCE = 50_000
"""Events that are in memory as such."""
_KINDS = {kind: number for number, kind in enumerate(KINDS)}


@dataclass(frozen=True)
class Log:
    """All events of an experiment.

    kind, exposure, unit, video, arm, version: (E,) numbers. propensity, at, value: (E,). robot: (E,) flags.
    keys: each unit's hash, videos: each video's name, exposures: how many there are.
    """

    kind: Ints
    exposure: Ints
    unit: Ints
    video: Ints
    arm: Ints
    version: Ints
    propensity: Floats
    at: Floats
    value: Floats
    robot: Flags
    keys: tuple[str, ...]
    videos: tuple[str, ...]
    exposures: int

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def units(self) -> int:
        """How many units there are."""
        return len(self.keys)

    def is_kind(self, kind: Kind) -> Flags:
        """(E,) which events are of a kind."""
        return np.asarray(self.kind == KINDS.index(kind))

    def first(self, kind: Kind) -> Floats:
        """(X,) when something happened to each exposure the first time; nan where it did not."""
        times = np.full(self.exposures, np.inf)
        rows = self.is_kind(kind)
        np.minimum.at(times, self.exposure[rows], self.at[rows])
        return np.where(np.isfinite(times), times, np.nan)

    @property
    def unit_of_exposure(self) -> Ints:
        """(X,) who saw each exposure, by the first of its events."""
        units = np.zeros(self.exposures, np.int64)
        units[self.exposure[::-1]] = self.unit[::-1]
        return units


def gathered(events: Iterable[Event]) -> Log:
    """Events as columns; it does not matter in which order they came.

    An exposure is one unit's: whoever sends another's id of an exposure adds nothing to that one.
    """
    units: dict[str, int] = {}
    videos: dict[str, int] = {}
    exposures: dict[tuple[str, str], int] = {}

    def row(event: Event) -> tuple[float, ...]:
        return (
            _KINDS[event.kind],
            exposures.setdefault((event.unit, event.exposure), len(exposures)),
            units.setdefault(event.unit, len(units)),
            videos.setdefault(event.video, len(videos)),
            event.arm,
            event.version,
            event.propensity,
            event.at if event.at <= event.received + FAST_CLOCK else event.received,
            event.value,
            event.robot,
        )

    rest, parts = iter(events), [np.empty((0, 10))]
    while some := [row(event) for event in islice(rest, AT_ONCE)]:
        parts.append(np.array(some, np.float64))
    table = np.concatenate(parts)
    kind, exposure, unit, video, arm, version = table[:, :6].astype(np.int64).T.copy()
    propensity, at, value, robot = table[:, 6:].T.copy()
    return Log(
        kind,
        exposure,
        unit,
        video,
        arm,
        version,
        propensity,
        at,
        value,
        robot.astype(np.bool_),
        tuple(units),
        tuple(videos),
        len(exposures),
    )
