"""Windows that slide: which frames a strip holds, which it maps, and that it depends on nobody else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gifworthy.sliding import (
    Around,
    Strip,
    frame_at,
    frames_in,
    inside,
    moment_of,
    strip_after,
    strip_length,
    strip_of,
    strips,
    targets_in,
)
from gifworthy.types import Segment


def test_a_strip_of_one_target_is_a_window() -> None:
    strip = Strip(31, 1, backwards=False)
    assert strip.frames.tolist() == list(range(32))
    assert strip.mapped.tolist() == [31]


def test_neighbouring_windows_share_a_strip() -> None:
    strip = Strip(40, 3, backwards=False)
    assert (strip.frames[0], strip.frames[-1]) == (9, 56)
    assert strip.mapped.tolist() == [40, 48, 56]
    assert len(strip.frames) == strip_length(3) == 48
    assert targets_in(48) == 3


def test_without_31_frames_before_it_a_target_is_looked_at_backwards() -> None:
    strip = strip_of(8, 1)
    assert strip.backwards
    assert strip.frames.tolist() == list(range(39, 7, -1))
    assert strip.mapped.tolist() == [8]


@given(st.integers(0, 500), st.integers(1, 6))
def test_every_frame_is_mapped_by_its_own_strip(frame: int, targets: int) -> None:
    strip = strip_of(frame, targets)
    assert frame in strip.mapped
    assert strip.frames.min() >= 0
    assert strip.backwards == (frame < 31)
    place = strip.mapped.tolist().index(frame)
    window = strip.frames[8 * place : 8 * place + 32]
    assert window[-1] == frame
    assert sorted(np.abs(window - frame)) == list(range(32))


@given(st.integers(0, 500), st.integers(1, 6))
def test_every_frame_is_mapped_from_what_comes_after_it(frame: int, targets: int) -> None:
    strip = strip_after(frame, targets)
    assert strip.backwards
    place = strip.mapped.tolist().index(frame)
    window = strip.frames[8 * place : 8 * place + 32]
    assert window.tolist() == list(range(frame + 31, frame - 1, -1))
    if frame < 31:
        assert strip_of(frame, targets).backwards


@given(st.sets(st.integers(0, 200), min_size=1), st.integers(1, 4))
def test_who_else_is_wanted_does_not_change_a_strip(wanted: set[int], targets: int) -> None:
    together = set(strips(wanted, targets))
    assert together == {strip for frame in wanted for strip in strips([frame], targets)}


def test_each_eighth_frame_is_held_by_few_strips() -> None:
    """100 maps of 5 a strip: 20 strips and one backwards, not 100 windows."""
    found = list(strips(range(0, 800, 8), 5))
    assert len(found) == 21
    assert sum(strip.backwards for strip in found) == 1


def test_frames_are_looked_at_in_their_middle() -> None:
    assert moment_of(np.array([0, 1]), 10.0).tolist() == pytest.approx([0.05, 0.15])
    assert frame_at(np.array([0.0, 0.05, 0.16]), 10.0).tolist() == [0, 0, 1]
    assert frames_in(2.0, 12.5) == 25
    assert frames_in(0.01, 12.5) == 1


def test_the_strip_of_a_segment_maps_what_lies_around_its_middle() -> None:
    around = Around.of(Segment(10.0, 12.0), targets=3, rate=10.0)
    assert around.mapped.tolist() == pytest.approx([10.2, 11.0, 11.8])
    assert len(around.moments) == 48
    assert (np.diff(around.moments) > 0).all()
    assert around.moments[-1] == pytest.approx(11.8)


def test_at_the_beginning_the_strip_of_a_segment_runs_backwards() -> None:
    around = Around.of(Segment(0.0, 2.0), targets=3, rate=10.0)
    assert around.mapped.tolist() == pytest.approx([1.8, 1.0, 0.2])
    assert (np.diff(around.moments) < 0).all()
    assert around.moments.min() >= 0


def test_moments_outside_a_segment_do_not_stand_for_it() -> None:
    moments = np.array([0.5, 1.0, 1.5])
    assert inside(Segment(0.9, 1.5), moments).tolist() == [False, True, False]
    assert inside(Segment(1.1, 1.2), moments).tolist() == [False, True, False]
