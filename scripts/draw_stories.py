"""Strips for docs/models/gevaden.md: every scene of a drawn video, and below it the three shots of its cover.

python scripts/draw_stories.py MODEL VIDEO ... -o docs/pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from gifworthy.learning.telling import ingredients
from gifworthy.segmenters.seconds import Seconds
from gifworthy.settings import Settings
from gifworthy.trained import open_selector
from gifworthy.types import Frames
from gifworthy.video import open_video

WIDTH, SCENE, EDGE = 72, 2, 4


def main() -> None:
    *given, _, out = sys.argv[1:]
    for number, path in enumerate(given[1:], 1):
        place = Path(out) / f"story-{number}.png"
        Image.fromarray(strip(Path(given[0]), Path(path))).save(place, optimize=True)


def strip(model: Path, path: Path) -> Frames:
    """(H, W, 3): a row of scenes, a row of shots as they are shown."""
    selector = open_selector(model, ingredients(Settings()))
    with open_video(path, "fast") as video:
        board = selector.select(video, Seconds().segment(video))
        scenes = video.frames_at(np.arange(SCENE / 2, video.duration, SCENE), WIDTH).frames
        moments = np.array([highlight.segment.middle for highlight in board])
        order = moments.argsort()
        shots = video.frames_at(moments[order], 2 * WIDTH).frames[order.argsort()]
    upper, lower = np.concatenate(list(scenes), axis=1), np.concatenate(list(shots), axis=1)
    picture = np.full((len(upper) + EDGE + len(lower), upper.shape[1], 3), 255, np.uint8)
    picture[: len(upper)] = upper
    picture[len(upper) + EDGE :, : lower.shape[1]] = lower
    return picture


if __name__ == "__main__":
    main()
