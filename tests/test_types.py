from __future__ import annotations

import numpy as np
import pytest

from gifworthy.types import Box, Clip, Scan, Scores, Segment, Storyboard, Style


@pytest.mark.parametrize(
    ("start", "end"),
    [(1.0, 1.0), (2.0, 1.0), (-0.1, 1.0), (0.0, float("inf")), (float("nan"), 1.0)],
)
def test_a_segment_needs_ordered_finite_ends(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="segment needs"):
        Segment(start, end)


def test_a_segment_is_half_open() -> None:
    segment = Segment(1.0, 3.0)
    assert segment.holds(1.0)
    assert not segment.holds(3.0)
    assert segment.middle == 2.0


@pytest.mark.parametrize(("other", "shared"), [((2, 5), 1.0), ((3, 5), 0.0), ((0, 9), 2.0)])
def test_shared_seconds(other: tuple[float, float], shared: float) -> None:
    assert Segment(1, 3).shared_with(Segment(*other)) == shared


def test_a_box_lies_inside_the_frame() -> None:
    assert Box(0.25, 0.0, 0.75, 1.0).centre == (0.5, 0.5)
    with pytest.raises(ValueError, match="box needs"):
        Box(0.5, 0.0, 0.4, 1.0)
    with pytest.raises(ValueError, match="box needs"):
        Box(0.5, 0.0, 1.1, 1.0)


def test_a_clip_wants_as_many_times_as_frames() -> None:
    frames = np.zeros((2, 4, 6, 3), np.uint8)
    clip = Clip(frames, np.array([0.0, 0.1]))
    assert (len(clip), clip.width, clip.height) == (2, 6, 4)
    with pytest.raises(ValueError, match="2 frames but 3 times"):
        Clip(frames, np.zeros(3))
    with pytest.raises(ValueError, match="uint8"):
        Clip(frames.astype(np.float32), np.zeros(2))


def test_scores_are_finite_and_one_a_segment() -> None:
    segments = (Segment(0, 1), Segment(1, 2))
    assert Scores(segments, np.array([0.5, 2.0])).highlight(1).score == 2.0
    with pytest.raises(ValueError, match="1 of 2 scores are not finite"):
        Scores(segments, np.array([0.5, np.nan]))
    with pytest.raises(ValueError, match="2 segments but values"):
        Scores(segments, np.zeros(3))
    with pytest.raises(ValueError, match="2 segments but 1 reasons"):
        Scores(segments, np.zeros(2), reasons=((),))


def test_a_storyboard_shows_something() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Storyboard((), "nobody")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seconds", 0),
        ("width", -1),
        ("fps", 0),
        ("max_bytes", 0),
        ("aspect", -1.0),
        ("quality", 101),
    ],
)
def test_an_impossible_style_names_the_field(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        Style().but(**{field: value})


def scan_at(*times: float) -> Scan:
    moments = np.array(times)
    zeros = np.zeros(len(times))
    empty = np.zeros(0)
    names = Scan.__dataclass_fields__
    given = dict.fromkeys(names, zeros) | {
        "bounds": Segment(0, 10),
        "times": moments,
        "frames": np.zeros((len(times), 2, 2, 3), np.uint8),
        "cuts": empty,
    }
    return Scan(**given)  # type: ignore[arg-type]


def test_a_scan_finds_the_moments_of_a_segment() -> None:
    scan = scan_at(0.0, 1.0, 2.0, 3.0)
    assert scan.inside(Segment(1.0, 3.0)) == slice(1, 3)
    assert scan.inside(Segment(1.2, 1.4)) == slice(1, 2)
