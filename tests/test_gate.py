from __future__ import annotations

import pytest

from gifworthy.errors import NothingWorthShowing
from gifworthy.gate import judge, least_bad, worth_showing
from gifworthy.types import Segment
from imagined import Draw, Imagined, Picture, imagined
from test_flaws import frozen, lively, plain

HALVES = (Segment(0.0, 4.0), Segment(4.0, 8.0))


def first_then(first: Draw, then: Draw, at: float = 4.0) -> Imagined:
    def draw(moment: float) -> Picture:
        return first(moment) if moment < at else then(moment)

    return imagined(8.0, draw=draw, cuts=(at,))


def test_a_black_half_is_refused_and_the_other_kept() -> None:
    video = first_then(plain(0), lively)
    refusal, kept = judge(video, HALVES)
    assert kept is None
    assert refusal is not None
    assert (refusal.word, refusal.measure) == ("black", 1.0)
    assert worth_showing(video, HALVES) == (HALVES[1],)


@pytest.mark.parametrize(("black_seconds", "refused"), [(1.0, False), (2.0, True)])
def test_a_third_of_a_segment_may_be_bad(black_seconds: float, refused: bool) -> None:
    video = first_then(lively, plain(0), at=8.0 - black_seconds)
    halves = (Segment(0.0, 4.0), Segment(3.5, 8.0))
    assert (judge(video, halves)[1] is not None) == refused


def test_all_black_is_an_error_that_counts() -> None:
    video = first_then(plain(0), plain(0))
    with pytest.raises(NothingWorthShowing, match=r"2 segments refused \(2 black\)"):
        worth_showing(video, HALVES)
    assert len(least_bad(video, HALVES)) == 1


def test_a_still_half_is_refused_where_the_other_moves() -> None:
    refusals = judge(first_then(frozen, lively), HALVES)
    assert [r and r.word for r in refusals] == ["frozen", None]


def test_a_talk_over_still_slides_has_something_to_show() -> None:
    assert judge(first_then(frozen, frozen), HALVES) == (None, None)


def test_black_stays_refused_where_only_stills_are_left() -> None:
    refusals = judge(first_then(plain(0), frozen), HALVES)
    assert [r and r.word for r in refusals] == ["black", None]


def test_what_touches_an_excluded_span_is_refused_even_when_nothing_is_left() -> None:
    video = imagined(8.0, draw=lively, excluded=(Segment(1.0, 5.0),))
    assert [r and r.word for r in judge(video, HALVES)] == ["excluded", "excluded"]
    with pytest.raises(NothingWorthShowing, match="exclude less"):
        least_bad(video, HALVES)


def test_a_flicker_between_two_cuts_is_short_unless_it_is_all_there_is() -> None:
    video = imagined(8.0, draw=lively)
    assert [r and r.word for r in judge(video, (Segment(0, 0.5), Segment(0.5, 8)))] == [
        "short",
        None,
    ]
    brief = imagined(0.5, draw=lively)
    assert judge(brief, (Segment(0, 0.5),)) == (None,)


def test_an_end_with_a_fade_in_it_is_an_outro_but_the_same_piece_inside_is_not() -> None:
    ended = imagined(20.0, draw=lambda t: lively(t) if t < 19.7 else plain(0)(t))
    last = Segment(18.0, 20.0)
    assert [r and r.word for r in judge(ended, (Segment(0, 18), last))] == ["outro", None][::-1]
    inside = imagined(60.0, draw=lambda t: plain(0)(t) if 19.7 <= t < 20 else lively(t))
    assert judge(inside, (Segment(0, 18), last)) == (None, None)


def test_least_bad_has_the_fewest_bad_moments() -> None:
    video = first_then(plain(0), lively, at=6.0)
    assert least_bad(video, HALVES) == (HALVES[1],)
