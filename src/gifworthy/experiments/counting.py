"""From events to rows that count: programs taken out, each exposure once, arms believed only when true.

Shape letters: E events, X exposures, R rows of the tally, N draws of an arm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.assignment import given
from gifworthy.experiments.log import Log, gathered
from gifworthy.experiments.mismatch import Mismatch, mismatch
from gifworthy.experiments.robots import Rules, robots
from gifworthy.experiments.tally import Flags, Ints, Tally, measured
from gifworthy.records.events import Event, Kind
from gifworthy.records.experiments import Experiment, Split
from gifworthy.types import Floats


@dataclass(frozen=True)
class Counted:
    """What counts, and what does not and why.

    split: whether the arms got what they should. robots: units by the rule that took them out, and
    robots_split: whether that took more out of one arm. left_out: exposures that do not count, by reason.
    """

    tally: Tally
    split: Mismatch
    robots: tuple[tuple[str, int], ...]
    robots_split: Mismatch
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class _Views:
    """(X,) of each exposure: when its view was, nan where none counts, and the event that says so."""

    at: Floats
    event: Ints


def count(
    experiment: Experiment,
    splits: Sequence[Split],
    events: Iterable[Event],
    rules: Rules | None = None,
) -> Counted:
    """Sort out an experiment's events. Late, doubled and unordered ones make no difference.

    Args: splits: all versions of its split.
    """
    log = gathered(events)
    programs = robots(log, rules or Rules())
    views = _views(log, experiment)
    true = _truly_assigned(log, experiment, splits)
    robot = programs.units[log.unit_of_exposure]
    seen = np.isfinite(views.at)
    timely = (views.at >= experiment.created) & (views.at < _end(experiment))
    as_given = true[views.event]
    counts = seen & ~robot & timely & as_given
    reasons = (
        ("by programs", robot),
        (f"no {experiment.design.counted} event", ~seen & ~robot),
        ("outside the experiment's time", seen & ~robot & ~timely),
        ("in an arm that was not given", seen & ~robot & timely & ~as_given),
    )
    rows = np.flatnonzero(counts)
    return Counted(
        _tally(log, views, rows, experiment),
        _drawn(log, views.event[rows], experiment, splits),
        programs.by_rule,
        _drawn(log, views.event[np.flatnonzero(seen & robot & as_given)], experiment, splits),
        tuple((why, int(mask.sum())) for why, mask in reasons if mask.any()),
    )


def _end(experiment: Experiment) -> float:
    return np.inf if experiment.ended is None else experiment.ended


def _views(log: Log, experiment: Experiment) -> _Views:
    """The first event of the counted kind stands for its exposure."""
    rows = np.flatnonzero(log.is_kind(experiment.design.counted))
    rows = rows[np.argsort(-log.at[rows], kind="stable")]
    event = np.zeros(log.exposures, np.int64)
    event[log.exposure[rows]] = rows
    at = np.full(log.exposures, np.nan)
    at[log.exposure[rows]] = log.at[rows]
    return _Views(at, event)


def _truly_assigned(log: Log, experiment: Experiment, splits: Sequence[Split]) -> Flags:
    """(E,) whether an event's arm and propensity are those that hashing gives: pages may lie, or err."""
    known = {split.version: split for split in splits}
    each = np.column_stack([log.unit, log.video, log.version])
    distinct, where = np.unique(each, axis=0, return_inverse=True)
    arms, chances = np.full(len(distinct), -1), np.zeros(len(distinct))
    for row, (unit, video, version) in enumerate(distinct.tolist()):
        if version in known:
            found = given(experiment, known[version], log.keys[unit], log.videos[video])
            arms[row], chances[row] = found.arm, found.propensity
    where = where.reshape(-1)
    return np.asarray(
        (arms[where] == log.arm) & np.isclose(chances[where], log.propensity, rtol=1e-6)
    )


def _tally(log: Log, views: _Views, rows: Ints, experiment: Experiment) -> Tally:
    event = views.event[rows]
    clicked = _happened(log, views, experiment, "click") > 0
    conversions = _happened(log, views, experiment, "conversion")
    return Tally(
        log.unit[event],
        log.video[event],
        log.arm[event],
        log.propensity[event],
        views.at[rows],
        measured(
            len(rows),
            views=np.ones(len(rows)),
            clicks=clicked[rows],
            plays=_happened(log, views, experiment, "play")[rows] > 0,
            hides=_happened(log, views, experiment, "hide")[rows] > 0,
            dwell=np.where(clicked, _dwell(log, views, experiment), 0.0)[rows],
            conversions=conversions[rows],
            value=_happened(log, views, experiment, "conversion", log.value)[rows],
        ),
        log.videos,
        experiment.design.arms,
    )


def _in_window(log: Log, views: _Views, experiment: Experiment, kind: Kind) -> Flags:
    with np.errstate(invalid="ignore"):
        soon = log.at <= views.at[log.exposure] + experiment.design.window
    return np.asarray(soon & log.is_kind(kind))


def _happened(
    log: Log, views: _Views, experiment: Experiment, kind: Kind, worth: Floats | None = None
) -> Floats:
    """(X,) how many events of a kind each exposure has in its window, or the sum of what they are worth."""
    rows = _in_window(log, views, experiment, kind)
    weights = None if worth is None else worth[rows]
    return np.bincount(log.exposure[rows], weights, log.exposures).astype(np.float64)


def _dwell(log: Log, views: _Views, experiment: Experiment) -> Floats:
    """(X,) the longest that was told: pages tell the time so far, again and again."""
    rows = _in_window(log, views, experiment, "dwell")
    longest = np.zeros(log.exposures)
    np.maximum.at(longest, log.exposure[rows], log.value[rows])
    return longest


def _drawn(log: Log, events: Ints, experiment: Experiment, splits: Sequence[Split]) -> Mismatch:
    """Each draw of an arm once: a unit's, or a pair's; a bandit draws again with every version."""
    pair, anew = experiment.design.by == "pair", experiment.draws_anew
    events = events[np.argsort(log.version[events], kind="stable")]
    zeros = np.zeros(len(events), np.int64)
    video = log.video[events] if pair else zeros
    version = log.version[events] if anew else zeros
    _, firsts = np.unique(
        np.column_stack([log.unit[events], video, version]), axis=0, return_index=True
    )
    chosen = events[firsts]
    return mismatch(log.arm[chosen], _shares(log, chosen, experiment, splits))


def _shares(log: Log, events: Ints, experiment: Experiment, splits: Sequence[Split]) -> Floats:
    """(N, A) the shares by which each draw was made."""
    known = {split.version: split for split in splits}
    pairs = np.column_stack([log.version[events], log.video[events]])
    distinct, where = np.unique(pairs, axis=0, return_inverse=True)
    pair = experiment.design.by == "pair"
    table = [
        known[version].shares(log.videos[video]) if pair else known[version].everywhere
        for version, video in distinct.tolist()
    ]
    width = len(experiment.design.arms)
    return np.array(table, np.float64).reshape(-1, width)[where.reshape(-1)]
