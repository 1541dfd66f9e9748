"""Faces on a real video, and none where there are none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

import drawn
from gifworthy.faces import faces
from gifworthy.video import open_video


def test_a_texture_has_no_face() -> None:
    assert (
        faces(cv2.cvtColor(drawn.textured(1, 320, 180), cv2.COLOR_RGB2GRAY).astype(np.uint8)) == ()
    )


def test_the_woman_with_the_hat_is_found(videos: Path) -> None:
    with open_video(videos / "mdn_cc0_friday.mp4") as video:
        picture = video.frames_at(np.array([video.duration * 0.1]), width=320).frames[0]
    found = faces(np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8))
    assert any(0.6 < face.centre[0] < 0.85 and 0.1 < face.centre[1] < 0.35 for face in found)
