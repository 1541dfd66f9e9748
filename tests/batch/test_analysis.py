"""What is kept of a video renders the same bytes as the video looked over anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drawn import cuts, pieces
from gifworthy.batch.analysis import Analysis, packed, reduced, unpacked
from gifworthy.encoders import ENCODERS
from gifworthy.errors import BatchUnreadable
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.reduced import greys
from gifworthy.render import render
from gifworthy.settings import Settings
from gifworthy.types import Cover, Style
from gifworthy.video import open_video

STYLES = (
    Style(width=64, fps=5, seconds=1),
    Style(width=64, fps=10, seconds=1.5, aspect=1.0, format="webp"),
    Style(width=48, fps=5, seconds=4, loop="crossfade"),
)


def analysed(source: Path, plan: Plan) -> Analysis:
    maker = CoverMaker.load(plan, Settings(threads=1))
    with maker.open(source) as video:
        board = maker.choose(video)
        return Analysis(board, reduced(video.scan), ("it rattles",), b"ends")


def rendered(source: Path, plan: Plan, style: Style, known: Analysis | None) -> Cover:
    maker = CoverMaker.load(plan, Settings(threads=1))
    with maker.open(source, scan=known.scan if known else None) as video:
        board = known.storyboard if known else maker.choose(video)
        return render(video, board, ENCODERS[style.format](), style)


@pytest.mark.parametrize(
    ("source", "plan"), [(pieces, Plan()), (cuts, Plan(selector="storyline", shots=2))]
)
def test_a_kept_analysis_renders_the_same_bytes(source: Callable[[], Path], plan: Plan) -> None:
    known = unpacked(packed(analysed(source(), plan)))
    for style in STYLES:
        fresh, again = (rendered(source(), plan, style, one) for one in (None, known))
        assert again.data == fresh.data
        assert again.poster == fresh.poster
        assert (again.frames, again.notes, again.seam) == (fresh.frames, fresh.notes, fresh.seam)


def test_an_analysis_comes_back_exactly() -> None:
    made = analysed(pieces(), Plan())
    back = unpacked(packed(made))
    assert back.storyboard == made.storyboard
    assert (back.warnings, back.ends) == (("it rattles",), b"ends")
    assert back.scan.words == made.scan.words
    assert back.scan.bounds == made.scan.bounds
    assert back.scan.transitions == made.scan.transitions
    for name in ("times", "motion", "moving", "sharpness", "cuts", "sums", "marks", "loudness"):
        np.testing.assert_array_equal(getattr(back.scan, name), getattr(made.scan, name))
    assert packed(back) == packed(made)


def test_greys_are_the_mean_of_every_fourth_pixel() -> None:
    with open_video(cuts()) as video:
        expected = video.scan.frames[:, ::4, ::4].mean(-1).reshape(len(video.scan), -1)
        np.testing.assert_array_equal(greys(video.scan), expected)
        np.testing.assert_array_equal(greys(reduced(video.scan)), expected)


@pytest.mark.parametrize("spoil", ["cut", "rubbish", "empty"])
def test_a_damaged_analysis_says_so(spoil: str) -> None:
    whole = packed(analysed(cuts(), Plan()))
    data = {"cut": whole[: len(whole) // 2], "rubbish": b"PK" + whole[::-1], "empty": b""}[spoil]
    with pytest.raises(BatchUnreadable, match="analyse the video again"):
        unpacked(data)
