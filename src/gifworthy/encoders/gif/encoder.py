"""Clip -> GIF."""

from __future__ import annotations

import numpy as np

from gifworthy.encoders.gif.container import Picture, gif_file
from gifworthy.encoders.gif.pictures import Painter
from gifworthy.encoders.gif.stretches import stretches
from gifworthy.encoders.gif.visibility import price_of_change, visibility
from gifworthy.sampling import delays
from gifworthy.types import Clip, Frames, Style

CENTISECONDS = 100
FASTEST = 50.0
"""Frames a second: browsers play a delay below two centiseconds as ten."""


class Gif:
    """Animated GIF that loops for ever.

    Bytes are spent where they are seen. Every pixel's colour through time is cut into the stretches
    that minimise visible error + price x changes (`stretches`); between changes the pixel is
    transparent, which costs next to nothing. One price rules everything; `style.quality` sets it.
    """

    media_type = "image/gif"
    suffix = ".gif"

    def encode(self, clip: Clip, style: Style) -> bytes:
        """One GIF file.

        Args: clip: (T, H, W, 3) at its final size. style: `fps`, `quality` and `colours` are read;
        above 50 frames a second some are left out.
        """
        frames, fps = _playable(clip.frames, style.fps)
        price = price_at(style.quality)
        seen = visibility(frames)
        prices = price_of_change(frames, seen, price)
        painter = Painter(price, min(style.colours, 255), frames.shape[1:3])
        pictures = painter.paint(stretches(frames, seen, prices), prices)
        return gif_file(
            _held(pictures, delays(len(frames), fps, CENTISECONDS)), (clip.width, clip.height)
        )


def price_at(quality: int) -> float:
    """What one change of one pixel must save, in visible squared error: the quality scale.

    0.25 at 100, where what a change costs is hardly asked; 9 at 80, where differences are seen only
    side by side; 130 at 50, 3100 at 1. Finer steps at the top, where files grow fastest.
    """
    return float(0.25 * 10 ** (1.57 * ((100 - quality) / 20) ** 0.6))


def _playable(frames: Frames, fps: float) -> tuple[Frames, float]:
    if fps <= FASTEST:
        return frames, fps
    count = max(1, round(len(frames) * FASTEST / fps))
    return frames[np.arange(count) * len(frames) // count], FASTEST


def _held(pictures: list[Picture], delays: list[int]) -> list[tuple[Picture, int]]:
    """Pictures and their delays; a frame that changes nothing lengthens the one before."""
    held: list[tuple[Picture, int]] = []
    for picture, delay in zip(pictures, delays, strict=True):
        if held and not picture.changes and held[-1][1] + delay < 65536:
            held[-1] = held[-1][0], held[-1][1] + delay
        else:
            held.append((picture, delay))
    return held
