"""What every part owes, over every name on every shelf: a new part is tested the moment it is listed."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import drawn
from drawn_comments import as_xml, crowd
from gifworthy.backbones import BACKBONES
from gifworthy.comments import CommentBook
from gifworthy.encoders import ENCODERS
from gifworthy.moments import Bounds, Moment
from gifworthy.protocols import Ingredients
from gifworthy.scorers import SCORERS
from gifworthy.segmenters import SEGMENTERS
from gifworthy.selectors import SELECTORS
from gifworthy.settings import Settings
from gifworthy.testing import (
    check_backbone,
    check_encoder,
    check_scorer,
    check_segmenter,
    check_selector,
)
from gifworthy.types import EFFORTS, Clip, Effort, Segment, Style
from gifworthy.video import open_video

VIDEOS: list[Callable[[], Path]] = [
    drawn.cuts,
    drawn.one_frame,
    drawn.half_second,
    drawn.with_sound,
]


def pieces(bounds: Segment) -> tuple[Segment, ...]:
    """Four equal parts of the bounds."""
    edges = np.linspace(bounds.start, bounds.end, 5).tolist()
    return tuple(Segment(a, b) for a, b in itertools.pairwise(edges))


@pytest.mark.parametrize("draw", VIDEOS)
@pytest.mark.parametrize("name", list(SEGMENTERS))
def test_segmenters(name: str, draw: Callable[[], Path]) -> None:
    with open_video(draw()) as video:
        check_segmenter(SEGMENTERS[name](), video)


@pytest.mark.parametrize("name", list(SEGMENTERS))
def test_segmenters_keep_to_the_bounds(name: str) -> None:
    with open_video(drawn.cuts(), bounds=Bounds(Moment(1.5), Moment(5.0))) as video:
        segments = check_segmenter(SEGMENTERS[name](), video)
        assert segments[0].start >= 1.5
        assert segments[-1].end <= 5.0


@pytest.mark.parametrize("draw", VIDEOS)
@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("name", [name for name in SCORERS if not hasattr(SCORERS[name], "open")])
def test_scorers(name: str, effort: Effort, draw: Callable[[], Path]) -> None:
    with open_video(draw(), effort) as video:
        scorer = SCORERS[name].load(Settings())
        check_scorer(scorer, video, pieces(video.bounds))
        check_scorer(scorer, video, (video.bounds,))


@pytest.mark.parametrize("draw", VIDEOS)
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    "name", [name for name in SELECTORS if not hasattr(SELECTORS[name], "open")]
)
def test_selectors(name: str, count: int, draw: Callable[[], Path], tmp_path: Path) -> None:
    settings = Settings()
    said = as_xml(crowd({0: 2, 1: 5, 4: 9, 6: 3}), tmp_path / "said.xml")
    ingredients = Ingredients(
        settings,
        lambda: SCORERS["signals"].load(settings),
        count,
        comments=CommentBook.of(said, [str(draw())]),
    )
    with open_video(draw()) as video:
        board = check_selector(SELECTORS[name].load(ingredients), video, pieces(video.bounds))
        assert 1 <= len(board) <= count


def bouncing(count: int, width: int = 64, height: int = 48) -> Clip:
    """A bright square that crosses a grey frame."""
    frames = np.full((count, height, width, 3), 90, np.uint8)
    for index, frame in enumerate(frames):
        left = index * (width - 16) // max(1, count - 1)
        frame[16:32, left : left + 16] = (250, 180, 20)
    return Clip(frames, np.arange(count) / 10)


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("name", list(ENCODERS))
def test_encoders(name: str, count: int) -> None:
    encoder = ENCODERS[name]()
    data = check_encoder(encoder, bouncing(count), Style(fps=10))
    if encoder.media_type.startswith("image/"):
        with Image.open(BytesIO(data)) as picture:
            assert picture.size == (64, 48)
            assert getattr(picture, "n_frames", 1) == count


@pytest.mark.parametrize("name", [name for name in BACKBONES if name == "pixels"])
def test_backbones_that_need_no_weights(name: str) -> None:
    check_backbone(BACKBONES[name](), [bouncing(16), bouncing(4), bouncing(1)])
