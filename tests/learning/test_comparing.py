"""Which segments of a video are drawn, and which of them beats which."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.comparing import comparable, compared
from gifworthy.learning.examples import Example
from gifworthy.learning.judges.graded import GradedTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.types import Segment

GOOD, AVERAGE, BAD = 2.0, 1.0, 0.0


def video(first: int, *values: float) -> Example:
    """Segments of a second each, rated so."""
    segments = tuple(Segment(float(i), i + 1.0) for i in range(len(values)))
    spans = np.array([(s.start, s.end) for s in segments])
    trial = GradedTrial(spans, np.array([values]), has_bad_cases=True)
    case = Case("v", "", "", (Label("v", 0, 1, 0, "drawn:1", duration=float(len(values))),))
    return Example(case, segments, np.array(values), first, trial)


def pairs(
    *examples: Example, most: int = 8, gap: float = 0.5, seed: int = 0
) -> set[tuple[int, int]]:
    """(better, worse) as rows."""
    found = compared(examples, most, gap, np.random.default_rng(seed))
    better, worse = found.rows[found.better], found.rows[found.worse]
    return set(zip(better.tolist(), worse.tolist(), strict=True))


def test_three_levels_make_three_kinds_of_pairs() -> None:
    """Good over average, good over bad, average over bad; never the other way, never alike."""
    assert pairs(video(0, AVERAGE, GOOD, BAD)) == {(1, 0), (1, 2), (0, 2)}
    assert pairs(video(0, GOOD, GOOD, BAD)) == {(0, 2), (1, 2)}


def test_segments_of_two_videos_are_never_compared() -> None:
    assert pairs(video(0, GOOD, BAD), video(2, BAD, GOOD)) == {(0, 1), (3, 2)}


def test_raters_who_nearly_agree_make_no_pair() -> None:
    """The means of three raters: 5/3, 4/3 and 1/3."""
    assert pairs(video(0, 5 / 3, 4 / 3, 1 / 3)) == {(0, 2), (1, 2)}


def test_of_a_long_video_some_are_drawn_and_a_pair_is_always_among_them() -> None:
    """One good segment among a hundred bad ones."""
    values = [BAD] * 100
    values[37] = GOOD
    for seed in range(20):
        found = pairs(video(1000, *values), most=4, seed=seed)
        assert {better for better, _ in found} == {1037}
        assert len(found) == 3
    assert pairs(video(0, *values), most=4, seed=1) != pairs(video(0, *values), most=4, seed=2)


def test_each_segment_is_drawn_once() -> None:
    found = compared([video(0, *range(30))], 8, 0.5, np.random.default_rng(3))
    assert len(set(found.rows.tolist())) == len(found.rows) == 8
    assert len(found.better) == 8 * 7 / 2


def test_videos_without_a_pair_are_passed_over() -> None:
    alike, good = video(0, BAD, BAD), video(2, GOOD, BAD)
    assert comparable((alike, good), 0.5).tolist() == [[2]]


def test_no_video_with_a_pair_is_said() -> None:
    with pytest.raises(LabelsNotFound, match=r"none of 2 videos .* 0\.5 apart"):
        comparable((video(0, BAD, BAD), video(2, GOOD)), 0.5)
