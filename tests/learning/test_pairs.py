"""Which segments are compared: the rule of 66 %, four negatives, one video."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.learning.pairs import (
    across_videos,
    chosen,
    graded,
    groups,
    popularity,
    within_videos,
)

NAN = float("nan")


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_more_than_66_percent_is_chosen_nothing_is_not_the_rest_is_of_no_use() -> None:
    found = chosen(np.array([1.0, 0.67, 0.66, 0.01, 0.0, -1.0]))
    assert found.tolist()[:2] == [1, 1]
    assert np.isnan(found[2:4]).all()
    assert found.tolist()[4:] == [0, 0]


def test_every_chosen_one_meets_four_others_of_its_own_video() -> None:
    values = np.array([1, 1, *[0] * 10, NAN, 1, 0, 0])
    video = np.array([7] * 13 + [3] * 3)
    pairs = within_videos(values, video, random())
    met = [(a, b) for a, b in zip(pairs.better.tolist(), pairs.worse.tolist(), strict=True)]
    assert len(met) == len(set(met)) == 2 * 4 + 1 * 2
    assert all(video[a] == video[b] and values[a] == 1 and values[b] == 0 for a, b in met)
    of_first = {b for a, b in met if a == 0}
    assert of_first == {b for a, b in met if a == 1}, "negatives are drawn for each video"
    assert len(of_first) == 4


def test_other_lots_draw_other_negatives_and_the_same_lots_the_same() -> None:
    values, video = np.array([1] + [0] * 50), np.zeros(51)
    first = within_videos(values, video, random(1)).worse.tolist()
    assert within_videos(values, video, random(1)).worse.tolist() == first
    assert within_videos(values, video, random(2)).worse.tolist() != first


def test_a_video_without_a_positive_or_a_negative_gives_no_pair() -> None:
    values = np.array([1, 1, 0, 0, 1, 0])
    video = np.array(["all", "all", "none", "none", "both", "both"])
    pairs = within_videos(values, video, random())
    assert (pairs.better.tolist(), pairs.worse.tolist()) == ([4], [5])
    assert len(within_videos(np.array([]), np.array([]), random())) == 0
    assert len(across_videos(np.array([1.0, 1.0]), np.zeros(2), random())) == 0


def test_agnostic_pairs_are_the_same_spans_dealt_out_anew() -> None:
    values = np.tile([1, 0, 0, 0, 0], 40)
    video = np.repeat(np.arange(40), 5)
    own, other = (make(values, video, random(5)) for make in (within_videos, across_videos))
    assert other.better.tolist() == own.better.tolist()
    assert sorted(other.worse.tolist()) == sorted(own.worse.tolist())
    apart = video[other.better] != video[other.worse]
    assert apart.mean() > 0.9


def test_graded_labels_give_every_pair_with_different_values_of_one_video() -> None:
    pairs = graded(np.array([2, 0, 1, NAN, 1, 5]), np.array([0, 0, 0, 0, 0, 1]))
    met = set(zip(pairs.better.tolist(), pairs.worse.tolist(), strict=True))
    assert met == {(0, 1), (0, 2), (0, 4), (2, 1), (4, 1)}


def test_groups_come_in_order_of_first_appearance() -> None:
    found = [places.tolist() for places in groups(["b", "a", "b", "c"])]
    assert found == [[0, 2], [1], [3]]
    assert groups([]) == []


def test_popularity_is_the_logarithm_of_views_a_day_between_the_least_and_the_most() -> None:
    found = popularity(np.array([31.0, 0.0, 1023.0, NAN]), np.array([1.0, 1.0, 1.0, 1.0]))
    assert found.tolist() == pytest.approx([0.5, 0.0, 1.0, 0.5])
    aged = popularity(np.array([31.0, 0.0, 1023.0]), np.array([32.0, 1.0, 1.0]))
    assert aged.tolist() == pytest.approx([0.0, 0.0, 1.0])
    weeks = popularity(np.array([31.0, 0.0, 1023.0]), np.array([32.0, 1.0, 1.0]) / 7)
    assert weeks.tolist() == pytest.approx(aged.tolist()), "the unit of age does not matter"
    assert popularity(np.full(3, NAN), np.full(3, NAN)).tolist() == [0, 0, 0]
    assert popularity(np.full(3, 9.0), np.full(3, 2.0)).tolist() == [0, 0, 0]
