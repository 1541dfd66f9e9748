"""Set-wise ranking: every segment of a video beside all others; the modern choice beside Video2GIF."""

from __future__ import annotations

from typing import ClassVar

from gifworthy.contextual import ContextualScorer


class SetWise(ContextualScorer):
    """Vectors and relative position, attention among the segments of a video; see `models/setwise.py`.

    A segment's number depends on which others it is scored with.
    """

    name: ClassVar[str] = "setwise"
    recipe: ClassVar[str] = "setwise"
