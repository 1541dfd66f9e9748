from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gifworthy.sampling import spread, ticks, windows
from gifworthy.types import Segment

segments = st.tuples(st.floats(0, 1e4), st.floats(0.01, 1e3)).map(
    lambda s: Segment(s[0], s[0] + s[1])
)


def test_spread_puts_each_moment_in_the_middle_of_its_share() -> None:
    assert spread(Segment(10, 14), 4).tolist() == [10.5, 11.5, 12.5, 13.5]


def test_ticks_are_a_player_s() -> None:
    assert ticks(Segment(1, 2), 4).tolist() == [1.0, 1.25, 1.5, 1.75]
    assert ticks(Segment(1, 1.01), 4).tolist() == [1.0]


def test_windows_keep_their_length() -> None:
    assert windows(Segment(0, 5), 3, 1) == (Segment(0, 3), Segment(1, 4), Segment(2, 5))
    assert windows(Segment(0, 2), 3, 1) == (Segment(0, 2),)


@given(segments, st.integers(1, 50))
def test_spread_stays_inside(segment: Segment, count: int) -> None:
    moments = spread(segment, count)
    assert len(moments) == count
    assert segment.start <= moments.min()
    assert moments.max() <= segment.end


@pytest.mark.parametrize("wrong", [0, -1])
def test_impossible_counts(wrong: int) -> None:
    with pytest.raises(ValueError, match="count"):
        spread(Segment(0, 1), wrong)
    with pytest.raises(ValueError, match="fps"):
        ticks(Segment(0, 1), wrong)
    with pytest.raises(ValueError, match="length and stride"):
        windows(Segment(0, 1), wrong, 1)
