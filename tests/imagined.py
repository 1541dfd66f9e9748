"""Videos that are only imagined: a scan and a function that draws the frame of any moment.

video = imagined(8.0, cuts=(4.0,), motion=lambda t: float(2 <= t < 3))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Clip, Floats, Scan, Segment
from gifworthy.video import Video

Picture = NDArray[np.uint8]
Draw = Callable[[float], Picture]
FPS = 25.0
HEIGHT, WIDTH = 54, 96


def dull(moment: float) -> Picture:
    """A still picture with some texture, so that no flaw is found in it."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    grey = 60 + 120 * ((down // 6 + across // 6) % 2)
    return np.stack([grey, grey, 255 - grey], -1).astype(np.uint8)


class Imagined(Video):
    """A video without a file; it counts how often it was asked for frames."""

    def __init__(self, scan: Scan, draw: Draw, excluded: tuple[Segment, ...]) -> None:
        self.source = self.name = "imagined"
        self.duration = scan.bounds.end
        self.fps = FPS
        self.effort = "fast"
        self.width, self.height = draw(0.0).shape[1::-1]
        self.bounds = scan.bounds
        self.excluded = excluded
        self.__dict__["scan"] = scan
        self.asked: list[Floats] = []
        self._draw = draw

    def frames_at(self, times: Floats, width: int | None = None) -> Clip:
        """The drawn frames, at their own size; like a real video's, each lasts 1/25 s."""
        del width
        self.asked.append(times)
        shown = np.floor(np.asarray(times) * FPS + 1e-6) / FPS
        return Clip(np.stack([self._draw(float(moment)) for moment in shown]), times)


def imagined(
    seconds: float,
    *,
    start: float = 0.0,
    cuts: tuple[float, ...] = (),
    motion: Callable[[float], float] = lambda t: 0.1,
    draw: Draw = dull,
    excluded: tuple[Segment, ...] = (),
) -> Imagined:
    """A video whose subject moves as `motion` says and whose frames `draw` draws."""
    times = np.arange(start, seconds, 1 / 8)
    frames = np.stack([draw(float(moment)) for moment in times])
    even = np.ones(len(times))
    moved = np.array([motion(float(moment)) for moment in times])
    scan = Scan(
        bounds=Segment(start, seconds),
        times=times,
        frames=frames,
        brightness=120 * even,
        contrast=50 * even,
        sharpness=20 * even,
        colourfulness=30 * even,
        change=5 * even,
        motion=moved,
        camera=0 * even,
        packets=even,
        cuts=np.array(cuts),
        key_times=np.array([start]),
        loudness=np.zeros(0),
    )
    return Imagined(replace(scan, moving=moved), draw, excluded)
