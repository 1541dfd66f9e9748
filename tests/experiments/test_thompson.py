"""A split that follows the clicks, against exact integrals and what must always hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from gifworthy.experiments.tally import Tally, measured
from gifworthy.experiments.thompson import chances_to_be_best, posteriors, resplit
from gifworthy.records.experiments import Design


def tally_of(cells: list[tuple[int, int, int, int]], arms: int = 2) -> Tally:
    """Cells of video, arm, views, clicks; every view is another viewer's."""
    rows = [(v, a, n < clicks) for v, a, views, clicks in cells for n in range(views)]
    video, arm, clicked = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    count = len(rows)
    return Tally(
        np.arange(count),
        video,
        arm,
        np.full(count, 1 / arms),
        np.arange(count, dtype=np.float64),
        measured(count, views=np.ones(count), clicks=clicked),
        tuple(f"v{n}" for n in range(int(video.max()) + 1)),
        tuple("abc"[:arms]),
    )


def thompson(by: str = "unit", floor: float = 0.1, arms: int = 2) -> Design:
    return Design(tuple("abc"[:arms]), by=by, mode="thompson", floor=floor)  # type: ignore[arg-type]


@pytest.mark.parametrize(("first", "second"), [((3, 7), (6, 4)), ((20, 380), (28, 372))])
def test_the_chance_to_be_best_is_the_integral(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    exact, _ = quad(lambda x: beta.pdf(x, *second) * beta.cdf(x, *first), 0, 1, limit=200)
    above, below = np.array([first[0], second[0]], float), np.array([first[1], second[1]], float)
    found = chances_to_be_best(above, below, np.random.default_rng(0), 60_000)
    assert found[1] == pytest.approx(exact, abs=0.01)
    assert found.sum() == pytest.approx(1)


def test_the_better_arm_gets_more_and_the_other_its_floor() -> None:
    tally = tally_of([(0, 0, 1_000, 50), (0, 1, 1_000, 150)])
    split = resplit(thompson(floor=0.08), tally, np.random.default_rng(0))
    assert split.everywhere == pytest.approx((0.08, 0.92), abs=1e-3)


def test_when_nothing_is_known_arms_are_alike() -> None:
    empty = tally_of([(0, 0, 1, 0)]).only(slice(0, 0))
    split = resplit(
        thompson(arms=3), replace(empty, arms=("a", "b", "c")), np.random.default_rng(0)
    )
    assert split.everywhere == pytest.approx((1 / 3,) * 3, abs=0.03)


def test_videos_follow_their_own_clicks_and_new_ones_the_others() -> None:
    cells = [(v, a, 400, 80 if (a == 1) == (v < 4) else 20) for v in range(5) for a in (0, 1)]
    split = resplit(thompson("pair"), tally_of(cells), np.random.default_rng(0))
    assert split.shares("v0")[1] == pytest.approx(0.9, abs=0.01)
    assert split.shares("v4")[1] == pytest.approx(0.1, abs=0.01)
    assert 0.5 < split.shares("never seen")[1] < 0.9


def test_a_video_with_few_views_borrows_from_the_others() -> None:
    """19 videos say that the second arm is twice as good; the last saw 10 views that say little else."""
    cells = [(v, a, 1_000, 50 * (a + 1)) for v in range(19) for a in (0, 1)]
    cells += [(19, 0, 5, 1), (19, 1, 5, 0)]
    views = np.zeros((20, 2))
    clicks = np.zeros((20, 2))
    for v, a, n, c in cells:
        views[v, a], clicks[v, a] = n, c
    above, below = posteriors(views, clicks)
    means = above / (above + below)
    assert means[19] == pytest.approx((0.05, 0.10), abs=0.01)


@pytest.mark.parametrize("by", ["unit", "pair"])
def test_shares_add_up_and_can_be_kept(by: str) -> None:
    random = np.random.default_rng(3)
    cells = [(v, a, 50, int(random.integers(20))) for v in range(8) for a in range(3)]
    design = thompson(by, 0.05, 3)
    split = resplit(design, tally_of(cells, 3), random)
    for shares in (split.everywhere, *split.of_video.values()):
        assert sum(shares) == pytest.approx(1, abs=1e-9)
        assert min(shares) >= 0.05 - 1e-6
        replace(design, shares=shares)


def test_people_who_repeat_make_it_slower_to_believe() -> None:
    tally = tally_of([(0, 0, 600, 60), (0, 1, 600, 84)])
    crowd = resplit(thompson(), tally, np.random.default_rng(0)).everywhere[1]
    order = np.argsort(tally.of("clicks") + 10 * tally.arm, kind="stable")
    few = np.empty(len(tally), np.int64)
    few[order] = np.arange(len(tally)) // 12
    same = replace(tally, unit=few)
    assert resplit(thompson(), same, np.random.default_rng(0)).everywhere[1] < crowd - 0.03
