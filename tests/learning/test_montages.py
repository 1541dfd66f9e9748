"""GIFs of several shots are found shot by shot; GIFs of one span stay one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.alignment import Change, cut
from PIL import Image

import drawn
from gifworthy.learning.alignment import Aligner
from gifworthy.learning.datasets.pairs import Pairs
from gifworthy.learning.montages import find_all, likely_cuts
from gifworthy.learning.strips import Strip
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner.of((drawn.cuts(),), Settings())


def montage(path: Path, *starts: float) -> Path:
    """A GIF of a second from each start, 10 frames a second."""
    moments = np.concatenate([start + np.arange(10) / 10 for start in starts])
    with open_video(drawn.cuts()) as video:
        pictures = [Image.fromarray(frame) for frame in video.frames_at(moments, width=120).frames]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=100, loop=0)
    return path


@pytest.mark.parametrize("starts", [(0.4, 6.2), (6.2, 0.4), (3.6, 0.4, 6.6)])
def test_each_shot_is_found_in_showing_order(
    tmp_path: Path, aligner: Aligner, starts: tuple[float, ...]
) -> None:
    found = find_all(aligner, montage(tmp_path / "a.gif", *starts))
    assert [one.segment.start for one in found] == pytest.approx(starts, abs=0.15)
    assert [one.segment.end for one in found] == pytest.approx([s + 1 for s in starts], abs=0.15)


def test_each_shot_is_a_pair(tmp_path: Path) -> None:
    for folder in ("gifs", "videos"):
        (tmp_path / folder).mkdir()
    (tmp_path / "videos" / "cuts.mp4").write_bytes(drawn.cuts().read_bytes())
    montage(tmp_path / "gifs" / "two.gif", 0.4, 6.2)
    read = Pairs().telling(Settings(cache=tmp_path / "cache"), print).read(tmp_path)
    assert [label.item for label in read.labels] == ["two.gif", "two.gif"]
    assert [label.start for label in read.labels] == pytest.approx([0.4, 6.2], abs=0.15)


def test_a_span_with_cuts_in_it_is_one(tmp_path: Path, aligner: Aligner) -> None:
    cut(drawn.cuts(), Change(Segment(1.0, 6.0), speed=1.3, colours=16), tmp_path / "a.gif")
    (found,) = find_all(aligner, tmp_path / "a.gif")
    assert found.segment.start == pytest.approx(1.0, abs=0.2)


def test_a_foreign_gif_is_found_nowhere(tmp_path: Path, aligner: Aligner) -> None:
    cut(drawn.pieces(), Change(Segment(1.0, 3.0)), tmp_path / "a.gif")
    (found,) = find_all(aligner, tmp_path / "a.gif")
    assert found.video is None


def test_the_likeliest_cuts_are_where_the_picture_jumps() -> None:
    greys = np.repeat(np.array([10, 200, 90], np.uint8), 10)[:, None, None] * np.ones(
        (1, 4, 4), np.uint8
    )
    cuts = likely_cuts(Strip(np.arange(30) / 10, greys), 3.0)
    assert {1.0, 2.0} <= set(cuts)
