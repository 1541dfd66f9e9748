"""A viewer's labels as the history that a scorer is bound to.

Shape letters: H choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from gifworthy.learning.manifest import Case, Label, Manifest
from gifworthy.types import History

HISTORY = "history"


def history_of(cases: Sequence[Case]) -> History:
    """Where the choices of some videos lie; how they look is not known."""
    labels = [label for case in cases for label in case.labels]
    numbers = [number for number, case in enumerate(cases) for _ in case.labels]
    lengths = np.array([label.duration for label in labels], np.float64)
    middles = np.array([(label.start + label.end) / 2 for label in labels], np.float64)
    seconds = np.array([label.end - label.start for label in labels], np.float64)
    return History(
        np.empty((len(labels), 0)),
        np.clip(middles / lengths, 0.0, 1.0),
        seconds,
        lengths,
        np.array(numbers, np.intp),
    )


def histories_of(manifest: Manifest) -> Mapping[str, History]:
    """The history of each viewer that has one, where taste is personal."""
    cases: dict[str, list[Case]] = {}
    if manifest.personal:
        for case in manifest.only(_is_history).cases:
            cases.setdefault(case.who, []).append(case)
    return {who: history_of(own) for who, own in cases.items()}


def _is_history(label: Label) -> bool:
    return label.role == HISTORY
