"""Comments when a cover is made: pieces around the peaks, a term of the score, a selector."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import drawn
import gifworthy
from drawn_comments import as_xml, crowd
from gifworthy.commented import AtPeaks, Heard, peak_second, rates
from gifworthy.comments import CommentBook
from gifworthy.errors import CommentsTooFew
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import plan_named, telling
from gifworthy.protocols import Ingredients
from gifworthy.selectors.comments import CommentPeaks
from gifworthy.settings import Settings
from gifworthy.types import Scores, Segment
from gifworthy.video import Video
from imagined import imagined

TENS = tuple(Segment(10.0 * n, 10.0 * n + 10) for n in range(6))
VIDEO = imagined(60.0, cuts=(10.0, 20.0, 30.0, 40.0, 50.0))


@dataclass(frozen=True)
class Fixed:
    """A segmenter and a scorer: the pieces are given, and so is what they are worth."""

    pieces: tuple[Segment, ...] = TENS
    values: tuple[float, ...] = (1, 2, 3, 4, 5, 6)

    def segment(self, video: Video) -> tuple[Segment, ...]:
        return self.pieces

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.array(self.values[: len(segments)], float))


@pytest.fixture
def book(tmp_path: Path) -> CommentBook:
    """Twelve comments in second 25, eight in 44, four in 52, one in each of a few others."""
    said = crowd({25: 12, 44: 8, 52: 4, 5: 1, 14: 1, 33: 1})
    return CommentBook.of(as_xml(said, tmp_path / "a.xml"), ["imagined"])


@pytest.fixture
def nobody(tmp_path: Path) -> CommentBook:
    return CommentBook.of(as_xml([], tmp_path / "none.xml"), ["imagined"])


def test_rates_are_comments_a_second() -> None:
    counts = np.array([4.0, 0, 2, 2])
    found = rates(counts, (Segment(0, 1), Segment(0, 4), Segment(0.5, 1.5), Segment(3.5, 4)))
    assert found.tolist() == [4, 2, 2, 2]


def test_comments_move_a_score_by_two_of_its_spreads(book: CommentBook) -> None:
    plain = Fixed().score(VIDEO, TENS)
    heard = Heard(Fixed(), book).score(VIDEO, TENS)
    assert int(heard.values.argmax()) == 2 != int(plain.values.argmax())
    added = heard.values - plain.values
    assert added.std() == pytest.approx(2 * plain.values.std())
    assert added.mean() == pytest.approx(0)
    assert [r.name for r in heard.reasons[2]] == ["comments"]
    assert heard.reasons[2][0].value == pytest.approx(added[2])


def test_where_nobody_wrote_anything_nothing_changes(nobody: CommentBook) -> None:
    assert Heard(Fixed(), nobody).score(VIDEO, TENS).values.tolist() == [1, 2, 3, 4, 5, 6]
    assert AtPeaks(Fixed(), nobody).segment(VIDEO) == TENS


def test_a_scorer_that_finds_all_alike_still_hears(book: CommentBook) -> None:
    assert int(Heard(Fixed(values=(1,) * 6), book).score(VIDEO, TENS).values.argmax()) == 2


def test_peaks_become_pieces_of_their_own(book: CommentBook) -> None:
    pieces = AtPeaks(Fixed(), book).segment(VIDEO)
    spans = [(round(piece.start, 6), round(piece.end, 6)) for piece in pieces]
    assert (25, 26) in spans
    assert (20, 25) in spans
    assert (26, 30) in spans
    assert all(a.end <= b.start for a, b in pairwise(pieces))


def test_a_peak_keeps_off_a_cut() -> None:
    piece = Segment(10.3, 20.0)
    later = peak_second(10, piece)
    assert later is not None
    assert (later.start, later.end) == pytest.approx((10.3, 11.3))
    assert peak_second(9, piece) is None
    shown = peak_second(19, Segment(10.0, 19.7))
    assert shown is not None
    assert (shown.start, shown.end) == pytest.approx((18.7, 19.7))
    assert peak_second(3, Segment(3.2, 3.9)) is None


# the selector


def starts(book: CommentBook, count: int, pieces: tuple[Segment, ...] = TENS) -> list[float]:
    board = CommentPeaks(book, count).select(VIDEO, pieces)
    return [h.segment.start for h in board]


def test_the_highest_peaks_are_shown_in_the_order_of_time(book: CommentBook) -> None:
    assert starts(book, 1) == [25]
    assert starts(book, 3) == [25, 44, 52]
    board = CommentPeaks(book, 2).select(VIDEO, TENS)
    assert [h.score for h in board] == [12, 8]


def test_what_is_not_worth_showing_is_passed_over(book: CommentBook) -> None:
    assert starts(book, 2, TENS[3:]) == [44, 52]


def test_pieces_without_comments_fill_up(book: CommentBook) -> None:
    found = starts(book, 3, (Segment(20, 30), Segment(56, 58), Segment(58, 60)))
    assert found == [25, 56, 58]


def test_without_comments_there_is_no_peak(nobody: CommentBook) -> None:
    with pytest.raises(CommentsTooFew, match="nobody wrote anything about imagined"):
        starts(nobody, 1)
    with pytest.raises(ValueError, match="--comments FILE"):
        CommentPeaks.load(Ingredients(Settings(), lambda: Fixed()))


# the whole


def chosen(path: Path, shots: int, selector: str = "") -> list[Segment]:
    plan = telling(plan_named("signals"), shots)
    if selector:
        plan = replace(plan, selector=selector)
    book = CommentBook.of(path, [str(drawn.cuts())])
    maker = CoverMaker.load(plan, Settings(), comments=book)
    with maker.open(drawn.cuts()) as video:
        return [h.segment for h in maker.choose(video)]


def test_one_shot_is_the_one_that_people_wrote_about(tmp_path: Path) -> None:
    for second in (1, 4, 6):
        (segment,) = chosen(as_xml(crowd({second: 30, 0: 1, 7: 1}), tmp_path / "a.xml"), 1)
        assert segment.shared_with(Segment(second, second + 1)) > 0.5


def test_three_shots_hold_the_peaks(tmp_path: Path) -> None:
    path = as_xml(crowd({1: 20, 4: 25, 6: 2, 7: 20}), tmp_path / "a.xml")
    peaks = sorted(segment.middle for segment in chosen(path, 3, "comments"))
    assert peaks == pytest.approx([1.5, 4.5, 7.5], abs=0.6)
    story = chosen(path, 3)
    for peak in (Segment(1, 2), Segment(4, 5)):
        assert any(segment.shared_with(peak) > 0.9 for segment in story)


def test_python_hears_them_too(tmp_path: Path) -> None:
    path = as_xml(crowd({4: 30, 1: 1}), tmp_path / "a.xml")
    cover = gifworthy.make(drawn.cuts(), comments=path, seconds=1, width=64, fps=5, effort="fast")
    assert cover.storyboard.highlights[0].segment.start == pytest.approx(4, abs=0.3)


def test_a_selector_that_goes_by_no_scores_says_so(tmp_path: Path) -> None:
    path = as_xml(crowd({1: 2}), tmp_path / "a.xml")
    with pytest.raises(ValueError, match="'even' goes by no scores"):
        chosen(path, 3, "even")
