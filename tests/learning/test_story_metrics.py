"""Posterior score, hits and order: seen in the head, written a second time, and what stops them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gifworthy.learning.judges.seconds import SecondJudge, SecondTrial, gifs_of
from gifworthy.learning.judges.tellers import TELLERS
from gifworthy.learning.judging import RivalledJudge, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.posterior import posterior_score, posterior_scores
from gifworthy.learning.metrics.stories import hits, order_agreement
from gifworthy.types import Floats

SECONDS = st.lists(st.integers(0, 9), min_size=3, max_size=3)


def label(gif: str, order: int, second: int, split: str = "", duration: float = 10) -> Label:
    return Label(
        "v", second, second + 1, 1.0, "f:1", item=gif, order=order, split=split, duration=duration
    )


def case(gifs: list[list[int]], curve: Floats | None = None, duration: float = 10) -> Case:
    labels = [
        label(f"g{item}", order, second, duration=duration)
        for item, gif in enumerate(gifs)
        for order, second in enumerate(gif)
    ]
    return Case("v", "", "", tuple(labels), curve)


def trial(gifs: list[list[int]], curve: Floats | None = None, duration: float = 10) -> SecondTrial:
    made = SecondJudge().trial(case(gifs, curve, duration))
    assert isinstance(made, SecondTrial)
    return made


def rival(name: str, gifs: list[list[int]], curve: Floats | None, duration: float = 10) -> Floats:
    """PS, hit and order of one of the judge's own rivals; nan where it says nothing."""
    judge = SecondJudge()
    by = dict(judge.rivals())[name]
    worth = by(case(gifs, curve, duration), trial(gifs, curve, duration))
    return np.full(3, np.nan) if worth is None else worth[2:]


def test_posterior_score_is_a_sum_of_shares() -> None:
    assert posterior_score([1, 2, 4, 0], [2, 1, 3]) == 1.5
    assert posterior_scores([1, 2, 4, 0], [[2, 2, 2], [3, 3, 3]]).tolist() == [3, 0]


