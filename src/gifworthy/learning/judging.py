"""What it takes to judge scores by people's labels: metrics, trials, and the judge that makes them.

Shape letters: N spans to be scored, M metrics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from gifworthy.learning.manifest import Case, Label
from gifworthy.types import Floats


@dataclass(frozen=True)
class Metric:
    """One column of a table. Values are fractions that tables print as per cent, or plain numbers."""

    name: str
    larger_is_better: bool = True
    per_cent: bool = True


@dataclass(frozen=True)
class Skipped:
    """Why a case cannot be judged."""

    reason: str


class Trial(Protocol):
    """One case, made ready: what must be scored, and what a score is worth."""

    @property
    def spans(self) -> Floats:
        """(N, 2) start and end in seconds of what must be scored."""
        ...

    @property
    def takes_any_length(self) -> bool:
        """Whether the benchmark cuts and fills lists of scores that are too long or too short."""
        ...

    def judge(self, scores_n: Floats) -> Floats:
        """The metrics of some scores: (M,) fractions."""
        ...

    def oracle(self) -> Floats:
        """Scores that know the labels: (N,)."""
        ...

    def human(self) -> Floats | None:
        """The metrics of one person judged by the others: (M,); None where there is but one."""
        ...


Judged = Callable[[Case, Trial], Floats | None]
"""What one scorer is worth on one case: (M,), or None where it says nothing."""


class Judge(Protocol):
    """How one benchmark judges."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """The columns."""
        ...

    @property
    def by_topic(self) -> bool:
        """Whether topics count alike, however many videos each has."""
        ...

    def takes(self, label: Label) -> bool:
        """Whether a label belongs to what is judged."""
        ...

    def trial(self, case: Case) -> Trial | Skipped:
        """The case made ready, or why it cannot be judged."""
        ...


@runtime_checkable
class RivalledJudge(Protocol):
    """A judge that knows rivals of its own, and what others published."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Published figures, a line each."""
        ...

    def rivals(self) -> tuple[tuple[str, Judged], ...]:
        """Names of rows, and what makes them."""
        ...
