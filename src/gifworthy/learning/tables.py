"""Tables as people and programs read them."""

from __future__ import annotations

import json
import math

import numpy as np

from gifworthy.learning.evaluate import Table, TableRow
from gifworthy.learning.judging import Metric
from gifworthy.learning.metrics.intervals import bootstrap, means
from gifworthy.types import Floats


def as_text(table: Table, *, by_topic: bool = False) -> str:
    """The table in Markdown, per cent, with 95 % intervals, n, and what was skipped."""
    names = [f"{metric.name} {'↑' if metric.larger_is_better else '↓'}" for metric in table.metrics]
    lines = [_line(["", *names, "n"]), _line(["---"] * (len(names) + 2))]
    for row in table.rows:
        cells = [_cell(row, metric, column) for column, metric in enumerate(table.metrics)]
        lines.append(_line([row.name, *cells, f"{row.count} of {table.total}"]))
    if by_topic and table.topics:
        lines += ["", *_topic_lines(table)]
    lines += [f"skipped: {s.what}: {s.count} (first {s.first})" for s in table.skipped]
    return "\n".join([*lines, *table.notes])


def as_json(table: Table) -> str:
    """The table as one JSON object, in fractions; null where a metric says nothing."""
    rows = [
        {
            "name": row.name,
            "n": row.count,
            "metrics": {
                metric.name: {
                    "mean": _known(mean),
                    "low": _known(low),
                    "high": _known(high),
                    "n": count,
                }
                for metric, mean, low, high, count in zip(
                    table.metrics, row.means, row.low, row.high, row.known, strict=True
                )
            },
        }
        for row in table.rows
    ]
    skipped = [{"why": s.what, "count": s.count, "first": s.first} for s in table.skipped]
    judged = len(table.cases)
    return json.dumps(
        {
            "dataset": table.dataset,
            "judged": judged,
            "of": table.total,
            "rows": rows,
            "skipped": skipped,
            "notes": list(table.notes),
        }
    )


def difference(
    table: Table, first: str, second: str, seed: int = 0
) -> tuple[Floats, Floats, Floats]:
    """How much two rows differ on the cases that both were judged on: the paired bootstrap.

    Returns: (M,) mean of first less second, (M,) low and (M,) high of its 95 % interval.
    """
    apart = table.row(first).values_cm - table.row(second).values_cm
    low, high = bootstrap(apart, np.random.default_rng(seed), table.topics)
    return means(apart, table.topics), low, high


def _cell(row: TableRow, metric: Metric, column: int) -> str:
    scale = 100 if metric.per_cent else 1
    mean, low, high = (scale * values[column] for values in (row.means, row.low, row.high))
    if math.isnan(mean):
        return ""
    asked = "" if row.known[column] == row.count else f" n={row.known[column]}"
    digits = 1 if metric.per_cent else 2
    return f"{mean:.{digits}f} ({low:.{digits}f}–{high:.{digits}f}){asked}"


def _topic_lines(table: Table) -> list[str]:
    """The first metric, topic by topic."""
    topics = list(dict.fromkeys(table.topics))
    named = np.array(table.topics)
    lines = [_line([table.metrics[0].name, *topics]), _line(["---"] * (len(topics) + 1))]
    for row in table.rows:
        parts = [row.values_cm[named == topic, 0] for topic in topics]
        lines.append(_line([row.name, *(f"{100 * np.nanmean(part):.1f}" for part in parts)]))
    return lines


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(float(value), 6)


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
