"""Everything that is known of an experiment at one look. Look as often as you like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gifworthy.experiments.counting import Counted, count
from gifworthy.experiments.lifts import Lift, Rate, lift, pairs, rate, shared_level
from gifworthy.experiments.mismatch import Mismatch
from gifworthy.experiments.outlook import Outlook, outlook, over
from gifworthy.experiments.robots import Rules
from gifworthy.experiments.tally import CTR, METRICS, READING, Metric, Tally
from gifworthy.experiments.verdict import Guard, Verdict, guard_of, verdict
from gifworthy.experiments.videos import VideoResult, video_results
from gifworthy.records.events import Event
from gifworthy.records.experiments import Experiment, Split

LOOKS = 40


@dataclass(frozen=True)
class ArmResult:
    """One arm: its plain sums, its rates, and the mean over videos of its click-through rate, %."""

    name: str
    units: int
    views: int
    clicks: int
    rates: tuple[Rate, ...]
    mean_of_videos: float


@dataclass(frozen=True)
class Look:
    """What the report would have said after some views: the lift of each arm over the control."""

    at: float
    views: int
    lifts: tuple[Lift, ...]


@dataclass(frozen=True)
class Report:
    """One look at an experiment.

    lifts: of each arm over the control, by metric, pooled: views count alike. by_videos: the same of the
    click-through rate where videos count alike; the two differ when busy videos answer differently.
    guards: of each arm but the control. outlook: how long to go on. looks: the lifts over time. videos: the
    busiest first. names: what people call some videos, by the names that events give them.
    """

    experiment: Experiment
    verdict: Verdict
    counted: Counted
    arms: tuple[ArmResult, ...]
    lifts: tuple[Lift, ...]
    by_videos: tuple[Lift, ...]
    guards: tuple[Guard, ...]
    outlook: Outlook
    looks: tuple[Look, ...]
    videos: tuple[VideoResult, ...]
    names: Mapping[str, str] = field(default_factory=dict)

    def named(self, video: VideoResult) -> str:
        """What people call a video."""
        return self.names.get(video.video, video.video)

    @property
    def split(self) -> Mismatch:
        """Whether the arms got what they should."""
        return self.counted.split

    def lift(self, metric: Metric, arm: int) -> Lift | None:
        """An arm's lift over the control; None when the metric was not measured."""
        found = (each for each in self.lifts if each.metric == metric and each.arm == arm)
        return next(found, None)


def report(
    experiment: Experiment,
    splits: Sequence[Split],
    events: Iterable[Event],
    rules: Rules | None = None,
) -> Report:
    """Count an experiment's events and say what they show."""
    return of_counted(experiment, count(experiment, splits, events, rules))


def of_counted(experiment: Experiment, counted: Counted) -> Report:
    """What counted rows show."""
    tally, design = counted.tally, experiment.design
    tally = tally.only(np.argsort(tally.at, kind="stable"))
    level = shared_level(len(design.arms))
    metrics = [metric for metric in METRICS if tally.of(metric.above).any() or metric is CTR]
    others = range(1, len(design.arms))

    def beside(metric: Metric, pair: tuple[int, int], over_videos: bool = False) -> Lift:
        return lift(tally, metric, pair, design.planned, level=level, over_videos=over_videos)

    rates = _both_ways({pair: beside(CTR, pair) for pair in pairs(len(design.arms))})
    dwell = _both_ways({pair: beside(READING, pair) for pair in pairs(len(design.arms))})
    said = verdict(design.arms, counted.split, rates, dwell, design.tolerated)
    goes_on = experiment.ended is None and said.outcome in ("too early", "undecided")
    return Report(
        experiment,
        said,
        counted,
        tuple(_arm(tally, metrics, arm, design.planned) for arm in range(len(design.arms))),
        tuple(beside(metric, (arm, 0)) for metric in metrics for arm in others),
        tuple(beside(CTR, (arm, 0), over_videos=True) for arm in others),
        tuple(guard_of(dwell[arm, 0], design.tolerated) for arm in others),
        outlook(tally, tuple(rates.values()), design) if goes_on else over(tally, design),
        _looks(tally, design.planned, level),
        video_results(tally, design.planned),
    )


def _both_ways(lifts: Mapping[tuple[int, int], Lift]) -> dict[tuple[int, int], Lift]:
    return {**lifts, **{(pair[1], pair[0]): lift.reversed for pair, lift in lifts.items()}}


def _arm(tally: Tally, metrics: Sequence[Metric], arm: int, planned: float) -> ArmResult:
    mine = tally.only(tally.arm == arm)
    views = np.bincount(mine.video, mine.weighted("views"), len(tally.videos))
    clicks = np.bincount(mine.video, mine.weighted("clicks"), len(tally.videos))
    seen = views > 0
    return ArmResult(
        tally.arms[arm],
        tally.units_of(arm),
        int(tally.total("views", arm)),
        int(tally.total("clicks", arm)),
        tuple(rate(tally, metric, arm, planned) for metric in metrics),
        100 * float((clicks[seen] / views[seen]).mean()) if seen.any() else np.nan,
    )


def _looks(tally: Tally, planned: float, level: float) -> tuple[Look, ...]:
    """At views evenly spread on the log scale, where the interval narrows evenly."""
    if not len(tally):
        return ()
    first = min(50, len(tally))
    cuts = np.unique(np.geomspace(first, len(tally), LOOKS).round().astype(int))
    found = []
    for cut in cuts:
        seen = tally.only(slice(0, int(cut)))
        lifts = (
            lift(seen, CTR, (arm, 0), planned, level=level) for arm in range(1, len(tally.arms))
        )
        found.append(Look(float(seen.at[-1]), int(seen.of("views").sum()), tuple(lifts)))
    return tuple(found)
