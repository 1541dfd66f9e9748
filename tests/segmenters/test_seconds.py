"""Whole seconds, from the start of the bounds."""

from __future__ import annotations

from gifworthy.segmenters.seconds import Seconds
from gifworthy.types import Segment
from imagined import imagined


def test_whole_seconds_and_no_rest() -> None:
    pieces = Seconds().segment(imagined(4.7))
    assert pieces == tuple(Segment(float(n), n + 1.0) for n in range(4))


def test_less_than_a_second_is_one_piece() -> None:
    assert Seconds().segment(imagined(0.4)) == (Segment(0.0, 0.4),)
