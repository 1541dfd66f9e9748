"""Draws the demonstration video: a short film in nine scenes, from code alone.

Calm landscapes, a title card, a window in which nothing happens, and one scene in which a small bear
juggles and leaps: what a cover should show is beyond doubt. The same bytes of picture every time.
"""

from __future__ import annotations

from gifworthy.sample.film import write_film
from gifworthy.sample.scenes import SCENES, Scene
from gifworthy.sample.sound import soundtrack

__all__ = ["SCENES", "Scene", "best_moment", "draw_sample"]


def draw_sample() -> bytes:
    """The demonstration video: an MP4 file, 640 x 360, with sound."""
    return write_film(SCENES, soundtrack(SCENES))


def best_moment() -> tuple[float, float]:
    """Where the lively scene begins and ends, in seconds: what a cover should show."""
    start = 0.0
    for scene in SCENES:
        if scene.is_lively:
            return start, start + scene.seconds
        start += scene.seconds
    raise AssertionError("the film has no lively scene")
