"""GEVADEN's net: sizes by hand, and every formula once more in plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="torch is not installed")

import torch
from torch import nn

from gifworthy.learning.recipes.gevaden import Gevaden as Recipe
from gifworthy.learning.storylosses import gaussian_divergence, missed, perceptual, retrospective
from gifworthy.models.gevaden import Gevaden, Learner, Lesson
from gifworthy.models.reseq2seq import ReSeq2Seq, Retelling
from gifworthy.models.storytelling import SequenceEncoder, remember

Floats = NDArray[np.float64]
B, N, D, S, Y, Z, L = 2, 5, 4, 3, 2, 2, 3


def small(**more: object) -> Gevaden:
    torch.manual_seed(0)
    net = Gevaden(D, S, Y, Z, **more).double()  # type: ignore[arg-type]
    net.standard.fit(torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.full((D,), 2.0))
    return net


def numbers(net: nn.Module) -> dict[str, Floats]:
    return {name: value.detach().numpy() for name, value in net.state_dict().items()}


def sigmoid(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


def cell(
    w: dict[str, Floats], layer: int, x: Floats, h: Floats, c: Floats
) -> tuple[Floats, Floats]:
    gates = (
        w[f"lstm.weight_ih_l{layer}"] @ x
        + w[f"lstm.bias_ih_l{layer}"]
        + w[f"lstm.weight_hh_l{layer}"] @ h
        + w[f"lstm.bias_hh_l{layer}"]
    )
    i, f, g, o = np.split(gates, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def part(w: dict[str, Floats], name: str) -> dict[str, Floats]:
    return {key[len(name) + 1 :]: value for key, value in w.items() if key.startswith(name + ".")}


def encoded(w: dict[str, Floats], shots: Floats) -> Floats:
    size = w["lstm.weight_hh_l0"].shape[1]
    states = [(np.zeros(size), np.zeros(size)) for _ in range(2)]
    for x in shots:
        for layer in range(2):
            states[layer] = cell(w, layer, x, *states[layer])
            x = states[layer][0]
    return states[1][0]


def mlp(w: dict[str, Floats], x: Floats) -> tuple[Floats, Floats]:
    hidden = np.maximum(w["layers.0.weight"] @ x + w["layers.0.bias"], 0)
    mean, log_variance = np.split(w["layers.2.weight"] @ hidden + w["layers.2.bias"], 2)
    return mean, log_variance


def told(w: dict[str, Floats], about: Floats, z: Floats) -> Floats:
    states = [(about, np.zeros(S)) for _ in range(2)]
    shot, shots = np.zeros(D), []
    for _ in range(3):
        x = np.concatenate([z, shot])
        for layer in range(2):
            states[layer] = cell(w, layer, x, *states[layer])
            x = states[layer][0]
        shot = w["shot.weight"] @ x + w["shot.bias"]
        shots.append(shot)
    return np.array(shots)


def scaled(shots: Floats) -> Floats:
    return np.asarray((shots - np.array([1.0, 2.0, 3.0, 4.0])) / 2)


def test_the_paper_s_sizes_give_these_many_parameters() -> None:
    """An LSTM layer has 4 S (inputs + S) weights and 8 S biases; two layers, the second fed by S."""
    net = Gevaden()
    encoder = 4 * 512 * (2048 + 512) + 8 * 512 + 4 * 512 * (512 + 512) + 8 * 512
    gif = 4 * 128 * (2048 + 128) + 8 * 128 + 4 * 128 * (128 + 128) + 8 * 128
    teller = 4 * 512 * (10 + 2048 + 512) + 8 * 512 + 4 * 512 * 1024 + 8 * 512
    expected = {
        "encoder": encoder,
        "prior_head": 512 * 512 + 512 + 512 * 20 + 20,
        "gif_encoder": gif,
        "posterior_head": 128 * 128 + 128 + 128 * 20 + 20,
        "teller": teller + 512 * 2048 + 2048,
    }
    found = {n: sum(p.numel() for p in part.parameters()) for n, part in net.named_children()}
    assert {name: count for name, count in found.items() if count} == expected
    assert (encoder, gif, teller) == (7_348_224, 1_247_232, 7_368_704)
    fixed = Gevaden(prior="fixed")
    assert not any("prior_head" in name for name, _ in fixed.named_parameters())


def test_in_use_it_is_the_prior_and_the_teller() -> None:
    net, random = small(), np.random.default_rng(0)
    shots, noise = random.normal(size=(N, D)), random.normal(size=(L, Z))
    w = numbers(net)
    about = encoded(part(w, "encoder"), scaled(shots))
    mean, log_variance = mlp(part(w, "prior_head"), about)
    expected = [
        told(part(w, "teller"), about, mean + np.exp(log_variance / 2) * e) * 2 + [1, 2, 3, 4]
        for e in noise
    ]
    with torch.no_grad():
        found = net(torch.from_numpy(shots), torch.from_numpy(noise))
    assert found[0].numpy() == pytest.approx(np.array(expected))
    assert found[1].numpy() == pytest.approx(np.tile(mean, (L, 1)))
    assert found[2].numpy() == pytest.approx(np.tile(log_variance, (L, 1)))


def lesson_of(net: Gevaden, lengths: list[int]) -> tuple[Lesson, Floats, Floats, Floats]:
    random = np.random.default_rng(1)
    shots, gifs = random.normal(size=(B, N, D)), random.normal(size=(B, 3, D))
    noise = random.normal(size=(B, L, Z))
    given = [torch.from_numpy(x) for x in (shots, np.array(lengths), gifs, noise)]
    return net.learn(*given), shots, gifs, noise


def test_learning_draws_from_the_posterior_of_the_true_gif() -> None:
    net, lengths = small(), [3, 5]
    lesson, shots, gifs, noise = lesson_of(net, lengths)
    w = numbers(net)
    for b in range(B):
        about = encoded(part(w, "encoder"), scaled(shots[b, : lengths[b]]))
        state = encoded(part(w, "gif_encoder"), scaled(gifs[b]))
        mean, log_variance = mlp(part(w, "posterior_head"), state)
        for sample in range(L):
            z = mean + np.exp(log_variance / 2) * noise[b, sample]
            expected = told(part(w, "teller"), about, z)
            assert lesson.told[b, sample].detach().numpy() == pytest.approx(expected)
            again = encoded(part(w, "gif_encoder"), expected)
            assert lesson.told_state[b, sample].detach().numpy() == pytest.approx(again)
        assert lesson.wanted_state[b].numpy() == pytest.approx(state)
        assert lesson.prior[0][b].detach().numpy() == pytest.approx(
            mlp(part(w, "prior_head"), about)[0]
        )


def test_the_three_losses_are_the_formulas() -> None:
    net = small()
    lesson, *_ = lesson_of(net, [5, 5])
    one = {name: value.detach().numpy() for name, value in vars(lesson).items() if name[0] in "tw"}
    (mu, log), (nu, olog) = (
        tuple(x.detach().numpy() for x in pair) for pair in (lesson.posterior, lesson.prior)
    )
    away = np.sqrt(((one["told"] - one["wanted"][:, None]) ** 2).sum(-1)).sum(-1)
    wide, other = np.exp(log), np.exp(olog)
    apart = 0.5 * (np.log(other / wide) + (wide + (mu - nu) ** 2) / other - 1).sum(1)
    seen = np.sqrt(((one["told_state"] - one["wanted_state"][:, None]) ** 2).sum(-1)).mean(1)
    wanted = lesson.wanted[:, None].expand_as(lesson.told)
    assert missed(lesson.told, wanted).detach().numpy() == pytest.approx(away)
    assert gaussian_divergence(lesson.posterior, lesson.prior).detach().numpy() == pytest.approx(
        apart
    )
    assert perceptual(lesson).detach().numpy() == pytest.approx(seen)
    recipe = Recipe(beta=0.5, perceptual=0.25)
    whole = recipe._punished(lesson, torch.tensor(0.4))
    expected = (away.mean(1) + 0.5 * 0.4 * apart + 0.25 * seen).mean()
    assert float(whole.detach()) == pytest.approx(expected)


def test_values_for_the_head() -> None:
    """A shot missed by (3, 4) is missed by 5; N(1, 1) and N(0, 1) are 1/2 apart; equals are 0 apart."""
    told_shots = torch.tensor([[[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]]])
    assert float(missed(told_shots, torch.zeros(1, 3, 2))) == pytest.approx(7.0, abs=1e-5)
    assert float(missed(told_shots, torch.zeros(1, 3, 2), squared=True)) == 29.0
    one, nought = torch.ones(1, 1), torch.zeros(1, 1)
    assert float(gaussian_divergence((one, nought), (nought, nought))) == 0.5
    assert float(gaussian_divergence((one, one), (one, one))) == 0.0


def test_a_perfect_story_has_slope_nought_and_not_nan() -> None:
    shots = torch.zeros(1, 3, 2, requires_grad=True)
    missed(shots, torch.zeros(1, 3, 2)).sum().backward()  # type: ignore[no-untyped-call]
    assert shots.grad is not None
    assert shots.grad.abs().sum() == 0


def test_the_perceptual_loss_teaches_the_teller_and_not_the_eye() -> None:
    """Equation 6: embedding again, and what it is compared with, leave no slope on the encoder."""
    net = small()
    imagined = torch.ones(1, 3, D, dtype=torch.double, requires_grad=True)
    net._embedded_again(imagined).sum().backward()  # type: ignore[no-untyped-call]
    assert imagined.grad is not None
    assert imagined.grad.abs().sum() > 0
    assert all(p.grad is None for p in net.gif_encoder.parameters())
    assert not lesson_of(net, [5, 5])[0].wanted_state.requires_grad


def test_a_fixed_prior_does_not_see_the_video() -> None:
    net = small(prior="fixed")
    lesson, *_ = lesson_of(net, [3, 5])
    assert lesson.prior[0].abs().sum() == lesson.prior[1].abs().sum() == 0


def test_tags_join_the_prior_and_nothing_else() -> None:
    net = small(words="cat;dog")
    shots, noise = torch.ones(N, D).double(), torch.zeros(1, Z).double()
    with torch.no_grad():
        cat, dog = (net(shots, noise, torch.tensor([w]).double()) for w in ([1.0, 0], [0, 1.0]))
        assert (cat[1] - dog[1]).abs().sum() > 0
        about = net.encoder(net.standard(shots)[None])
        alone = net.teller(about, cat[1])
    assert net.standard.undone(alone).numpy() == pytest.approx(cat[0].numpy())


def test_the_divergence_warms_up_by_batches_and_survives_a_fall() -> None:
    learner = Learner(small(), warm=4.0)
    given = [torch.zeros(1, N, D).double(), torch.tensor([N]), torch.zeros(1, 3, D).double()]
    warmth = []
    for _ in range(6):
        learner(*given, torch.zeros(1, L, Z).double())
        warmth.append(float(learner.warmth()))
    assert warmth == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    learner.eval()(*given, torch.zeros(1, L, Z).double())
    assert float(learner.state_dict()["batches"]) == 6
    assert float(Learner(small(), 0.0).warmth()) == 0.0


def test_memories_begin_as_long_as_the_videos() -> None:
    encoder = SequenceEncoder(2, 50)
    remember(encoder, 100.0)
    bias = dict(encoder.lstm.named_parameters())["bias_ih_l0"].detach()
    keep, take = bias[50:100], bias[:50]
    assert 0 <= float(keep.min()) < 2 < float(keep.max()) <= np.log(100) + 1e-6
    assert torch.equal(keep, -take)


def test_the_rival_tells_once_and_looks_back() -> None:
    torch.manual_seed(0)
    net = ReSeq2Seq(D, S).double()
    shots = np.random.default_rng(2).normal(size=(N, D))
    w = numbers(net)
    about = encoded(part(w, "encoder"), shots)
    expected = told(part(w, "teller"), about, np.zeros(0))
    with torch.no_grad():
        found = net(torch.from_numpy(shots))
    assert found.shape == (1, 3, D)
    assert found[0].numpy() == pytest.approx(expected)
    first, again = torch.tensor([[0.0, 0.0], [2.0, 0.0]]), torch.tensor([[0.0, 0.0], [0.0, 0.0]])
    own, others = retrospective(Retelling(again, again, first, again), margin=1.0)
    assert own.tolist() == [0.0, 2.0]
    assert others.tolist() == [0.0, 3.0]
