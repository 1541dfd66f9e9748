"""A trained model, bound to each viewer whose history can be read as the model reads.

Shape letters: N segments of a video, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from gifworthy.learning.examples import Inputs
from gifworthy.learning.gathering import values_of
from gifworthy.learning.judging import Judge, Skipped, Trial
from gifworthy.learning.manifest import Case, Manifest
from gifworthy.learning.pairs import LEAST_OVERLAP
from gifworthy.learning.viewers import HISTORY, histories_of
from gifworthy.personal import PersonalScorer
from gifworthy.protocols import TrainedScorer
from gifworthy.types import Floats, History, Segment

Read = tuple[tuple[Segment, ...], Inputs]
Reading = Callable[[Case, Trial], Read | None]


def for_viewers(
    scorer: TrainedScorer, labels: Manifest, judge: Judge, read: Reading
) -> Callable[[str], TrainedScorer]:
    """Makes the scorer a viewer's; as it is for who has no history, or when it knows no viewers.

    Args: read: the segments and inputs of a video, None when it is not here; its timings still count.
    """
    if not isinstance(scorer, PersonalScorer):
        return lambda _: scorer
    histories = _seen(labels, judge, read)
    bound = {who: scorer.for_viewer(history) for who, history in histories.items()}
    return lambda who: bound.get(who, scorer)  # type: ignore[return-value]


def _seen(labels: Manifest, judge: Judge, read: Reading) -> Mapping[str, History]:
    """The history of each viewer, with the vectors of what was chosen in the videos that are here."""
    rows: dict[str, list[Floats]] = {}
    for case in labels.only(lambda label: label.role == HISTORY).cases:
        trial = judge.trial(case)
        found = None if isinstance(trial, Skipped) else read(case, trial)
        if found is not None and not isinstance(trial, Skipped):
            rows.setdefault(case.who, []).append(_chosen(trial, *found))
    return {
        who: replace(history, features=np.concatenate(rows[who])) if who in rows else history
        for who, history in histories_of(labels).items()
    }


def _chosen(trial: Trial, segments: tuple[Segment, ...], inputs: Inputs) -> Floats:
    """(H, F) of the segments that lie in GIFs; where none lies deep enough, of the one that lies deepest."""
    values = values_of(trial, np.array([(segment.start, segment.end) for segment in segments]))
    least = min(LEAST_OVERLAP, float(np.nanmax(values)) - 1e-9)
    return np.asarray(inputs[values > least], np.float64)
