"""What was seen once comes back exactly, and a cover is made from it without another look."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

import drawn
import gifworthy.video
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import plan_named
from gifworthy.scan import packed, unpacked
from gifworthy.settings import Settings
from gifworthy.types import Scan, Segment, Style


@pytest.fixture(scope="module")
def maker() -> CoverMaker:
    return CoverMaker.load(plan_named("signals"), Settings())


def test_every_field_comes_back_exactly(maker: CoverMaker) -> None:
    with maker.open(drawn.pieces()) as video:
        scan = replace(video.scan, transitions=(Segment(0.25, 0.5), Segment(2, 3)))
    back = unpacked(packed(scan))
    for field in fields(Scan):
        mine, theirs = getattr(scan, field.name), getattr(back, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == theirs.dtype, field.name
        np.testing.assert_array_equal(mine, theirs, field.name)
    assert back.bounds == scan.bounds
    assert back.transitions == scan.transitions


def test_a_cover_from_a_kept_scan_is_the_same_to_the_byte_and_scans_nothing(
    maker: CoverMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    with maker.open(drawn.pieces()) as video:
        board, kept = maker.choose(video), packed(video.scan)
        cover = maker.finish(video, board, Style(width=96)).cover
    monkeypatch.setattr(gifworthy.video, "scan_video", None)
    with maker.open(drawn.pieces(), scan=unpacked(kept)) as video:
        again = maker.finish(video, maker.choose(video), Style(width=96)).cover
    assert again.data == cover.data


def test_what_is_damaged_or_of_another_layout_is_said(maker: CoverMaker) -> None:
    with maker.open(drawn.pieces()) as video:
        kept = packed(video.scan)
    with pytest.raises(ValueError, match="no kept scan"):
        unpacked(kept[: len(kept) // 2])
    with pytest.raises(ValueError, match="no kept scan"):
        unpacked(b"GIF89a")
