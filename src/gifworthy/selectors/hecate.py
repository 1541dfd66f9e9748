"""Hecate: the published way to find highlights, a baseline to be measured against."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gifworthy.choosing import in_time
from gifworthy.models.hecate import Mask, Measures, Run, measure, shots, valid_frames
from gifworthy.models.hecate_highlights import Lengths, highlights
from gifworthy.protocols import Ingredients
from gifworthy.types import Floats, Frames, Highlight, Segment, Storyboard
from gifworthy.video import Video

LONGEST_SIDE = 160
MARGIN_SECONDS = 0.5
SHOT_SECONDS = 2.0
SHORTEST_SECONDS, LONGEST_SECONDS = 1.5, 4.5
BATCH = 768


@dataclass(frozen=True)
class Hecate:
    """Highlights as the published program finds them (see `models/hecate.py`).

    It reads the video itself, every frame up to `most` (then every second, third ... one), and cuts
    its own segments, inside the video's bounds and outside its excluded spans. Of the segments given
    the longest is taken where Hecate finds none (the program writes no file then), and the storyboard
    says so.
    The margin at both ends is 0.5 s, as in the program when its settings start from zero; its authors
    meant 5 % at the beginning and 10 % at the end.

    Each highlight's score is one over its rank in Hecate's list.
    """

    count: int = 1
    seed: int = 0
    most: int = 6000

    @classmethod
    def load(cls, ingredients: Ingredients) -> Hecate:
        """With the number of highlights and the seed of the ingredients."""
        return cls(ingredients.count, ingredients.seed)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """At most `count` segments of its own, in the order of time."""
        moments = self._moments(video)
        measures = measure(_frames(video, moments))
        rate = len(moments) / video.bounds.duration
        margin = math.ceil(MARGIN_SECONDS * rate)
        valid = valid_frames(measures, (margin, margin)) & _allowed(video, moments)
        found = self._highlights(measures, valid, rate)
        if not found:
            longest = max(segments, key=lambda segment: segment.duration)
            return Storyboard((Highlight(longest, 0.0),), "hecate (found nothing: longest segment)")
        edges = np.append(moments, video.bounds.end)
        return in_time(
            (
                Highlight(Segment(float(edges[first]), float(edges[last])), 1 / rank)
                for rank, (first, last) in enumerate(found, 1)
            ),
            "hecate",
        )

    def _moments(self, video: Video) -> Floats:
        """The moments to look at: one a frame, fewer in a video of more than `most` frames."""
        bounds = video.bounds
        frames = max(1, round(bounds.duration * video.fps))
        step = -(-frames // self.most)
        return bounds.start + np.arange(0, frames, step) * bounds.duration / frames

    def _highlights(self, measures: Measures, valid: Mask, rate: float) -> list[Run]:
        lengths = Lengths(round(SHORTEST_SECONDS * rate), round(LONGEST_SECONDS * rate))
        spans = shots(measures, valid, max(1, round(SHOT_SECONDS * rate)))
        rng = np.random.default_rng(self.seed)
        return highlights(measures, spans, lengths, self.count, rng)


def _frames(video: Video, moments: Floats) -> Iterator[Frames]:
    longest = max(video.width, video.height)
    width = max(1, round(min(longest, LONGEST_SIDE) * video.width / longest))
    for start in range(0, len(moments), BATCH):
        yield from video.frames_at(moments[start : start + BATCH], width=width).frames


def _allowed(video: Video, moments: Floats) -> Mask:
    allowed = np.ones(len(moments), np.bool_)
    for span in video.excluded:
        allowed &= (moments < span.start) | (moments >= span.end)
    return allowed
