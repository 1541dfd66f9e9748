"""The losses, each a second time in plain numpy, at values that can be seen in the head."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from gifworthy.learning.losses import (  # noqa: E402
    classification_loss,
    huber_rank_loss,
    l1_rank_loss,
    l2_rank_loss,
    logistic_rank_loss,
    set_loss,
)

BETTER, WORSE = [2.0, 1.0, 0.5, 0.0, 0.0], [0.0, 0.0, 0.5, 0.5, 4.0]
"""By 1 these are apart by: more, just, not by 1, by 1.5, by 5."""


def reference_huber(better: float, worse: float, delta: float) -> float:
    """Video2GIF, equation 2, case by case."""
    u = 1 - better + worse
    if u <= 0:
        return 0.0
    return u**2 / 2 if u <= delta else delta * u - delta**2 / 2


def test_l1_and_l2_are_equation_1() -> None:
    better, worse = torch.tensor(BETTER), torch.tensor(WORSE)
    assert l1_rank_loss(better, worse).tolist() == [0.0, 0.0, 1.0, 1.5, 5.0]
    assert l2_rank_loss(better, worse).tolist() == [0.0, 0.0, 1.0, 2.25, 25.0]
    assert l1_rank_loss(better, worse, margin=0.5).tolist() == [0.0, 0.0, 0.5, 1.0, 4.5]


def test_huber_is_equation_2() -> None:
    found = huber_rank_loss(torch.tensor(BETTER), torch.tensor(WORSE), 1.5).tolist()
    assert found == [0.0, 0.0, 0.5, 1.125, 1.5 * 5 - 1.125]
    expected = [reference_huber(a, b, 1.5) for a, b in zip(BETTER, WORSE, strict=True)]
    assert found == pytest.approx(expected)


def test_the_adaptive_form_has_a_delta_for_each_pair() -> None:
    random = np.random.default_rng(0)
    better, worse, popular = random.normal(0, 3, 50), random.normal(0, 3, 50), random.random(50)
    found = huber_rank_loss(*(torch.tensor(x) for x in (better, worse, 1.5 + popular)))
    expected = [reference_huber(*row) for row in zip(better, worse, 1.5 + popular, strict=True)]
    assert found.numpy() == pytest.approx(expected)


@pytest.mark.parametrize(("delta", "steepest"), [(1.5, 1.5), (2.5, 2.5)])
def test_an_outlier_pulls_a_huber_loss_no_harder_than_delta(delta: float, steepest: float) -> None:
    worse = torch.tensor([0.5, 100.0], requires_grad=True)
    huber = huber_rank_loss(torch.zeros(2), worse, delta).sum()
    assert torch.autograd.grad(huber, worse)[0].tolist() == [1.5, steepest]
    squared = l2_rank_loss(torch.zeros(2), worse).sum()
    assert torch.autograd.grad(squared, worse)[0].tolist() == [3.0, 202.0]


def test_the_logistic_form_is_that_of_ranknet() -> None:
    found = logistic_rank_loss(torch.tensor([0.0, 3.0]), torch.tensor([0.0, 1.0])).tolist()
    assert found == pytest.approx([math.log(2), math.log1p(math.exp(-2))])


def test_classification_asks_nothing_of_the_difference() -> None:
    found = classification_loss(torch.tensor([0.0, 3.0]), torch.tensor([0.0, 2.0])).tolist()
    assert found[0] == pytest.approx(math.log(2))
    assert found[1] == pytest.approx((math.log1p(math.exp(-3)) + math.log1p(math.exp(2))) / 2)


def reference_set(scores: list[float], values: list[float]) -> float:
    """KL between the softmax of the values and that of the scores."""
    wanted, found = (np.exp(x) / np.exp(x).sum() for x in (np.array(values), np.array(scores)))
    return float((wanted * np.log(wanted / found)).sum())


def test_the_set_loss_is_the_divergence_of_two_softmaxes() -> None:
    there = torch.tensor([[True, True, True], [True, True, False]])
    scores = torch.tensor([[1.0, 0.0, 2.0], [3.0, 1.0, 50.0]])
    values = torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 7.0]])
    expected = [
        reference_set([1.0, 0.0, 2.0], [0.0, 1.0, 2.0]),
        reference_set([3.0, 1.0], [1.0, 0.0]),
    ]
    assert set_loss(scores, values, there).tolist() == pytest.approx(expected, abs=1e-6)


def test_a_constant_makes_no_difference_to_a_set_and_what_is_not_there_is_not_pulled() -> None:
    there = torch.tensor([[True, True, False]])
    scores = torch.tensor([[5.0, 6.0, 9.0]], requires_grad=True)
    loss = set_loss(scores, torch.tensor([[0.0, 1.0, 0.0]]), there)
    assert loss.item() == pytest.approx(0.0, abs=1e-6)
    assert torch.autograd.grad(loss.sum(), scores)[0].abs().max().item() < 1e-6
