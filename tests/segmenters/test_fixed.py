"""Pieces of one length."""

from __future__ import annotations

import pytest

from gifworthy.segmenters.fixed import Fixed
from gifworthy.types import Segment
from imagined import imagined


@pytest.mark.parametrize(
    ("duration", "edges"),
    [
        (10.0, [0, 5, 10]),
        (12.0, [0, 5, 12]),
        (13.0, [0, 5, 10, 13]),
        (5.0, [0, 5]),
        (1.0, [0, 1]),
    ],
)
def test_edges(duration: float, edges: list[float]) -> None:
    segments = Fixed().segment(imagined(duration))
    assert [segment.start for segment in segments] == edges[:-1]
    assert segments[-1].end == edges[-1]


def test_bounds_are_kept() -> None:
    assert Fixed(2.0).segment(imagined(7.0, start=3.0)) == (Segment(3, 5), Segment(5, 7))


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan")])
def test_a_length_must_be_above_zero(seconds: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Fixed(seconds)
