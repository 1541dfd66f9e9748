"""Segments of a batch of videos, and which of them beats which: for nets too large to see a segment twice.

A list of pairs shows every segment as often as it has rivals. Here some segments of each video are drawn,
each passes the net once, and every pair among them counts.

Shape letters: N segments of a video, M segments that were drawn, P pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.examples import Example
from gifworthy.learning.recipe import Rows


@dataclass(frozen=True)
class Compared:
    """Segments that were drawn. rows: (M,) in `Examples.inputs`. better, worse: (P,) places among them."""

    rows: Rows
    better: Rows
    worse: Rows


def comparable(examples: Sequence[Example], gap: float) -> Rows:
    """The first row of every video that has two segments whose values are `gap` apart: (P, 1).

    Raises: LabelsNotFound when no video has.
    """
    found = [example.first for example in examples if np.ptp(example.values) >= gap]
    if not found:
        raise LabelsNotFound(
            f"none of {len(examples)} videos has two segments whose labels are {gap:g} apart; give other "
            f"labels or a smaller gap"
        )
    return np.array(found, np.intp)[:, None]


def compared(
    examples: Sequence[Example], most: int, gap: float, random: np.random.Generator
) -> Compared:
    """Draw at most `most` segments of each video, among them two that differ by `gap`, and pair them.

    Args: examples: each of which `comparable` names. most: at least 2.
    """
    rows, better, worse, count = [], [], [], 0
    for example in examples:
        places = _drawn(example, most, gap, random)
        above, below = np.nonzero(_apart(example, places) >= gap)
        rows.append(example.first + places)
        better.append(above + count)
        worse.append(below + count)
        count += len(places)
    return Compared(np.concatenate(rows), np.concatenate(better), np.concatenate(worse))


def _drawn(example: Example, most: int, gap: float, random: np.random.Generator) -> Rows:
    """Places of some segments in their video, in order of time."""
    everything = np.arange(len(example))
    if len(everything) <= most:
        return everything
    above, below = np.nonzero(_apart(example, everything) >= gap)
    chosen = int(random.integers(len(above)))
    pair = np.array([above[chosen], below[chosen]])
    others = random.permutation(np.setdiff1d(everything, pair))[: most - 2]
    return np.sort(np.concatenate([pair, others]))


def _apart(example: Example, places: Rows) -> np.ndarray:
    values = example.values[places]
    return np.asarray(values[:, None] - values[None])
