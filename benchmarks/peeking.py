"""The lift's interval after every single view: `experiments.lifts.lift` at each prefix, in one pass.

Between two views one viewer's sums change, and with them the sums of squares that the variance is made of;
so running sums give every prefix at once. That they are the same numbers is checked at each run's last view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.experiments.lifts import FEWEST, LEVEL, lift
from gifworthy.experiments.selftest import plain_z
from gifworthy.experiments.sequences import multiplier, progress
from gifworthy.experiments.tally import Flags, Metric, Tally
from gifworthy.types import Floats

FIRST = 100
"""Views before which not even the z test is looked at."""


@dataclass(frozen=True)
class Peeks:
    """(R,) after each view: the interval of the lift, whether it says anything, and the plain z."""

    low: Floats
    high: Floats
    known: Flags
    z: Floats

    def first_without(self, value: float) -> int | None:
        """The views after which the interval left out a value the first time; None when it never did."""
        outside = self.known & ~((self.low <= value) & (value <= self.high))
        return int(outside.argmax()) + 1 if outside.any() else None

    def plain_is_sure(self, beyond: float) -> bool:
        """Whether the z test ever was."""
        return bool((np.abs(self.z[FIRST - 1 :]) > beyond).any())


def peeks(tally: Tally, metric: Metric, planned: float) -> Peeks:
    """Look after every view of two arms whose split is fixed."""
    value, together, apart = np.zeros(len(tally)), np.zeros(len(tally)), np.zeros(len(tally))
    heard = np.full(len(tally), np.inf)
    for arm, sign in ((1, 1.0), (0, -1.0)):
        mine = tally.arm == arm
        above = np.where(mine, tally.of(metric.above), 0.0)
        below = np.where(mine, tally.of(metric.below), 0.0)
        total, base = np.cumsum(above), np.cumsum(below)
        value += sign * _log(total, base)
        together += _spread(_products(tally, above, below, alone=False), total, base)
        apart += _spread(_products(tally, above, below, alone=True), total, base)
        heard = np.minimum(heard, np.cumsum(above != 0))
        heard = np.minimum(heard, np.cumsum(_is_first(tally, mine & (below != 0))))
    units = np.cumsum(_is_first(tally, tally.of(metric.below) != 0))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        together *= units / (units - 1)
        k = progress(np.cumsum(tally.of("views")) * together / apart, planned, LEVEL)
        reach = np.sqrt(together) * multiplier(k, LEVEL)
        found = Peeks(
            np.expm1(value - reach), np.expm1(value + reach), heard >= FEWEST, plain_z(tally)
        )
    _check(tally, metric, planned, found)
    return found


def _products(
    tally: Tally, above: Floats, below: Floats, *, alone: bool
) -> tuple[Floats, Floats, Floats]:
    """Running sums over units of above^2, above x below, below^2; with `alone`, over rows instead."""
    a, b = (np.zeros_like(above),) * 2 if alone else (_before(tally, above), _before(tally, below))
    return (
        np.cumsum((2 * a + above) * above),
        np.cumsum(a * below + b * above + above * below),
        np.cumsum((2 * b + below) * below),
    )


def _spread(products: tuple[Floats, Floats, Floats], total: Floats, base: Floats) -> Floats:
    aa, ab, bb = products
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(aa / total**2 - 2 * ab / (total * base) + bb / base**2)


def _before(tally: Tally, column: Floats) -> Floats:
    """(R,) what a row's unit had before the row."""
    order = np.argsort(tally.unit, kind="stable")
    unit, run = tally.unit[order], np.cumsum(column[order]) - column[order]
    starts = np.flatnonzero(np.diff(unit, prepend=-1))
    inside = run - np.repeat(run[starts], np.diff(starts, append=len(unit)))
    found = np.empty_like(inside)
    found[order] = inside
    return found


def _is_first(tally: Tally, rows: Flags) -> Flags:
    """(R,) whether a row is its unit's first among some rows."""
    found = np.zeros(len(tally), np.bool_)
    places = np.flatnonzero(rows)
    found[places[np.unique(tally.unit[places], return_index=True)[1]]] = True
    return found


def _log(above: Floats, below: Floats) -> Floats:
    """0 where there is nothing yet: nothing is said there."""
    some = (above > 0) & (below > 0)
    return np.log(np.divide(above, below, out=np.ones_like(above), where=some))


def _check(tally: Tally, metric: Metric, planned: float, found: Peeks) -> None:
    end = lift(tally, metric, (1, 0), planned)
    assert end.is_known == bool(found.known[-1])
    if end.is_known:
        assert np.allclose([end.low, end.high], [found.low[-1], found.high[-1]], rtol=1e-6)
