"""Video2GIF (Gygli, Song, Cao, CVPR 2016): how well each segment would do as a GIF."""

from __future__ import annotations

from typing import ClassVar

from gifworthy.contextual import ContextualScorer


class Video2Gif(ContextualScorer):
    """The Robust Deep RankNet over vectors of a 3D-CNN; `models/video2gif.py` draws the net.

    The numbers compare inside one video only: that is all it was taught.
    """

    name: ClassVar[str] = "video2gif"
    recipe: ClassVar[str] = "video2gif"
