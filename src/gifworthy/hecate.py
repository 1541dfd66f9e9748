"""What Hecate sees of a video: the measures of its frames, which of them count, and its own shots.

Highlights and stills (`selectors/hecate.py`, `selectors/beautthumb.py`) are chosen from the same look.

Shape letters: T frames.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gifworthy.models.hecate import Mask, Measures, Run, measure, shots, valid_frames
from gifworthy.types import Floats, Frames
from gifworthy.video import Video

LONGEST_SIDE = 160
MARGIN_SECONDS = 0.5
SHOT_SECONDS = 2.0
BATCH = 768


@dataclass(frozen=True)
class HecateLook:
    """moments: (T,) seconds. rate: frames a second. spans: its shots, as runs of frames that count."""

    moments: Floats
    rate: float
    measures: Measures
    spans: list[Run]


def hecate_look(video: Video, most: int) -> HecateLook:
    """Every frame of a video, or every second, third ... one, so that they are at most `most`.

    Only what lies inside the bounds and outside the excluded spans counts. The margin at both ends is 0.5 s,
    as in the published program when its settings start from zero; its authors meant 5 % at the beginning and
    10 % at the end.
    """
    moments = _moments(video, most)
    measures = measure(_frames(video, moments))
    rate = len(moments) / video.bounds.duration
    margin = math.ceil(MARGIN_SECONDS * rate)
    valid = valid_frames(measures, (margin, margin)) & _allowed(video, moments)
    spans = shots(measures, valid, max(1, round(SHOT_SECONDS * rate)))
    return HecateLook(moments, rate, measures, spans)


def _moments(video: Video, most: int) -> Floats:
    bounds = video.bounds
    frames = max(1, round(bounds.duration * video.fps))
    step = -(-frames // most)
    return bounds.start + np.arange(0, frames, step) * bounds.duration / frames


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
