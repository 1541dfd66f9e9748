"""From labels to what is learned from: each video cut into pieces, and how good people found each.

Shape letters: N segments of a video, M segments of all videos, D numbers of a vector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judging import Trial
from gifworthy.learning.manifest import Case
from gifworthy.protocols import Pieces
from gifworthy.types import Floats, Segment

Inputs = NDArray[np.float32] | NDArray[np.uint8]


@dataclass(frozen=True)
class Example:
    """One video, cut into pieces, and how good people found each.

    case: its labels, with `video`, `who`, `topic`, `duration`. segments: in order of time.
    values: (N,) how good by the labels, on the data set's own scale (of GIFs: the share of the
        segment that lies in one, 0..1; of ratings: 0 bad, 1 average, 2 good).
    first: the row of its first segment in `Examples.inputs`; the others follow.
    trial: judges scores of these segments as the data set's benchmark does. file: the video, if here.
    """

    case: Case
    segments: tuple[Segment, ...]
    values: Floats
    first: int
    trial: Trial = field(repr=False)
    file: Path | None = None

    def __len__(self) -> int:
        return len(self.segments)

    @property
    def rows(self) -> NDArray[np.intp]:
        """(N,) its rows in `Examples.inputs`."""
        return np.arange(self.first, self.first + len(self.segments))

    @property
    def duration(self) -> float:
        """Seconds; a video whose duration is not known lasts until its last segment."""
        return self.case.duration if self.case.duration > 0 else self.segments[-1].end


@dataclass(frozen=True)
class Examples:
    """What a recipe learns from, and what it is watched on. No video and no viewer is in both.

    inputs: what was read of every segment, row by row: (M, D) float32, (M, T, S, S, 3) uint8 or
        (M, 0); mapped from disk, so index it with the rows of a batch and never copy the whole.
    """

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    inputs: Inputs = field(repr=False)

    def pieces(self, example: Example) -> Pieces:
        """One video as a scorer will see it."""
        last = example.first + len(example)
        inputs, case = self.inputs[example.first : last], example.case
        return Pieces(example.segments, example.duration, inputs, case.topic, case.tags)

    def at(self, row: int) -> Example:
        """Whose row that is."""
        place = int(np.searchsorted(self._firsts, row, side="right")) - 1
        return self._in_order[place]

    @cached_property
    def _in_order(self) -> tuple[Example, ...]:
        return tuple(sorted(self.train + self.validation, key=lambda example: example.first))

    @cached_property
    def _firsts(self) -> NDArray[np.intp]:
        return np.array([example.first for example in self._in_order])
