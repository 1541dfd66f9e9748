"""The lift over the views as an SVG that follows the page's colours: no script, no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from math import log10
from operator import itemgetter

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.report import Report
from gifworthy.experiments.scale import Scale, powers_between, scale_of, signed
from gifworthy.experiments.tally import CTR

HUES = 5
SIZES = (("broad", 900, 330), ("slim", 360, 300))
"""The classes of two drawings, of which a page shows one: text in an SVG shrinks with it."""
LEFT, RIGHT, TOP, BOTTOM = 62, 16, 14, 44
APART = 62
"""Pixels between the numbers below."""
Points = Sequence[tuple[float, float]]
Known = Sequence[tuple[int, Lift]]


def lift_curve(report: Report) -> str:
    """The interval of each arm's lift at every look, bands that narrow; empty when nothing is known yet."""
    looks = [look for look in report.looks if any(lift.is_known for lift in look.lifts)]
    if len(looks) < 2:
        return ""
    arms = {
        arm: [(look.views, look.lifts[arm - 1]) for look in looks if look.lifts[arm - 1].is_known]
        for arm in range(1, len(report.arms))
    }
    shown = scale_of(looks[-1].lifts)
    said = "; ".join(_said(report, lift) for lift in report.lifts if lift.metric == CTR)
    drawings = []
    for kind, width, height in SIZES:
        frame = _Frame(looks[0].views, looks[-1].views, shown, width, height)
        bands = "".join(frame.band(known, arm) for arm, known in arms.items() if known)
        drawings.append(
            f'<svg class="{kind}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(said, quote=True)}">{frame.grid()}{bands}</svg>'
        )
    beyond = any(
        frame.is_beyond(lift, side)
        for known in arms.values()
        for _, lift in known
        for side in SIDES
    )
    return f"{_legend(report)}{''.join(drawings)}{ARROWS if beyond else ''}"


ARROWS = '<p class="soft">▲ ▼ the interval goes on beyond the drawing here</p>'
SIDES = ("high", "low")


def _legend(report: Report) -> str:
    """Whole names, which no drawing has room for, with what is known of each."""
    rows = "".join(
        f'<li><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="{_hue(arm)}" '
        f'width="12" height="12" rx="3"/></svg>{escape(report.arms[arm].name)}</li>'
        for arm in range(1, len(report.arms))
    )
    return f'<ul class="legend">{rows}</ul>'


@dataclass(frozen=True)
class _Frame:
    """Where views and lifts lie on a drawing: views on the log scale, lifts on their own."""

    first: int
    last: int
    shown: Scale
    width: int
    height: int

    def x(self, views: float) -> float:
        """Pixels from the left."""
        share = log10(views / self.first) / log10(self.last / self.first)
        return LEFT + share * (self.width - LEFT - RIGHT)

    def y(self, lift: float) -> float:
        """Pixels from above; what lies outside the drawing is set on its edge."""
        shown = self.shown
        share = (shown.high - shown.within(lift)) / (shown.high - shown.low)
        return TOP + share * (self.height - TOP - BOTTOM)

    def is_beyond(self, lift: Lift, side: str) -> bool:
        """Whether one end of an interval lies outside the drawing."""
        return lift.high > self.shown.high if side == "high" else lift.low < self.shown.low

    def grid(self) -> str:
        """Lines and their labels."""
        numbers: list[int] = []
        for mark in (self.last, *powers_between(self.first, self.last)):
            if all(abs(self.x(mark) - self.x(other)) > APART for other in numbers):
                numbers.append(mark)
        below = "".join(self._number(mark) for mark in numbers)
        middle, bottom = (LEFT + self.width - RIGHT) / 2, self.height - 6
        title = f'<text x="{middle:.0f}" y="{bottom}" text-anchor="middle">views</text>'
        return "".join(map(self._line, self.shown.lines)) + below + title

    def _number(self, views: int) -> str:
        anchor = "end" if views == self.last else "start" if views == self.first else "middle"
        x = self.x(views) + (RIGHT - 2 if views == self.last else 0)
        return f'<text x="{x:.1f}" y="{self.height - 24}" text-anchor="{anchor}">{views:,}</text>'

    def _line(self, lift: float) -> str:
        y = self.y(lift)
        return (
            f'<line class="{"grid" if lift else "zero"}" x1="{LEFT}" x2="{self.width - RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{signed(lift)}</text>'
        )

    def band(self, known: Known, arm: int) -> str:
        """One arm: the band of its interval, its value, and arrows where the interval goes on."""
        above = [(self.x(views), self.y(lift.high)) for views, lift in known]
        below = [(self.x(views), self.y(lift.low)) for views, lift in reversed(known)]
        middle = [(self.x(views), self.y(lift.value)) for views, lift in known]
        arrows = "".join(self._arrows(known, arm, side) for side in SIDES)
        return (
            f'<polygon class="band {_hue(arm)}" points="{_points([*above, *below])}"/>'
            f'<polyline class="mean {_hue(arm)}" points="{_points(middle)}"/>{arrows}'
        )

    def _arrows(self, known: Known, arm: int, side: str) -> str:
        """One in the middle of each stretch of looks; arms stand beside each other."""
        drawn = []
        looks = ((self.x(views), self.is_beyond(lift, side)) for views, lift in known)
        for beyond, stretch in groupby(looks, itemgetter(1)):
            places = [x for x, _ in stretch]
            if not beyond:
                continue
            x = (places[0] + places[-1]) / 2 + 16 * (arm - 1)
            tip, foot = (TOP - 8, TOP + 4) if side == "high" else (self.height - BOTTOM + 8,) * 2
            foot = foot if side == "high" else self.height - BOTTOM - 4
            corners = [(x, tip), (x - 7, foot), (x + 7, foot)]
            drawn.append(f'<polygon class="arrow {_hue(arm)}" points="{_points(corners)}"/>')
        return "".join(drawn)


def _hue(arm: int) -> str:
    return f"arm-{(arm - 1) % HUES + 1}"


def _points(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _said(report: Report, lift: Lift) -> str:
    span = f"between {100 * lift.low:.1f} and {100 * lift.high:.1f} percent"
    return (
        f"lift of {report.arms[lift.arm].name} over {report.arms[lift.against].name}: "
        f"{span if lift.is_known else 'not known yet'}"
    )
