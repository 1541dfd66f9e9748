"""Pieces of one second, as GEVADEN's shots are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gifworthy.types import Segment
from gifworthy.video import Video


@dataclass(frozen=True)
class Seconds:
    """The whole seconds of a video; what is left at the end belongs to none.

    A video of less than a second is one piece.
    """

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Pieces of a second each from the start of the video's bounds on, in order of time."""
        bounds = video.bounds
        count = int(bounds.duration + 1e-6)
        if not count:
            return (bounds,)
        edges = [min(bounds.start + second, bounds.end) for second in range(count + 1)]
        return tuple(Segment(start, end) for start, end in pairwise(edges))
