"""Pieces of one length, wherever the cuts are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gifworthy.types import Segment
from gifworthy.video import Video


@dataclass(frozen=True)
class Fixed:
    """Pieces of `seconds` each: 5 s in PHD-GIFs, 2 s in TVSum's annotations, 1 s in GEVADEN.

    A remainder shorter than half a piece is joined to the last, so that no sliver is judged.
    """

    seconds: float = 5.0

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"seconds must be above 0, not {self.seconds}")

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Pieces that cover the video's bounds, in order of time."""
        bounds = video.bounds
        count = max(1, int(bounds.duration / self.seconds + 0.5))
        edges = bounds.start + self.seconds * np.arange(count + 1)
        edges[-1] = bounds.end
        return tuple(Segment(a, b) for a, b in pairwise(edges.tolist()))
