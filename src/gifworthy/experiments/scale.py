"""What a drawing of lifts shows: clipped to what a person can use, with lines at round numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.videos import VideoArm

HIGHEST = 2.0
"""Lifts beyond are clipped, unless an arm itself is there: +200 %."""
LINES = 6
SMALLEST = 0.02


@dataclass(frozen=True)
class Scale:
    """Lifts from `low` to `high`, 0.1 for a tenth, and the `lines` between that are labelled."""

    low: float
    high: float
    lines: tuple[float, ...]

    def within(self, lift: float) -> float:
        """A lift, or the edge that it lies beyond."""
        return min(max(lift, self.low), self.high)


def scale_of(lifts: Iterable[Lift | VideoArm]) -> Scale:
    """All of the intervals, and half as much around them, where they are not very wide.

    A wide one, of few views, is clipped: else it would press all that is known into a line.
    """
    known = [lift for lift in lifts if isfinite(lift.high)]
    widest = max([abs(end) for lift in known for end in (lift.low, lift.high)], default=0.1)
    best = max([abs(lift.value) for lift in known], default=0.0)
    high = min(1.5 * max(widest, SMALLEST), max(HIGHEST, 1.5 * best))
    low = max(-high, -1.0)
    step = _round_number((high - low) / LINES)
    high, low = ceil(high / step - 1e-9) * step, max(floor(low / step + 1e-9) * step, -1.0)
    rows = [row * step for row in range(ceil(low / step - 1e-9), round(high / step) + 1)]
    return Scale(low, high, tuple(rows if rows[0] - low < step / 4 else [low, *rows]))


def powers_between(first: int, last: int) -> Sequence[int]:
    """Numbers to write below a log scale: both ends and the powers of ten between them."""
    powers = (10**power for power in range(ceil(log10(first)), floor(log10(last)) + 1))
    return sorted({first, *powers, last})


def signed(lift: float) -> str:
    """A lift as a label: no more digits than it has."""
    percent = round(100 * lift, 6)
    return f"{percent:+,.12g} %" if percent else "0 %"


def _round_number(wanted: float) -> float:
    """The smallest of 1, 2, 5, 10, 20... that is at least as large."""
    assert wanted > 0
    assert isfinite(wanted)
    size = 10 ** floor(log10(wanted))
    return float(next(step * size for step in (1, 2, 5, 10) if step * size >= wanted - 1e-12))
