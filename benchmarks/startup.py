"""How long does the command line keep a person waiting before it does anything?

    python -m benchmarks startup

Each command runs in a fresh process, in turn with `python -c pass`, with its bytecode cached; what
counts is how much longer it takes, as a median. Seconds of the processor stand beside seconds of the
clock: the former do not mind what else the machine does. The last row is not promised: it says what
`make` pays before it opens its video.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from benchmarks.table import Row, markdown

RUNS = 15
PASS = ("-c", "pass")
PROMISED = {
    "import gifworthy": ("-c", "import gifworthy"),
    "gifworthy --help": ("-m", "gifworthy", "--help"),
}
ALSO = {
    "gifworthy make --help": ("-m", "gifworthy", "make", "--help"),
    "what make imports": ("-c", "import gifworthy.pipeline"),
}


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock and of the processor."""

    clock: float
    processor: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(self.clock - other.clock, self.processor - other.processor)

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def __str__(self) -> str:
        return f"{self.clock:+.2f} s ({self.processor:+.2f} s of the processor)"


def main() -> None:
    """Measure and print the table."""
    more = {name: _more(command) for name, command in {**PROMISED, **ALSO}.items()}
    both = more["import gifworthy"] + more["gifworthy --help"]
    rows = [Row("both together", "python -c pass", str(both), "+0.5 s", "+0.2 s")]
    rows += [Row(f"`{name}`", "python -c pass", str(spent)) for name, spent in more.items()]
    print(markdown("Start-up", "python -m benchmarks startup", rows))


def _more(command: tuple[str, ...]) -> Spent:
    """How much more a command takes than nothing, the median of paired runs."""
    _run(command)
    pairs = [_run(command) - _run(PASS) for _ in range(RUNS)]
    return Spent(
        statistics.median(pair.clock for pair in pairs),
        statistics.median(pair.processor for pair in pairs),
    )


def _run(command: tuple[str, ...]) -> Spent:
    began, before = time.perf_counter(), _processor()
    quiet = {**os.environ, "PYTHONWARNINGS": "ignore"}
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL, env=quiet)
    return Spent(time.perf_counter() - began, _processor() - before)


def _processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime
