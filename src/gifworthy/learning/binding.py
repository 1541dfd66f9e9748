"""A scorer, bound to each viewer whose history can be read as the model reads.

Shape letters: N segments of a video, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.examples import Inputs
from gifworthy.learning.gathering import values_of
from gifworthy.learning.judging import Judge, Skipped, Trial
from gifworthy.learning.manifest import Case, Manifest
from gifworthy.learning.pairs import LEAST_OVERLAP, NEGATIVES
from gifworthy.learning.viewers import HISTORY, histories_of
from gifworthy.personal import PersonalScorer
from gifworthy.protocols import Scorer
from gifworthy.types import Floats, History, Segment

Read = tuple[tuple[Segment, ...], Inputs]
Reading = Callable[[Case, Trial], Read | None]
Scoring = TypeVar("Scoring", bound=Scorer)


def for_viewers(
    scorer: Scoring, labels: Manifest, judge: Judge, read: Reading
) -> Callable[[str], Scoring]:
    """Makes the scorer a viewer's; as it is for who has no history, or when it knows no viewers.

    Args: read: the segments and inputs of a video, None when it is not here; its timings still count.
    """
    if not isinstance(scorer, PersonalScorer):
        return lambda _: scorer
    histories = _seen(labels, judge, read)
    bound = {who: scorer.for_viewer(history) for who, history in histories.items()}
    return lambda who: bound.get(who, scorer)


@dataclass(frozen=True)
class _Chosen:
    """Of one video. chosen: (H, F). passed: (P, F), not chosen, each beside a row of `chosen`: (P,)."""

    chosen: Floats
    passed: Floats
    beside: NDArray[np.intp]


def _seen(labels: Manifest, judge: Judge, read: Reading) -> Mapping[str, History]:
    """The history of each viewer, with the vectors of what was chosen in the videos that are here."""
    seen: dict[str, list[_Chosen]] = {}
    for case in labels.only(lambda label: label.role == HISTORY).cases:
        trial = judge.trial(case)
        found = None if isinstance(trial, Skipped) else read(case, trial)
        if found is not None and not isinstance(trial, Skipped):
            seen.setdefault(case.who, []).append(_chosen(trial, *found))
    return {
        who: _with_looks(history, seen[who]) if who in seen else history
        for who, history in histories_of(labels).items()
    }


def _with_looks(history: History, videos: Sequence[_Chosen]) -> History:
    firsts = np.cumsum([0] + [len(video.chosen) for video in videos])
    return replace(
        history,
        features=np.concatenate([video.chosen for video in videos]),
        passed=np.concatenate([video.passed for video in videos]),
        beside=np.concatenate([f + v.beside for f, v in zip(firsts, videos, strict=False)]),
    )


def _chosen(trial: Trial, segments: tuple[Segment, ...], inputs: Inputs) -> _Chosen:
    """The segments that lie in GIFs; where none lies deep enough, the one that lies deepest."""
    values = values_of(trial, np.array([(segment.start, segment.end) for segment in segments]))
    least = min(LEAST_OVERLAP, float(np.nanmax(values)) - 1e-9)
    rows = np.asarray(inputs, np.float64)
    chosen, passed = rows[values > least], rows[values == 0]
    spread = np.linspace(0, len(passed) - 1, min(len(passed), NEGATIVES)).round().astype(np.intp)
    beside = np.repeat(np.arange(len(chosen)), len(spread))
    return _Chosen(chosen, np.tile(passed[spread], (len(chosen), 1)), beside)
