from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from drawn import cuts
from gifworthy.pictures import contact_sheet, ranking_sheet
from gifworthy.pipeline import Candidate, Ranking
from gifworthy.types import Clip, Reason, Refusal, Segment
from gifworthy.video import open_video


def opened(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def test_a_contact_sheet_shows_every_frame_in_reading_order() -> None:
    frames = np.zeros((5, 20, 40, 3), np.uint8)
    frames[:, ..., 0] = np.arange(5)[:, None, None] * 50
    sheet = opened(contact_sheet(Clip(frames, np.arange(5) / 2), columns=3, width=80))
    assert sheet.shape == (2 * (40 + 16), 3 * 80, 3)
    middles = [sheet[36, 40], sheet[36, 120], sheet[36, 200], sheet[92, 40], sheet[92, 120]]
    assert [int(m[0]) for m in middles] == [0, 50, 100, 150, 200]
    assert (sheet[92, 200] == 255).all(), "nothing where there is no frame"


def test_a_contact_sheet_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        contact_sheet(Clip(np.zeros((0, 2, 2, 3), np.uint8), np.zeros(0)))


CANDIDATES = (
    Candidate(Segment(6, 8), 0.75, (Reason("motion", 1.0), Reason("dark", -0.25))),
    Candidate(Segment(0, 2), 0.5, (Reason("motion", 0.5),)),
    Candidate(Segment(3.4, 6), -0.5, (Reason("dark", -0.5),)),
    Candidate(Segment(2, 3.4), None, refused=Refusal("black", 1.0)),
)


def test_a_ranking_sheet_shows_bars_where_the_pieces_are() -> None:
    """Columns of the best piece hold ink of its bar; those of the refused piece hold none."""
    with open_video(cuts(), "fast") as video:
        sheet = opened(ranking_sheet(video, Ranking("cuts.mp4", 8.0, "signals", CANDIDATES)))
    height, width, _ = sheet.shape
    plot = sheet[int(height * 0.44) : int(height * 0.84)]
    motion = (np.abs(plot - np.array((0x3D, 0x7E, 0xA6))).max(axis=2) < 12).sum(axis=0)

    def bar_at(seconds: float) -> int:
        return int(motion[round((0.055 + 0.93 * seconds / 8.0) * width)])

    assert bar_at(7.6) == pytest.approx(2 * bar_at(1.6), rel=0.05)
    assert bar_at(1.6) > 50
    assert bar_at(2.4) == bar_at(5.6) == 0


@pytest.mark.parametrize("kept", [0, 1, 3, 4], ids=lambda n: f"{n} candidates")
def test_a_ranking_sheet_of_few_or_no_candidates(kept: int) -> None:
    few = tuple(c for c in CANDIDATES[:kept]) or CANDIDATES[3:]
    with open_video(cuts(), "fast") as video:
        sheet = opened(ranking_sheet(video, Ranking("cuts.mp4", 8.0, "signals", few)))
    assert sheet.std() > 5


def test_no_window_and_no_global_state() -> None:
    import sys

    with open_video(cuts(), "fast") as video:
        ranking_sheet(video, Ranking("cuts.mp4", 8.0, "signals", CANDIDATES))
    assert "matplotlib.pyplot" not in sys.modules
