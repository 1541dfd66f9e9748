import numpy as np
import pytest

import drawn
from gifworthy.segmenters.shots import Shots, cuts_of, shots_of, split
from gifworthy.testing import check_segmenter
from gifworthy.types import Floats, Scan, Segment
from gifworthy.video import open_video


def scan_with(
    duration: float,
    cuts: tuple[float, ...] = (),
    transitions: tuple[Segment, ...] = (),
    change: Floats | None = None,
) -> Scan:
    times = np.arange(0, duration, 0.125)
    zeros = np.zeros(len(times))
    return Scan(
        Segment(0, duration), times, np.zeros((len(times), 4, 4, 3), np.uint8), zeros, zeros, zeros, zeros,
        zeros if change is None else change, zeros, zeros, zeros, np.array(cuts), zeros, zeros, transitions,
    )  # fmt: skip


def test_shots_lie_between_cuts() -> None:
    assert shots_of(scan_with(10, (2.0, 5.0))) == (Segment(0, 2), Segment(2, 5), Segment(5, 10))


def test_transitions_are_left_out() -> None:
    scan = scan_with(10, (8.0,), (Segment(2.0, 3.0), Segment(5.0, 6.0)))
    assert shots_of(scan) == (Segment(0, 2), Segment(3, 5), Segment(6, 8), Segment(8, 10))


def test_a_transition_at_the_edge_and_a_cut_inside_one_leave_no_sliver() -> None:
    scan = scan_with(10, (9.5,), (Segment(0.0, 1.0), Segment(9.0, 10.0)))
    assert shots_of(scan) == (Segment(1, 9),)


def test_nothing_but_transition_is_still_one_segment() -> None:
    assert shots_of(scan_with(2, (), (Segment(0.0, 2.0),))) == (Segment(0, 2),)


def test_a_long_shot_is_split_in_equal_pieces_when_all_is_alike() -> None:
    pieces = split(Segment(0, 24), scan_with(24), 6.0)
    assert len(pieces) == 4
    assert all(4.4 < piece.duration < 7.6 for piece in pieces)
    assert pieces[0].start == 0
    assert pieces[-1].end == 24


def test_breaks_are_moved_to_where_least_happens() -> None:
    change = np.full(96, 9.0)
    change[40] = 1.0  # at 5 s, one second before the middle
    assert split(Segment(0, 12), scan_with(12, change=change), 6.0) == (
        Segment(0, 5),
        Segment(5, 12),
    )


def test_a_shot_of_six_seconds_is_left_whole() -> None:
    assert split(Segment(1, 7), scan_with(10), 6.0) == (Segment(1, 7),)


def test_the_shots_of_a_drawn_video() -> None:
    with open_video(drawn.cuts(), "thorough") as video:
        shots = cuts_of(video)
    edges = (0.0, *drawn.CUTS, 8.0)
    assert [shot.start for shot in shots] == pytest.approx(edges[:-1])
    assert [shot.end for shot in shots] == pytest.approx(edges[1:])


@pytest.mark.parametrize("draw", [drawn.one_frame, drawn.half_second, drawn.cuts])
def test_it_keeps_its_contract(draw) -> None:  # type: ignore[no-untyped-def]
    with open_video(draw()) as video:
        check_segmenter(Shots(), video)


def test_pieces_cannot_be_of_no_length() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Shots(longest=0)
