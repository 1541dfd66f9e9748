"""Where to cut: the seconds of a segment worth showing, the loop seam, the crop path."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.cropping import CropPath, largest_box
from gifworthy.types import Highlight, Segment, Style
from gifworthy.video import Video

__all__ = ["CropPath", "Framing", "frame"]


@dataclass(frozen=True)
class Framing:
    """What is cut out of a video for one highlight.

    window: the seconds to show. crop: the box to show, or None for the whole frame. seam: mean grey
    jump 0..255 from the window's last frame to its first, or None when the loop is not closed so.
    """

    window: Segment
    crop: CropPath | None = None
    seam: float | None = None


def frame(video: Video, highlight: Highlight, style: Style) -> Framing:
    """Where to cut `highlight` out of the video for this style."""
    window = _window(video, highlight.segment, style.seconds)
    crop = None
    if style.aspect is not None:
        wide, high = largest_box(video.width, video.height, style.aspect)
        box = [(1 - wide) / 2, (1 - high) / 2, (1 + wide) / 2, (1 + high) / 2]
        crop = CropPath(np.array([window.start]), np.array([box]))
    return Framing(window, crop)


def _window(video: Video, segment: Segment, seconds: float) -> Segment:
    seconds = min(seconds, video.bounds.duration)
    start = np.clip(segment.middle - seconds / 2, video.bounds.start, video.bounds.end - seconds)
    return Segment(float(start), float(start) + seconds)
