"""Who is no person, by rule, before anything is counted.

A rule that looks at clicks could itself favour an arm, if one arm's people were taken for programs more
often; so the rules look at what hardly depends on the arm, the limits are far from what people do, and the
report says how many units were taken out of each arm and whether that was odd.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.log import Log
from gifworthy.experiments.tally import Flags
from gifworthy.records.events import Kind

HOUR = 3600.0
_PROGRAM = re.compile(
    r"(?<!cu)bot(\b|[/_-])|crawl|spider|slurp|headless|phantom|selenium|puppeteer|playwright|curl/|wget/|"
    r"python|java/|go-http|okhttp|axios|node-fetch|facebookexternalhit|preview|lighthouse|pingdom|monitor",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Rules:
    """Above which a unit is no person.

    hourly: impressions in one hour of the clock. clicks: clicks in one hour. quick: seconds from an
    impression to its click that half of a unit's clicks fall below, of at least `several`. lone: clicks on
    what was never shown.
    """

    hourly: int = 600
    clicks: int = 120
    quick: float = 0.25
    several: int = 5
    lone: int = 5


@dataclass(frozen=True)
class Robots:
    """Which units are programs, and by which rule the first time."""

    units: Flags
    by_rule: tuple[tuple[str, int], ...]


def says_robot(agent: str) -> bool:
    """Whether a browser's name for itself is empty or that of a program."""
    return not agent.strip() or _PROGRAM.search(agent) is not None


def robots(log: Log, rules: Rules) -> Robots:
    """Which of the log's units are programs."""
    found = np.zeros(log.units, np.bool_)
    counts = []
    for name, mask in (
        ("said so", _any(log, log.robot)),
        (f"more than {rules.hourly} impressions an hour", _hourly(log, "impression", rules.hourly)),
        (f"more than {rules.clicks} clicks an hour", _hourly(log, "click", rules.clicks)),
        (f"clicks within {rules.quick:g} s", _quick(log, rules)),
        ("clicks on what was never shown", _lone(log, rules)),
    ):
        new = mask & ~found
        if new.any():
            counts.append((name, int(new.sum())))
        found |= mask
    return Robots(found, tuple(counts))


def _any(log: Log, rows: Flags) -> Flags:
    return np.bincount(log.unit[rows], minlength=log.units) > 0


def _hourly(log: Log, kind: Kind, most: int) -> Flags:
    rows = log.is_kind(kind)
    hours = (log.at[rows] // HOUR).astype(np.int64)
    pairs, counts = np.unique(np.column_stack([log.unit[rows], hours]), axis=0, return_counts=True)
    return np.bincount(pairs[counts > most, 0], minlength=log.units) > 0


def _quick(log: Log, rules: Rules) -> Flags:
    shown, clicked = log.first("impression"), log.first("click")
    both = np.isfinite(shown) & np.isfinite(clicked)
    unit = log.unit_of_exposure[both]
    quick = np.bincount(unit, clicked[both] - shown[both] < rules.quick, log.units)
    count = np.bincount(unit, minlength=log.units)
    return np.asarray((count >= rules.several) & (quick > count / 2))


def _lone(log: Log, rules: Rules) -> Flags:
    alone = np.isnan(log.first("impression")) & np.isfinite(log.first("click"))
    return np.bincount(log.unit_of_exposure[alone], minlength=log.units) >= rules.lone
