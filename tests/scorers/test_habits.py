from __future__ import annotations

import numpy as np
import pytest

from gifworthy.habits import NOBODY, habit_table, place_numbers
from gifworthy.scorers.habits import Habits
from gifworthy.settings import Settings
from gifworthy.types import Floats, History, Segment
from imagined import imagined

DURATION = 100.0
SPANS = np.stack([np.arange(0, 100, 5.0), np.arange(5, 105, 5.0)], axis=1)


def picked(*middles: float, length: float = DURATION, videos: int | None = None) -> History:
    """Choices of 3 s with their middles at some seconds, each from a video of its own or from few."""
    count = len(middles)
    return History(
        np.empty((count, 0)),
        np.array(middles) / length,
        np.full(count, 3.0),
        np.full(count, length),
        np.arange(count) if videos is None else np.zeros(count, np.intp),
    )


def gain(history: History) -> Floats:
    """What a history adds to each segment."""
    plain = Habits(habit_table())
    return plain.for_viewer(history).at(SPANS, DURATION) - plain.at(SPANS, DURATION)


def test_who_picks_late_gets_late_segments() -> None:
    late, early = gain(picked(*[90.0] * 10)), gain(picked(*[5.0] * 10))
    assert late.argmax() >= 17
    assert early.argmax() <= 2
    assert late[18] > 0 > late[0]
    assert early[0] > 0 > early[18]


def test_without_a_history_nothing_is_added() -> None:
    assert gain(NOBODY).tolist() == [0] * 20
    unknown = History(np.empty((1, 0)), np.array([np.nan]), np.ones(1), np.array([np.nan]))
    assert gain(unknown).tolist() == [0] * 20
    assert gain(History(np.empty((1, 4)), np.array([0.5]), np.ones(1))).tolist() == [0] * 20


def test_one_choice_is_something_and_more_are_more() -> None:
    pulls = [gain(picked(*[90.0] * count))[18] for count in (1, 3, 10, 40)]
    assert 0 < pulls[0] < pulls[1] < pulls[2] < pulls[3]


def test_many_choices_of_one_video_count_as_one() -> None:
    assert gain(picked(*[90.0] * 30, videos=1)) == pytest.approx(gain(picked(90.0)))


def test_videos_as_long_count_more() -> None:
    alike, unlike = gain(picked(*[95.0] * 5)), gain(picked(*[950.0] * 5, length=1000.0))
    assert alike[19] > 2 * unlike[19] > 0


def test_people_in_general_pick_early_in_long_videos() -> None:
    values = Habits(habit_table()).at(SPANS, DURATION)
    assert values[:5].mean() > values[-5:].mean()


def test_numbers_of_a_place() -> None:
    first, last = place_numbers(np.array([[0.0, 10.0], [110.0, 120.0]]), 120.0)
    assert first[:3].tolist() == pytest.approx([1 / 24, 1 / 576, 1 / 13824])
    assert (first[5], first[6], last[5], last[6]) == (1, 0, 0, 1)
    assert first[7:].tolist() == [0] * 5, "two minutes is the reference"
    assert last[4] == pytest.approx(np.log(2)), "five seconds are left"


def test_reasons_add_up_and_part_people_from_the_viewer() -> None:
    segments = tuple(Segment(start, end) for start, end in SPANS.tolist())
    scorer = Habits.load(Settings()).for_viewer(picked(90.0, 80.0))
    scores = scorer.score(imagined(DURATION), segments)
    assert [reason.name for reason in scores.reasons[0]] == ["place", "habit"]
    sums = [sum(reason.value for reason in reasons) for reasons in scores.reasons]
    assert sums == pytest.approx(scores.values.tolist())
    assert scores.values == pytest.approx(scorer.at(SPANS, DURATION))
