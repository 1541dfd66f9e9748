"""Whose eyes a crop follows: a scorer's map when there is one, else plain saliency."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from gifworthy.framing import frame
from gifworthy.gaze import Through, gaze_named, gaze_of, plain
from gifworthy.settings import Settings
from gifworthy.types import Box, Clip, Floats, Highlight, Scores, Segment, Style
from gifworthy.video import Video
from imagined import imagined


@dataclass(frozen=True)
class Pointing:
    """A scorer whose map is hot in one place, and only between two moments."""

    place: float
    first: float = 0.0
    last: float = 99.0

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.zeros(len(segments)))

    def heat(self, video: Video, moments: Floats) -> Floats:
        maps = np.zeros((len(moments), 9, 32))
        lit = (moments >= self.first) & (moments < self.last)
        maps[lit, 4, round(self.place * 31)] = 0.6
        return maps


@dataclass(frozen=True)
class Blind:
    """A scorer without a map."""

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.zeros(len(segments)))


class Closer(Pointing):
    """Its closer look sees something elsewhere."""

    def heat_closely(self, video: Video, moments: Floats) -> Floats:
        return Pointing(0.9).heat(video, moments)


def test_a_crop_follows_the_closer_look_where_there_is_one() -> None:
    style = Style(seconds=2.0, aspect=9 / 16)
    gaze = Through(Closer(0.1))
    crop = frame(imagined(9.0), Highlight(Segment(2, 7), 1.0), style, gaze=gaze).crop
    assert crop is not None
    assert crop.boxes[0, 0] > 0.5


def test_a_scorer_with_a_map_is_followed_and_one_without_is_not() -> None:
    assert gaze_of(Blind()) is plain
    assert gaze_of(Pointing(0.9)) == Through(Pointing(0.9))


@pytest.mark.parametrize("place", [0.1, 0.5, 0.9])
def test_the_crop_lies_where_the_map_is_hot(place: float) -> None:
    style = Style(seconds=2.0, aspect=9 / 16)
    gaze = Through(Pointing(place))
    crop = frame(imagined(9.0), Highlight(Segment(2, 7), 1.0), style, gaze=gaze).crop
    assert crop is not None
    assert crop.is_still
    left, _, right, _ = crop.boxes[0]
    assert left <= place <= right
    assert place - left > 0.02 or left == 0


def test_the_map_says_when_too() -> None:
    style = Style(seconds=1.0, up_to=4.0, aspect=1.0)
    gaze = Through(Pointing(0.5, 4.0, 6.0))
    window = frame(imagined(9.0), Highlight(Segment(2, 8), 1.0), style, gaze=gaze).window
    assert window.start == pytest.approx(4.0, abs=0.6)
    assert window.end == pytest.approx(6.0, abs=0.6)


def test_plain_saliency_is_pulled_by_a_focus() -> None:
    clip = Clip(np.full((3, 90, 160, 3), 100, np.uint8), np.arange(3) / 8)
    video = imagined(1.0)
    pulled = plain(video, clip, Box(0.8, 0.4, 1.0, 0.6)) - plain(video, clip)
    assert pulled[0][:, 42:].sum() == pytest.approx(pulled[0].sum())


def test_a_name_without_a_map_is_refused() -> None:
    with pytest.raises(ValueError, match="signals scores whole pieces and has no map"):
        gaze_named("signals", Settings())
