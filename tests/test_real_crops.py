"""Where a crop of a real video begins."""

from __future__ import annotations

from pathlib import Path

from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import Style


def test_a_loop_begins_with_the_thing_not_beside_it(videos: Path) -> None:
    """Cups are lifted on the left first; to end where it begins the box would have to begin beside them."""
    style = Style(width=120, fps=8, seconds=3, up_to=10, aspect=3 / 4)
    cover = CoverMaker.load(Plan(), Settings()).make(videos / "sam2_02_cups.mp4", style)
    (crop,) = cover.crops
    assert crop is not None
    assert crop.boxes[0, 0] < 0.25
