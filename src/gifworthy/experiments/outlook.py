"""How long to go on: what `planner` says of a running experiment, at the rates that it has so far.

It is an estimate: the rates are themselves uncertain, most so where few views are counted. It asks for the
views after which an arm that is as far ahead as it looks now is named with 80 % certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

from gifworthy.experiments.lifts import FEWEST, Lift
from gifworthy.experiments.planner import Question, needed_as_planned
from gifworthy.experiments.tally import Tally
from gifworthy.records.experiments import Design

FEW = 5
"""Clicks in each arm below which an estimate would be a guess."""
LONGEST = 100
"""Times the views so far, or those planned, beyond which the arms are called alike."""
DAY = 86_400.0


@dataclass(frozen=True)
class Outlook:
    """How many views are needed in all, an estimate; None where none can be made, or none is needed.

    planned: views of two arms, as the experiment was begun. views: counted so far. days: until then, at
    the pace so far; None while less than a day was counted. says: the same for people, empty when it is
    over.
    """

    planned: int
    views: int
    needed: int | None
    days: float | None
    says: str

    @property
    def more(self) -> int | None:
        """Views that are still to come."""
        return None if self.needed is None else max(self.needed - self.views, 0)


def outlook(tally: Tally, lifts: Sequence[Lift], design: Design) -> Outlook:
    """For an experiment that is not decided.

    Args: lifts: of the click-through rate, every pair of arms both ways round.
    """
    views = len(tally)
    clicks = [tally.total("clicks", arm) for arm in range(len(design.arms))]
    if not views:
        return Outlook(design.planned, 0, None, None, "")
    if min(clicks) < FEW:
        says = f"too few clicks to estimate how many more views are needed: {FEW} in each arm are the least"
        return Outlook(design.planned, views, None, None, says)
    needed = _needed(tally, lifts, design)
    if needed is None or needed > LONGEST * max(views, design.planned):
        return Outlook(design.planned, views, None, None, _alike(tally, design))
    needed = max(needed, views)
    days = _days(tally, needed - views)
    return Outlook(design.planned, views, needed, days, _said(needed, needed - views, days))


def over(tally: Tally, design: Design) -> Outlook:
    """For an experiment that needs no more views, or cannot use them."""
    return Outlook(design.planned, len(tally), None, None, "")


def _needed(tally: Tally, lifts: Sequence[Lift], design: Design) -> int | None:
    """Views of all arms until the one that is ahead now has left every other behind."""
    rates = [
        tally.weighted("clicks")[tally.arm == arm].sum()
        / tally.weighted("views")[tally.arm == arm].sum()
        for arm in range(len(design.arms))
    ]
    ahead = max(range(len(rates)), key=lambda arm: float(rates[arm]))
    wanted = [
        _of_pair(tally, lift, float(rates[lift.against]), design)
        for lift in lifts
        if lift.arm == ahead
    ]
    heard = [ceil(len(tally) * FEWEST / tally.total("clicks", arm)) for arm in range(len(rates))]
    return None if None in wanted else max([*heard, *(each for each in wanted if each)])


def _of_pair(tally: Tally, lift: Lift, rate: float, design: Design) -> int | None:
    """Views of all arms until a pair is told apart."""
    views = [tally.total("views", arm) for arm in (lift.arm, lift.against)]
    repeats = max(1.0, lift.repeats) if isfinite(lift.repeats) else 1.0
    try:
        question = Question(rate, lift.value, len(design.arms), views[0] / sum(views), repeats)
        found = needed_as_planned(question, design.planned)
    except ValueError:
        return None
    return ceil(found.views * len(tally) / sum(views))


def _days(tally: Tally, more: int) -> float | None:
    seconds = float(tally.at.max() - tally.at.min())
    return more / len(tally) * seconds / DAY if seconds >= DAY else None


def _said(needed: int, more: int, days: float | None) -> str:
    if more == 0:
        return "an estimate: at the present rates it should be decided any moment"
    others = [] if _about(more) == _about(needed) else [f"{_about(needed)} in all"]
    others += [] if days is None else [f"{_time(days)} at the pace so far"]
    said = f"an estimate: at the present rates about {_about(more)} more views decide it"
    return f"{said} ({', '.join(others)})" if others else said


def _alike(tally: Tally, design: Design) -> str:
    most = LONGEST * max(len(tally), design.planned)
    return (
        f"an estimate: at the present rates the arms are so alike that not even {most:,} views decide it; "
        f"any of them will do"
    )


def _time(days: float) -> str:
    if days < 1:
        return "less than a day"
    return f"about {days:,.0f} day{'s' if round(days) != 1 else ''}"


def _about(views: int) -> str:
    """Two digits: an estimate has no more."""
    digits = max(0, len(str(views)) - 2)
    return f"{ceil(views / 10**digits) * 10**digits:,}"
