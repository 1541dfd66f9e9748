"""The perceptual matching error: by hand, by two methods, for many samples at once, and what stops it."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from numpy.random import default_rng

from gifworthy.learning.metrics import voronoi
from gifworthy.learning.metrics.pme import pme, pme_by_dual
from gifworthy.learning.metrics.sampled import expected_pme, expected_score
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.types import Floats

LINE = np.array([[0.0], [1.0], [4.0]])


def drawn(seed: int, shots: int, size: int, samples: int = 15) -> tuple[Floats, Floats]:
    """Shots of a video, and generated ones that lie near them, among them, and far out."""
    rng = default_rng(seed)
    shots_nd = rng.normal(size=(shots, size))
    far = rng.choice([0.1, 1.0, 4.0], size=(samples, 1))
    return shots_nd, shots_nd[rng.integers(shots, size=samples)] + far * rng.normal(
        size=(samples, size)
    )


def by_steps(generated: float, shots: Floats, target: int) -> float:
    """The definition on a line: move in small steps until the target is nearest."""
    reach = shots[target, 0] - generated
    for step in range(1001):
        moved = generated + reach * step / 1000
        nearest = np.abs(shots[:, 0] - moved)
        if nearest[target] <= nearest.min() + 1e-12:
            return step / 1000
    raise AssertionError


@pytest.mark.parametrize(
    ("generated", "target", "expected"),
    [
        (0.0, 1, 0.5),  # halfway to 1 it is as near as 0
        (0.0, 2, 2.5 / 4),  # the bisector of 1 and 4 lies at 2.5
        (4.0, 0, 3.5 / 4),
        (0.4, 0, 0.0),  # nearest already
        (10.0, 2, 0.0),
        (1.0, 1, 0.0),  # 0/0
    ],
)
def test_on_a_line_it_is_seen_in_the_head(generated: float, target: int, expected: float) -> None:
    assert pme([generated], LINE, target) == pytest.approx(expected, abs=1e-12)
    assert pme_by_dual([generated], LINE, target) == pytest.approx(expected, abs=1e-12)
    assert Cells.of(LINE).pme([[generated]], target)[0] == pytest.approx(expected, abs=1e-12)
    assert by_steps(generated, LINE, target) == pytest.approx(expected, abs=1e-3)


def test_two_planes_meet_in_a_corner() -> None:
    """Cells of a cross: from (-3, 0) the cell of the centre starts at (-1, 0), two thirds of 3 away."""
    cross = np.array([[0.0, 0.0], [2.0, 0.0], [-2.0, 0.0], [0.0, 2.0], [0.0, -2.0]])
    assert pme([-3.0, 0.0], cross, 0) == pytest.approx(2 / 3)
    corner = math.hypot(2, 2) / math.hypot(3, 3)
    assert pme([3.0, 3.0], cross, 0) == pytest.approx(corner)
    assert Cells.of(cross).pme([[-3.0, 0.0], [3.0, 3.0]], 0) == pytest.approx([2 / 3, corner])


@pytest.mark.parametrize(("shots", "size"), [(5, 2), (30, 3), (40, 8), (25, 60), (70, 4)])
def test_two_methods_agree(shots: int, size: int) -> None:
    shots_nd, made = drawn(shots + size, shots, size)
    cells = Cells.of(shots_nd)
    for target in (0, shots - 1):
        by_nnls = [pme(one, shots_nd, target) for one in made]
        by_dual = [pme_by_dual(one, shots_nd, target) for one in made]
        assert by_nnls == pytest.approx(by_dual, abs=1e-9)
        assert cells.pme(made, target) == pytest.approx(by_nnls, abs=1e-9)
        assert 0 < np.mean(by_nnls) < 1


def test_the_move_ends_on_the_border_of_the_cell_and_no_shorter_one_does() -> None:
    """Checked by the definition: random moves of the claimed length never make the target nearest."""
    rng = default_rng(3)
    shots_nd, made = drawn(3, 12, 2, samples=6)
    for one in made:
        claimed = pme(one, shots_nd, 4) * np.linalg.norm(one - shots_nd[4])
        if claimed > 1e-6:
            directions = rng.normal(size=(2000, 2))
            directions /= np.linalg.norm(directions, axis=1, keepdims=True)
            moved = one + 0.999 * claimed * directions
            apart = np.linalg.norm(moved[:, None] - shots_nd, axis=2)
            assert (apart.argmin(axis=1) != 4).all()


def test_many_samples_are_never_sent_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voronoi, "pme", lambda *given: pytest.fail("a certificate was missing"))
    for shots, size in ((40, 3), (60, 200), (300, 5)):
        shots_nd, made = drawn(shots, shots, size, samples=300)
        Cells.of(shots_nd).pme(made, 7)


def test_what_is_not_certain_is_done_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    shots_nd, made = drawn(1, 30, 4)
    truth = Cells.of(shots_nd).pme(made, 2)
    monkeypatch.setattr(voronoi.Search, "add_farthest", lambda self: False)
    assert Cells.of(shots_nd).pme(made, 2) == pytest.approx(truth, abs=1e-9)


@pytest.mark.parametrize("noise", [0.0, 1e-6, 1e-3])
def test_a_still_video_has_shots_that_are_nearly_the_same(noise: float) -> None:
    rng = default_rng(5)
    still = np.repeat(rng.normal(size=(4, 20)), 6, axis=0)
    shots = (still + noise * rng.normal(size=still.shape)).astype(np.float32)
    made = rng.normal(size=(20, 20)).astype(np.float32)
    slow = [pme(one, shots, 3) for one in made]
    assert Cells.of(shots).pme(made, 3) == pytest.approx(slow, abs=1e-9)
    assert np.mean(slow) > 0.05


def test_twins_of_the_target_are_no_obstacle() -> None:
    assert pme([0.0], np.array([[4.0], [4.0], [0.0]]), 0) == pytest.approx(0.5)
    assert Cells.of([[4.0], [4.0]]).pme([[0.0]], 0).tolist() == [0.0]


def test_order_matters_and_places_are_averaged() -> None:
    cells = Cells.of(LINE)
    made = np.array([[[0.0], [1.0], [4.0]]])
    errors = cells.pme_of_gifs(made, [[0, 1, 2], [1, 0, 2], [0, 1, 1]])
    # 0 -> 1: 0.5, 1 -> 0: 0.5, 4 -> 1: the bisector of 4 and 1 at 2.5 is half the way
    assert errors == pytest.approx(np.array([[0.0, 1 / 3, 0.5 / 3]]))


def test_the_mean_over_samples_comes_before_the_best_gif() -> None:
    """Half the samples are at 0, half at 4: each meets one GIF, no GIF is met by both."""
    rng = default_rng(0)

    def draw(count: int) -> Floats:
        places = 4.0 * rng.integers(2, size=(count, 1, 1))
        return np.repeat(places, 3, axis=1)

    found = expected_pme(draw, LINE, [[0, 0, 0], [2, 2, 2]], error=1e-9, most=2000)
    assert found.samples == 2000
    assert found.mean == pytest.approx(0.5 * 0.625, abs=0.03)  # 0 -> 4 costs 2.5 / 4
    assert found.error == pytest.approx(0.625 / 2 / math.sqrt(2000), rel=0.05)


def test_sampling_stops_at_the_error_asked_for() -> None:
    rng = default_rng(1)

    def draw(count: int) -> Floats:
        return rng.normal(0, 2, size=(count, 3, 1))

    found = expected_pme(draw, LINE, [[1, 1, 1]], error=0.01, most=100_000, batch=100)
    assert 200 <= found.samples < 3000
    assert 0.005 < found.error <= 0.01
    long = expected_pme(draw, LINE, [[1, 1, 1]], error=0.001, most=100_000, batch=1000)
    assert abs(long.mean - found.mean) < 4 * found.error


def test_a_model_that_does_not_sample_is_asked_once() -> None:
    found = expected_pme(lambda count: np.zeros((count, 3, 1)), LINE, [[1, 1, 1]], most=1)
    assert found.mean == pytest.approx(0.5)
    assert found.samples == 1
    assert math.isnan(found.error)


def test_expected_score() -> None:
    found = expected_score(lambda count: np.tile([0, 1, 2], (count, 1)), [1, 2, 4])
    assert (found.mean, found.error) == (7 / 4, 0.0)


def test_the_batch_is_much_faster_than_a_loop() -> None:
    shots_nd, made = drawn(9, 150, 256, samples=1000)
    cells = Cells.of(shots_nd)
    began = time.process_time()
    all_at_once = cells.pme(made, 0)
    batch = time.process_time() - began
    began = time.process_time()
    looped = [pme(one, shots_nd, 0) for one in made[:10]]
    loop = (time.process_time() - began) * 100
    assert all_at_once[:10] == pytest.approx(looped, abs=1e-9)
    assert loop > 5 * batch


@pytest.mark.parametrize(
    ("made", "shots", "target", "message"),
    [
        ([math.nan], LINE, 0, "1 of 1 generated features are not finite"),
        ([0.0], [[0.0], [math.nan]], 0, r"of 1 of 2 shots are not finite \(first: shot 1\)"),
        ([0.0], [[0.0], [math.inf]], 0, "not finite"),
        ([0.0, 1.0], LINE, 0, "do not fit"),
        ([0.0], LINE, 3, "there is no shot 3; the video has 3"),
        ([0.0], LINE, -1, "there is no shot -1"),
        ([0.0], [], 0, "must be"),
    ],
)
def test_broken_input_is_named(made: list[float], shots: Floats, target: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pme(made, shots, target)
    with pytest.raises(ValueError, match=message):
        Cells.of(shots).pme([made], target)


def test_gifs_and_stopping_are_checked() -> None:
    cells = Cells.of(LINE)
    with pytest.raises(ValueError, match="GIFs must be"):
        cells.pme_of_gifs(np.zeros((1, 3, 1)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match="do not fit"):
        cells.pme_of_gifs(np.zeros((1, 2, 1)), [[0, 1, 2]])
    with pytest.raises(ValueError, match="must be above 0"):
        expected_pme(lambda count: np.zeros((count, 3, 1)), LINE, [[0, 1, 2]], error=0)
