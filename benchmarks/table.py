"""How a benchmark says what it measured: rows of one table, ratios taken in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measured figure beside what it must and what it should reach, each as people read it."""

    what: str
    against: str
    measured: str
    must: str = ""
    aim: str = ""


def markdown(title: str, command: str, rows: Sequence[Row]) -> str:
    """The rows as a table for `docs/benchmarks.md`."""
    lines = [f"## {title}", "", f"`{command}`", "", "| what | against | measured | must | aim |"]
    lines += ["|---|---|---|---|---|"]
    lines += [f"| {r.what} | {r.against} | {r.measured} | {r.must} | {r.aim} |" for r in rows]
    return "\n".join([*lines, ""])


def paired(
    a: Callable[[], object], b: Callable[[], object], runs: int = 5
) -> tuple[float, float, float]:
    """Time `a` and `b` in turn, A B A B ..., after one warm-up of each.

    Returns: median seconds of a, of b, and the median of the ratios a/b pair by pair: the ratio is
    the figure to quote, since the machine's speed drifts.
    """
    a(), b()
    pairs = [(_seconds(a), _seconds(b)) for _ in range(runs)]
    return (
        statistics.median(pair[0] for pair in pairs),
        statistics.median(pair[1] for pair in pairs),
        statistics.median(pair[0] / pair[1] for pair in pairs),
    )


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
