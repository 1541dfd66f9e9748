"""Strips of little pictures: which picture, and when."""

from __future__ import annotations

import numpy as np
import pytest

import drawn
from gifworthy.decoding import open_source
from gifworthy.learning.strips import Strip, strip, strips


def numbers(some: Strip) -> list[int]:
    return [drawn.number_of(picture) for picture in some.greys]


def test_a_stretch_has_the_pictures_shown_in_it_at_their_own_times() -> None:
    with open_source(drawn.numbered()) as source:
        found = strip(source, 0.5, 0.7)
    assert numbers(found) == [12, 13, 14, 15, 16, 17]
    assert found.times == pytest.approx(np.arange(12, 18) / 25, abs=1e-3)


def test_a_rate_thins_evenly() -> None:
    with open_source(drawn.numbered()) as source:
        found = strip(source, rate=5.0)
    assert numbers(found) == list(range(0, 48, 5))


def test_parts_are_the_whole() -> None:
    with open_source(drawn.numbered()) as source:
        parts = list(strips(source, together=20))
    assert [len(part) for part in parts] == [20, 20, 8]
    assert [n for part in parts for n in numbers(part)] == list(range(48))


def test_what_is_shown_at_a_moment() -> None:
    some = Strip(np.array([0.0, 0.5, 2.0]), np.zeros((3, 4, 4), np.uint8))
    assert some.places(np.array([-1.0, 0.0, 0.49, 0.5, 1.9, 9.0])).tolist() == [0, 0, 0, 1, 1, 2]
    assert some.thinned(2).times.tolist() == [0.0, 2.0]


def test_nothing_to_see_is_said() -> None:
    with open_source(drawn.numbered()) as source, pytest.raises(ValueError, match="no picture"):
        strip(source, 0.0, 0.0)
