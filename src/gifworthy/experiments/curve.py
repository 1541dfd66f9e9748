"""The lift over the views as an SVG that follows the page's colours: no script, no library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, isfinite, log10

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.report import Report
from gifworthy.experiments.tally import CTR

WIDTH, HEIGHT = 900, 330
LEFT, RIGHT, TOP, BOTTOM = 58, 110, 14, 34
HUES = 5
Points = Sequence[tuple[float, float]]


def lift_curve(report: Report) -> str:
    """The interval of each arm's lift at every look, bands that narrow; empty when nothing is known yet."""
    looks = [look for look in report.looks if any(lift.is_known for lift in look.lifts)]
    if len(looks) < 2:
        return ""
    frame = _Frame(looks[0].views, looks[-1].views, _step(looks[-1].lifts))
    parts = [frame.grid()]
    for arm in range(1, len(report.arms)):
        known = [
            (look.views, look.lifts[arm - 1]) for look in looks if look.lifts[arm - 1].is_known
        ]
        if known:
            parts.append(frame.band(known, arm, report.arms[arm].name))
    said = "; ".join(_said(report, lift) for lift in report.lifts if lift.metric == CTR)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


class _Frame:
    """Where views and lifts lie on the drawing: views on the log scale, lifts in percent."""

    def __init__(self, first: int, last: int, step: float) -> None:
        self.first, self.last, self.step = first, last, step
        self.lowest, self.highest = max(-2 * step, -100.0), 2 * step
        self.names: list[float] = []

    def x(self, views: float) -> float:
        """Pixels from the left."""
        share = log10(views / self.first) / log10(self.last / self.first)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, lift: float) -> float:
        """Pixels from above; what lies outside the drawing is set on its edge."""
        inside = min(max(100 * lift, self.lowest), self.highest)
        share = (self.highest - inside) / (self.highest - self.lowest)
        return TOP + share * (HEIGHT - TOP - BOTTOM)

    def grid(self) -> str:
        """Lines and their labels."""
        lines = [
            self._line(row * self.step) for row in range(-2, 3) if row * self.step >= self.lowest
        ]
        powers = range(floor(log10(self.first)), floor(log10(self.last)) + 1)
        marks = [10**power for power in powers if 10**power >= self.first]
        lines += [
            f'<text x="{self.x(mark):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{mark:,}</text>'
            for mark in [*marks, self.last]
            if mark == self.last or self.x(self.last) - self.x(mark) > 90
        ]
        return "".join(lines)

    def _line(self, lift: float) -> str:
        y = self.y(lift / 100)
        return (
            f'<line class="{"grid" if lift else "zero"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" '
            f'y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{_signed(lift)}</text>'
        )

    def band(self, known: Sequence[tuple[int, Lift]], arm: int, name: str) -> str:
        """One arm: the band of its interval, its value, its name."""
        hue = f"arm-{(arm - 1) % HUES + 1}"
        above = [(self.x(views), self.y(lift.high)) for views, lift in known]
        below = [(self.x(views), self.y(lift.low)) for views, lift in reversed(known)]
        middle = [(self.x(views), self.y(lift.value)) for views, lift in known]
        x, y = middle[-1]
        label = self._free(y + 4)
        return (
            f'<polygon class="band {hue}" points="{_points([*above, *below])}"/>'
            f'<polyline class="mean {hue}" points="{_points(middle)}"/>'
            f'<text class="name {hue}" x="{x + 8:.1f}" y="{label:.1f}">{escape(name[:14])}</text>'
        )

    def _free(self, y: float) -> float:
        """The place closest to y at which a name covers none of those that were written."""
        places = (y + sign * step for step in range(0, HEIGHT, 4) for sign in (-1, 1))
        free = next(
            place for place in places if all(abs(place - other) >= 14 for other in self.names)
        )
        self.names.append(free)
        return free


def _points(points: Points) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _step(lifts: Sequence[Lift]) -> float:
    """Percent between two lines, a round number: four of them hold twice what is still possible."""
    ends = (abs(end) for lift in lifts for end in (lift.low, lift.high) if isfinite(end))
    wanted = max(100 * max(ends, default=0.1), 1.0)
    size = 10 ** floor(log10(wanted))
    return float(next(step * size for step in (1, 2, 5, 10) if step * size >= wanted))


def _signed(percent: float) -> str:
    return f"{percent:+.3g} %" if percent else "0 %"


def _said(report: Report, lift: Lift) -> str:
    span = f"between {100 * lift.low:.1f} and {100 * lift.high:.1f} percent"
    return (
        f"lift of {report.arms[lift.arm].name} over {report.arms[lift.against].name}: "
        f"{span if lift.is_known else 'not known yet'}"
    )
