"""Three shots of real videos: different, apart, worth showing, and in an order that makes sense."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.distinct_shots import FOLDER, films, shown_by

from gifworthy.video import open_video

FIXED_CAMERA = ("sam2_01_dog.mp4",)
"""A small dog before a camera that never moves: as a whole all its pictures are alike."""
SHORT = 10.0


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.exists(), reason="the real videos are not beside the project")
@pytest.mark.parametrize("path", films(), ids=lambda path: path.name)
def test_three_shots_of_a_real_video(path: Path) -> None:
    shown = shown_by(path, ("storyline",))["storyline"]
    assert shown.pairs == 3
    assert shown.refused == 0
    assert shown.backwards == 0
    if path.name not in FIXED_CAMERA:
        assert shown.alike == 0
    with open_video(path) as video:
        if video.duration >= SHORT:
            assert shown.near == 0
