"""Which of two is better, and when the data cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.learning.differences import differences
from gifworthy.learning.evaluate import Table, TableRow
from gifworthy.learning.judging import Metric


def table(*rows: tuple[str, list[float]], larger: bool = True) -> Table:
    """One metric, a value a case."""
    made = []
    for name, values in rows:
        column = np.array(values)[:, None]
        mean = np.nanmean(column, axis=0)
        made.append(TableRow(name, column, mean, mean, mean, len(values)))
    cases = tuple(f"v{place}" for place in range(len(rows[0][1])))
    return Table("drawn", (Metric("AP", larger),), tuple(made), cases, (), len(cases), ())


def test_a_small_but_steady_difference_is_found_where_the_spread_is_large() -> None:
    """Paired: the videos differ by much more than the two models do."""
    spread = np.linspace(0, 0.9, 30)
    found = differences(table(("a", list(spread + 0.05)), ("b", list(spread))), "a", "b")
    (metric,) = found.metrics
    assert metric.mean == pytest.approx(0.05)
    assert metric.low == pytest.approx(0.05)
    assert found.better(metric) == "a"
    assert found.verdict(metric) == "a is better"


def test_where_smaller_is_better_the_smaller_one_is() -> None:
    spread = np.linspace(0, 0.9, 30)
    rows = ("a", list(spread + 0.05)), ("b", list(spread))
    found = differences(table(*rows, larger=False), "a", "b")
    assert found.better(found.metrics[0]) == "b"


def test_noise_is_no_difference() -> None:
    random = np.random.default_rng(0)
    rows = ("a", list(random.random(40))), ("b", list(random.random(40)))
    found = differences(table(*rows), "a", "b")
    assert found.metrics[0].low < 0 < found.metrics[0].high
    assert "no difference" in found.verdict(found.metrics[0])


def test_few_cases_are_too_few_and_only_shared_ones_count() -> None:
    nan = float("nan")
    rows = ("a", [1.0, 1.0, nan, 1.0]), ("b", [0.0, 0.0, 0.0, nan])
    found = differences(table(*rows), "a", "b")
    assert found.count == found.metrics[0].count == 2
    assert found.verdict(found.metrics[0]) == "2 cases: too few to tell"
