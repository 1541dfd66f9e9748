"""Kernel change points: against every segmentation tried by hand, against ruptures, on imagined videos."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
import ruptures

import drawn
from gifworthy.segmenters.kts import (
    KernelChangePoints,
    change_points,
    gaussian_kernel,
    onto_cuts,
    scatters,
    widened,
)
from gifworthy.types import Floats, Segment
from gifworthy.video import Video
from imagined import Picture, dull, imagined


def scatter(piece: Floats) -> float:
    """The sum of squared distances to the mean, the slow way."""
    return float(((piece - piece.mean(0)) ** 2).sum())


def reference(vectors: Floats, shortest: int, longest: int, penalty: float) -> list[int]:
    """Potapov et al. 2014, equations 2 and 3, over every segmentation there is."""
    count = len(vectors)
    best: tuple[float, list[int]] = (np.inf, [])
    for number in range(count):
        cost = penalty * number / (2 * count) * (np.log(count / number) + 1) if number else 0.0
        for points in combinations(range(1, count), number):
            edges = [0, *points, count]
            if all(shortest <= b - a <= longest for a, b in pairwise(edges)):
                total = sum(scatter(vectors[a:b]) for a, b in pairwise(edges))
                best = min(best, (total / count + cost, list(points)))
    return best[1]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("shortest", "longest"), [(1, 11), (2, 11), (2, 5)])
@pytest.mark.parametrize("penalty", [0.3, 1.0])
def test_it_finds_what_trying_everything_finds(
    seed: int, shortest: int, longest: int, penalty: float
) -> None:
    rng = np.random.default_rng(seed)
    vectors = np.repeat(rng.normal(size=(3, 4)), [3, 5, 3], axis=0) + rng.normal(0, 0.3, (11, 4))
    found = change_points(vectors @ vectors.T, shortest, longest, penalty)
    assert found == reference(vectors, shortest, longest, penalty)


def test_with_the_number_known_it_agrees_with_ruptures() -> None:
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(0, 2, (5, 8)), 20, axis=0) + rng.normal(0, 1, (100, 8))
    theirs = ruptures.KernelCPD("linear", min_size=1).fit(vectors).predict(n_bkps=4)
    assert theirs == [*change_points(vectors @ vectors.T, penalty=40.0), 100]


def test_scatters_are_sums_of_squared_distances() -> None:
    vectors = np.random.default_rng(1).normal(size=(6, 3))
    table = scatters(vectors @ vectors.T, shortest=2, longest=4)
    assert table[5, 1] == pytest.approx(scatter(vectors[2:5]))
    assert np.isinf(table[5, 3]), "one vector is too short"
    assert np.isinf(table[2, 0]), "four vectors do not end at the second"


def test_alike_vectors_stay_together_and_noise_is_not_cut() -> None:
    noise = np.random.default_rng(2).normal(0, 1e-3, (50, 4))
    assert change_points(gaussian_kernel(np.ones((50, 4)) + noise)) == []


def test_edges_move_onto_cuts_within_reach() -> None:
    moved = onto_cuts(np.array([4.0, 8.0]), np.array([4.3, 9.0]), reach=0.5)
    assert moved.tolist() == [4.3, 8.0]


def two_scenes(moment: float) -> Picture:
    return drawn.textured(1, 96, 54) if moment < 4.3 else drawn.textured(2, 96, 54)


def test_pieces_begin_where_the_picture_changes() -> None:
    segments = KernelChangePoints().segment(imagined(9.0, draw=two_scenes, cuts=(4.3,)))
    assert segments == (Segment(0, 4.3), Segment(4.3, 9))


def test_a_still_scene_is_cut_only_for_being_long() -> None:
    segments = KernelChangePoints().segment(imagined(25.0, draw=dull))
    assert len(segments) == 3
    assert max(segment.duration for segment in segments) <= 10 + 1e-9


def test_vectors_of_any_backbone_will_do() -> None:
    def halves(video: Video, segments: tuple[Segment, ...]) -> Floats:
        return np.array([[1.0, 0.0] if s.middle < 6 else [0.0, 1.0] for s in segments])

    segments = KernelChangePoints(features=halves).segment(imagined(9.0))
    assert segments == (Segment(0, 6), Segment(6, 9))


def test_a_long_video_has_longer_ticks() -> None:
    asked: list[int] = []

    def count(video: Video, segments: tuple[Segment, ...]) -> Floats:
        asked.append(len(segments))
        return np.ones((len(segments), 2))

    KernelChangePoints(features=count, most=20).segment(imagined(60.0))
    assert asked == [20]


def test_actions_part_a_picture_that_stays_alike() -> None:
    """Twelve seconds of one look; what happens in it changes at 4.0 and 7.5, which a backbone sees."""
    asked: list[tuple[Segment, ...]] = []

    def actions(video: Video, segments: tuple[Segment, ...]) -> Floats:
        asked.append(segments)
        kinds = np.eye(3)[np.searchsorted([4.0, 7.5], [s.middle for s in segments], side="right")]
        return kinds + np.random.default_rng(0).normal(0, 0.05, kinds.shape)

    video = imagined(12.0, draw=dull)
    pieces = KernelChangePoints(actions, window=2.0).segment(video)
    assert [piece.start for piece in pieces] == pytest.approx([0.0, 4.0, 7.5])
    assert {round(s.duration, 6) for s in asked[0][2:-2]} == {2.0}
    assert asked[0][0].start == 0.0
    assert asked[0][-1].end == 12.0


def test_windows_are_about_their_ticks_and_inside_the_bounds() -> None:
    bounds = Segment(1.0, 4.0)
    ticks = (Segment(1.0, 2.0), Segment(2.0, 3.0), Segment(3.0, 4.0))
    assert widened(ticks, 2.0, bounds) == (Segment(1.0, 2.5), Segment(1.5, 3.5), Segment(2.5, 4.0))
    assert widened(ticks, 0.0, bounds) == ticks
