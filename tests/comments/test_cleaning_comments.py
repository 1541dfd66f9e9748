"""Which comments count, rule by rule; how many fall into each second; where they peak."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gifworthy.comments import (
    Comment,
    CommentFile,
    best_peaks,
    cleaned,
    counted_in,
    peaks_inside,
    showable,
    strict_peaks,
)


def kept(*said: Comment, duration: float = 60.0) -> tuple[list[str], dict[str, int]]:
    clean = cleaned(said, duration)
    return [c.text for c in clean.comments], {d.why: d.count for d in clean.dropped}


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        (Comment(math.nan, "wow"), "without a readable time"),
        (Comment(-0.5, "wow"), "before the start"),
        (Comment(60.0, "wow"), "past the end"),
        (Comment(1, "wow", is_drawing=True), "drawings"),
        (Comment(1, " \t"), "empty"),
        (Comment(1, "..."), "empty"),
        (Comment(1, "see www.spam.example"), "with links"),
        (Comment(1, "buy at cheap-pills.com now"), "with links"),
        (Comment(1, "x" * 101), "longer than 100"),
    ],
)
def test_one_that_breaks_a_rule_is_left_out_and_counted(comment: Comment, why: str) -> None:
    assert kept(comment, Comment(2, "fine")) == (["fine"], {why: 1})


@pytest.mark.parametrize("text", ["lol", "666", "?!", "！", "好", "😂", "wow.", "e.g. this"])
def test_people_who_react_are_heard(text: str) -> None:
    assert kept(Comment(1, text)) == ([text], {})


def test_the_last_second_counts() -> None:
    assert kept(Comment(9.9, "wow"), duration=9.4)[0] == ["wow"]
    assert kept(Comment(10.0, "wow"), duration=9.4)[0] == []


def test_the_same_again_by_one_writer_counts_once_by_many_as_often() -> None:
    again = [Comment(1, "Wow", "ann"), Comment(5, "wow ", "ann"), Comment(40, "wow", "ann")]
    assert kept(*again) == (["Wow", "wow"], {"said again": 1})
    many = [Comment(1, "wow", f"u{n}") for n in range(40)]
    assert len(kept(*many)[0]) == 40


def test_without_writers_only_the_very_same_instant_is_the_same() -> None:
    assert kept(Comment(1, "wow"), Comment(1, "wow"), Comment(1.2, "wow")) == (
        ["wow", "wow"],
        {"said again": 1},
    )


def test_who_floods_is_heard_five_times() -> None:
    flood = [Comment(1 + n / 10, f"word {n}", "ann") for n in range(9)]
    later = Comment(30, "back", "ann")
    assert kept(*flood, later)[1] == {"flooding": 4}
    assert kept(*flood, later)[0][-1] == "back"


def test_what_is_pasted_is_heard_three_times() -> None:
    pasted = [Comment(n, "all hail the great pasta", f"u{n}") for n in range(10)]
    assert kept(*pasted)[1] == {"pasted": 7}
    short = [Comment(n, "hahahaha", f"u{n}") for n in range(10)]
    assert kept(*short)[1] == {}


def test_what_was_left_out_is_said() -> None:
    clean = cleaned((Comment(1, "a", where="f:1"), Comment(-1, "b", where="f:2")), 9.0)
    assert str(clean) == "1 of 2 comments count; left out: 1 before the start"
    assert clean.dropped[0].first == "f:2"


# how many


def counts(values: list[float], duration: float) -> tuple[list[float], tuple[str, ...]]:
    found = counted_in(CommentFile("a.json", (), np.array(values)), duration)
    return found.per_second.tolist(), found.notes


def test_comments_fall_into_seconds() -> None:
    said = tuple(Comment(second, "wow", f"u{second}") for second in (0.0, 0.9, 2.0, 3.4))
    found = counted_in(CommentFile("a.xml", said), 3.5)
    assert found.per_second.tolist() == [2, 0, 1, 1]
    assert found.notes == ()


def test_a_list_that_breaks_off_is_told() -> None:
    said = tuple(Comment(float(n), "wow", f"u{n}") for n in range(20))
    (note,) = counted_in(CommentFile("a.xml", said), 100.0).notes
    assert "the last comment is at 0:19.0 of 1:40.0" in note


def test_nothing_that_counts_is_told() -> None:
    assert counted_in(CommentFile("a.xml", ()), 9.0).notes == (
        "a.xml: no comment counts in this video",
    )
    assert counts([0, 0], 2.0) == ([0, 0], ("a.json: no second has a comment",))


def test_counts_that_are_too_few_or_too_many_are_told() -> None:
    values, (note,) = counts([1, 2], 10.0)
    assert values == [1, 2] + [0] * 8
    assert "counts end at 0:02.0 of 0:10.0" in note
    values, (note,) = counts([1] * 20, 10.0)
    assert values == [1] * 10
    assert "the video ends at 0:10.0" in note
    assert counts([1] * 12, 10.0)[1] == ()


# where


def test_strict_peaks_are_higher_than_both_neighbours() -> None:
    assert strict_peaks(np.array([5.0, 1, 3, 2, 4, 4, 1, 9])).tolist() == [2]
    assert strict_peaks(np.zeros(9)).tolist() == []
    assert strict_peaks(np.ones(1)).tolist() == []


def test_peaks_at_the_ends_do_not_count() -> None:
    peaks = np.zeros(100)
    peaks[[1, 2, 4, 50, 94, 96]] = 5, 0, 9, 9, 9, 9
    assert peaks_inside(peaks).tolist() == [4, 50, 94]
    assert (showable(100).start, showable(100).stop) == (3, 95)
    assert (showable(20).start, showable(20).stop) == (2, 18)
    assert len(showable(4)) == 4


def test_the_best_peaks_are_apart_and_in_order_of_time() -> None:
    values = np.zeros(60)
    values[[10, 12, 20, 30, 40]] = 9, 8, 3, 7, 5
    assert best_peaks(values, 3) == (10, 30, 40)
    assert best_peaks(values, 4) == (10, 20, 30, 40)


def test_where_peaks_are_few_other_seconds_fill_up() -> None:
    values = np.zeros(40)
    values[20], values[8:12] = 9, 4
    assert best_peaks(values, 2) == (8, 20)
    assert best_peaks(values, 9, filled=False) == (20,)
    assert best_peaks(np.zeros(2), 3) == (0, 1)
    allowed = np.ones(40, bool)
    allowed[20] = False
    assert 20 not in best_peaks(values, 3, allowed)
