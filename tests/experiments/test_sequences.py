"""The interval that may be peeked at, against the paper's own form, a search, and a random walk."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gifworthy.experiments.sequences import (
    best_progress,
    evidence,
    false_discoveries_bounded,
    multiplier,
    progress,
)


@pytest.mark.parametrize("t", [10, 1_000, 50_000])
@pytest.mark.parametrize("rho", [0.01, 0.3])
@pytest.mark.parametrize("alpha", [0.05, 0.01])
def test_it_is_the_papers_formula(t: int, rho: float, alpha: float) -> None:
    root = math.sqrt(t * rho**2 + 1)
    paper = math.sqrt(2 * (t * rho**2 + 1) / (t**2 * rho**2) * math.log(root / alpha))
    assert float(multiplier(t * rho**2, alpha)) / math.sqrt(t) == pytest.approx(paper)


@pytest.mark.parametrize("alpha", [0.05, 0.05 / 3, 0.001])
def test_the_best_progress_is_the_narrowest(alpha: float) -> None:
    grid = np.geomspace(0.1, 200, 200_000)
    assert grid[multiplier(grid, alpha).argmin()] == pytest.approx(best_progress(alpha), rel=1e-3)
    assert float(progress(300, 300, alpha)) == best_progress(alpha)


def test_the_price_of_peeking_is_known() -> None:
    assert float(multiplier(best_progress(0.05), 0.05)) == pytest.approx(3.035, abs=0.001)


@pytest.mark.parametrize("k", [0.5, 8.2, 100.0])
def test_evidence_reaches_one_over_alpha_where_the_interval_leaves_zero_out(k: float) -> None:
    edge = float(multiplier(k, 0.05))
    assert float(evidence(edge, k)) == pytest.approx(20)
    assert float(evidence(-edge, k)) == pytest.approx(20)
    assert float(evidence(0, k)) < 1


def test_evidence_is_one_on_the_mean_when_there_is_nothing_to_find() -> None:
    z = np.random.default_rng(0).normal(size=400_000)
    assert float(evidence(z, 0.5).mean()) == pytest.approx(1.0, abs=0.01)


def test_a_random_walk_seldom_leaves_the_interval_though_it_often_leaves_the_plain_one() -> None:
    steps = np.random.default_rng(1).normal(size=(600, 4_000))
    z = steps.cumsum(axis=1) / np.sqrt(np.arange(1, 4_001))
    reach = multiplier(progress(np.arange(1, 4_001), 1_000, 0.05), 0.05)
    assert (np.abs(z) > reach).any(axis=1).mean() < 0.05
    assert (np.abs(z) > 1.96).any(axis=1).mean() > 0.5


def slow_e_bh(evidences: list[float], level: float) -> list[bool]:
    """Wang and Ramdas (2022), section 4: the largest k with at least k e-values at or above N / (level k)."""
    count = len(evidences)
    found = [
        k for k in range(1, count + 1) if sum(e >= count / (level * k) for e in evidences) >= k
    ]
    return [bool(found) and e >= count / (level * max(found)) for e in evidences]


def test_e_bh_agrees_with_its_definition() -> None:
    random = np.random.default_rng(2)
    for _ in range(200):
        evidences = np.exp(random.normal(2, 3, 12))
        fast = false_discoveries_bounded(evidences, 0.1).tolist()
        assert fast == slow_e_bh(evidences.tolist(), 0.1)
    assert not false_discoveries_bounded(np.full(5, np.nan), 0.1).any()
