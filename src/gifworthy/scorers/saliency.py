"""Plain video saliency as a scorer: what a trained PLD-VHD must beat, and its teacher."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gifworthy.mapping import Mapped, summed
from gifworthy.saliency import GAP, saliency
from gifworthy.sampling import spread
from gifworthy.settings import Settings
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video

WIDTH = 160
LOOKS_A_SECOND = 3.0
TOGETHER = 64


@dataclass(frozen=True)
class Saliency:
    """How much of a segment draws the eye. Needs no weights."""

    width: int = WIDTH

    @classmethod
    def load(cls, settings: Settings) -> Saliency:
        """Always ready."""
        del settings
        return cls()

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """The mean of the maps of some frames of each segment, in [0, 1], and where it is hot.

        Raises: VideoError.
        """
        moments = [spread(s, max(1, round(s.duration * LOOKS_A_SECOND))) for s in segments]
        if not segments:
            return Scores((), np.zeros(0))
        edges = np.cumsum([0, *map(len, moments)])
        frames = [np.arange(a, b) for a, b in pairwise(edges.tolist())]
        return summed(self._mapped(video, np.concatenate(moments)), frames, segments)

    def heat(self, video: Video, moments: Floats) -> Floats:
        """How much each place of each frame draws the eye: (M,) seconds -> (M, h, w) in 0..1.

        Raises: VideoError.
        """
        return np.stack([seen for _, _, seen in self._mapped(video, moments)]).astype(np.float64)

    def _mapped(self, video: Video, moments: Floats) -> Iterator[Mapped]:
        """Motion is never told across a cut: the first frames of a shot are looked at as if they stood."""
        shots = np.searchsorted(video.scan.cuts, moments, side="right")
        earlier = np.maximum(0.0, moments - GAP)
        same = (np.searchsorted(video.scan.cuts, earlier, side="right") == shots) & (
            earlier < moments
        )
        for first in range(0, len(moments), TOGETHER):
            some = slice(first, first + TOGETHER)
            shown = video.frames_at(
                np.concatenate([earlier[some], moments[some]]), self.width
            ).frames
            half = len(shown) // 2
            for place in range(half):
                at = first + place
                before = shown[place] if same[at] else None
                gap = float(moments[at] - earlier[at]) or GAP
                found = saliency(before, shown[half + place], gap).astype(np.float32)
                yield Mapped(at, float(found.mean()), found)