@pytest.mark.parametrize(
    ("counts", "picks", "message"),
    [
        ([0, 0, 0], [0, 1, 2], "one above 0"),
        ([1, -1, 0], [0, 1, 2], "0 or more"),
        ([1, 1, 1], [0, 1, 3], "second 3 lies outside the 3 seconds"),
        ([1, 1, 1], [-1, 1, 2], "second -1 lies outside"),
        ([1, np.nan, 1], [0, 1, 2], "1 of 3 scores are not finite"),
        ([1, 1, 1], [0.5, 1, 2], "whole seconds"),
        ([], [0, 1, 2], "list of numbers"),
    ],
)
def test_no_posterior_score_of_broken_input(
    counts: list[float], picks: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        posterior_score(counts, picks)


def test_hits_are_near_any_shot_of_any_gif() -> None:
    assert hits([2, 50, 103], [[0, 10, 20], [100, 53, 30]]) == pytest.approx(1 / 3)
    assert hits([2, 50, 103], [[0, 10, 20], [100, 53, 30]], within=3) == 1


def test_order_is_by_rank_not_by_second() -> None:
    gifs = [[1, 2, 3], [50, 60, 90], [3, 2, 1], [2, 3, 1]]
    assert order_agreement([7, 8, 9], gifs) == 0.5
    assert order_agreement([5, 9, 0], gifs) == 0.25
    assert order_agreement([9, 0, 5], gifs) == 0


@given(SECONDS, st.lists(SECONDS, min_size=1, max_size=4))
def test_hits_and_order_written_again(picks: list[int], gifs: list[list[int]]) -> None:
    near = [any(abs(p - second) <= 2 for gif in gifs for second in gif) for p in picks]
    assert hits(picks, gifs) == pytest.approx(sum(near) / 3)

    def sequence(shown: list[int]) -> list[int]:
        return sorted(range(3), key=lambda place: (shown[place], place))

    same = [sequence(gif) == sequence(picks) for gif in gifs]
    assert order_agreement(picks, gifs) == pytest.approx(sum(same) / len(gifs))


def test_what_cannot_be_compared_is_said() -> None:
    with pytest.raises(ValueError, match="at least one GIF"):
        hits([1, 2, 3], np.zeros((0, 3)))
    with pytest.raises(ValueError, match="cannot be compared"):
        order_agreement([1, 2], [[1, 2, 3]])
    with pytest.raises(ValueError, match="no finite second"):
        hits([1, 2, np.nan], [[1, 2, 3]])


def test_a_trial_judges_scores_by_their_best_three_in_order_of_time() -> None:
    curve = np.array([4, 0, 0, 2, 0, 0, 0, 0, 8, 0.0])
    worth = trial([[0, 3, 8], [9, 3, 0]], curve).judge(np.array([5, 0, 0, 9, 0, 0, 0, 0, 7, 0.0]))
    assert worth.tolist() == pytest.approx([(1 + 1 + 1 + 4 / 10) / 4, 1, 14 / 8, 1, 0.5], abs=0.1)
    assert worth[1:].tolist() == [1, 14 / 8, 1, 0.5]


def test_showing_order_is_read_from_the_labels() -> None:
    mixed = tuple(reversed(case([[8, 3, 5], [1, 1, 2]]).labels))
    assert sorted(gifs_of(Case("v", "", "", mixed)).tolist()) == [[1, 1, 2], [8, 3, 5]]


@pytest.mark.parametrize("curve", [None, np.zeros(0), np.zeros(10)])
def test_without_comments_there_is_no_posterior_score(curve: Floats | None) -> None:
    worth = trial([[0, 3, 8]], curve).told([0, 3, 8])
    assert np.isnan(worth[2])
    assert worth[[1, 3, 4]].tolist() == [1, 1, 1]
    assert np.isnan(rival("most commented", [[0, 3, 8]], curve)).all()
    assert np.isnan(rival("random peaks", [[0, 3, 8]], curve)).all()
    assert rival("together", [[0, 3, 8]], curve)[2] == 1


def test_a_list_that_is_cut_short_counts_no_comments_after_its_end() -> None:
    assert trial([[0, 3, 8]], np.array([4, 2.0])).told([0, 1, 8])[2] == 1.5
    assert trial([[0, 3, 8]], np.array([4, 2.0])).told([7, 8, 9])[2] == 0


def test_the_densest_second_counts_though_it_lies_past_the_end() -> None:
    assert trial([[0, 3, 8]], np.array([4.0] * 10 + [8.0])).told([0, 1, 2])[2] == 1.5


def test_seconds_past_the_end_are_refused() -> None:
    for second in (10, -1):
        with pytest.raises(ValueError, match="do not all lie in a video of 10 seconds"):
            trial([[0, 3, 8]], np.ones(10)).told([0, 1, second])


def test_a_video_shorter_than_three_seconds_is_skipped_and_said() -> None:
    skipped = SecondJudge().trial(case([[0, 1, 1]], duration=2))
    assert isinstance(skipped, Skipped)
    assert "fewer than 3 seconds" in skipped.reason


def test_only_the_test_part_is_judged_where_there_are_parts() -> None:
    taken = [
        SecondJudge().takes(label("g", 0, 1, part)) for part in ("train", "validation", "test", "")
    ]
    assert taken == [False, False, True, True]


def test_people_are_judged_by_each_other() -> None:
    """The first two GIFs share all their seconds, in another order; nobody is near the third."""
    gifs = [[0, 10, 20], [20, 10, 0], [50, 60, 70]]
    worth = rival("people, one beside the others", gifs, np.ones(80), duration=80)
    assert worth.tolist() == pytest.approx([3, 2 / 3, 1 / 3])
    alone = rival("people, one beside the others", gifs[:1], np.ones(80), duration=80)
    assert alone[0] == 3
    assert np.isnan(alone[1:]).all()


def test_the_best_of_people() -> None:
    curve = np.arange(10.0)
    assert rival("people, best PS", [[0, 1, 2], [9, 8, 1]], curve)[0] == 2


def test_random_peaks_are_strict_peaks() -> None:
    curve = np.ones(60)
    curve[[10, 25, 40]] = 2
    assert rival("random peaks", [[10, 25, 40]], curve, duration=60)[:2].tolist() == [3, 1]
    curve[40] = 1
    assert np.isnan(rival("random peaks", [[10, 25, 40]], curve, duration=60)).all()


def test_every_rival_tells_seconds_of_the_video() -> None:
    random = np.random.default_rng(0)
    for seconds in (3, 4, 20, 200, 1600):
        comments = random.poisson(5, seconds).astype(float)
        for name, teller in TELLERS:
            stories = teller(seconds, comments, random)
            assert stories.shape[1] == 3, name
            assert ((stories >= 0) & (stories < seconds)).all(), name
            if name != "each place alone":
                assert all(len(set(story)) == 3 for story in stories.tolist()), name


def test_the_judge_knows_what_was_published() -> None:
    judge = SecondJudge()
    assert isinstance(judge, RivalledJudge)
    assert "GEVADEN 1.07 / 1.06" in judge.notes[0]
