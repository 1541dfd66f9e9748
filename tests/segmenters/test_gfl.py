"""The group fused lasso: its path against the plain matrices, the choice against trying everything."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from gifworthy.segmenters.gfl import (
    GroupFusedLasso,
    bend,
    best_jumps,
    candidate_jumps,
    jumps,
)
from gifworthy.types import Floats
from imagined import HEIGHT, WIDTH, Picture, dull, imagined


def steps(length: int) -> Floats:
    """The weighed, centred steps that the closed forms are of: (T, T - 1)."""
    place = np.arange(1, length)
    design = (np.arange(length)[:, None] >= place) * np.sqrt(length / (place * (length - place)))
    return np.asarray(design - design.mean(0))


def reference_path(signal: Floats, count: int) -> list[int]:
    """Group LARS with plain matrices; the length of each step by halving."""
    design = steps(len(signal))
    correlated = design.T @ (signal - signal.mean(0))
    active = [int((correlated**2).sum(1).argmax())]
    while len(active) < count:
        own = design[:, active]
        move = design.T @ own @ np.linalg.solve(own.T @ own, correlated[active])
        most = np.linalg.norm(correlated[active[0]])

        low, high = 0.0, 1.0
        for _ in range(200):
            middle = (low + high) / 2
            lengths = _others(correlated - middle * move, active)
            low, high = (low, middle) if lengths.max() > (1 - middle) * most else (middle, high)
        correlated = correlated - high * move
        active.append(int(_others(correlated, active).argmax()))
    return [place + 1 for place in active]


def _others(correlated: Floats, active: list[int]) -> Floats:
    lengths = np.linalg.norm(correlated, axis=1)
    lengths[active] = -1
    return np.asarray(lengths)


@pytest.mark.parametrize("seed", range(4))
def test_the_path_is_that_of_the_plain_matrices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    signal = np.repeat(rng.normal(size=(4, 3)), [7, 5, 9, 6], axis=0) + rng.normal(0, 0.2, (27, 3))
    assert candidate_jumps(signal, 6).tolist() == reference_path(signal, 6)


def test_a_clean_signal_has_no_more_candidates_than_jumps() -> None:
    signal = np.repeat(np.eye(3), [5, 8, 7], axis=0)
    found = candidate_jumps(signal, 10).tolist()
    assert sorted(found[:2]) == [5, 13]
    assert len(found) <= 3, "once the fit is exact nothing is left to explain"


def test_the_best_jumps_are_those_of_trying_every_choice() -> None:
    rng = np.random.default_rng(1)
    signal = rng.normal(size=(40, 2)).cumsum(0)
    candidates = np.array([4, 9, 15, 21, 26, 33])
    errors, best = best_jumps(signal, candidates, shortest=5)
    for count, (error, found) in enumerate(zip(errors, best, strict=True)):
        tried = {
            chosen: sum(
                float(((signal[a:b] - signal[a:b].mean(0)) ** 2).sum())
                for a, b in pairwise([0, *chosen, 40])
            )
            for chosen in combinations(candidates.tolist(), count)
            if all(b - a >= 5 for a, b in pairwise([0, *chosen, 40]))
        }
        assert error == pytest.approx(min(tried.values()))
        assert tuple(found) == min(tried, key=lambda chosen: tried[chosen])


def test_the_curve_bends_where_the_last_true_jump_is() -> None:
    falling = np.exp([5.0, 4.0, 3.0, 2.99, 2.98, 2.97])
    assert bend(falling, 0.25) == 2
    assert bend(np.exp([5.0, 4.0, 3.0, 2.0]), 0.25) == 0
    assert bend(np.zeros(6), 0.25) == 0
    assert bend(np.array([9.0, 4.0, 0.0, 0.0]), 0.25) == 2


def test_it_finds_the_jumps_of_a_noisy_signal() -> None:
    rng = np.random.default_rng(3)
    signal = np.repeat(rng.normal(0, 1, (4, 30)), [50, 30, 70, 50], axis=0)
    found = jumps(signal + rng.normal(0, 0.05, signal.shape), count=20, shortest=10)
    assert found == [50, 80, 150]


def test_a_video_is_cut_where_its_picture_changes_at_the_cut_the_scan_saw() -> None:
    def draw(moment: float) -> Picture:
        picture = dull(moment)
        return picture if moment < 5.05 else picture[:, ::-1] // 3

    video = imagined(10.0, cuts=(5.05,), draw=draw)
    found = GroupFusedLasso().segment(video)
    assert [(s.start, s.end) for s in found] == [(0.0, 5.05), (5.05, 10.0)]


def test_where_nothing_changes_the_pieces_are_even() -> None:
    found = GroupFusedLasso(longest=6.0).segment(imagined(9.0))
    assert [(s.start, s.end) for s in found] == [(0.0, 4.5), (4.5, 9.0)]


def test_pieces_are_neither_too_short_nor_too_long() -> None:
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 255, (40, 3))

    def draw(moment: float) -> Picture:
        return np.broadcast_to(colours[int(moment / 0.9)], (HEIGHT, WIDTH, 3)).astype(np.uint8)

    found = GroupFusedLasso(shortest=2.0, longest=6.0).segment(imagined(30.0, draw=draw))
    lengths = [segment.duration for segment in found]
    assert min(lengths) > 1.7
    assert max(lengths) <= 6.0
