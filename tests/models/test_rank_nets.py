"""The nets behind the features: their sizes to the digit, and what each input reaches."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from gifworthy.models.jointembedding import EmbeddingNet  # noqa: E402
from gifworthy.models.linear import LinearByTopic  # noqa: E402
from gifworthy.models.setwise import SetNet  # noqa: E402
from gifworthy.models.standard import Standard  # noqa: E402
from gifworthy.models.video2gif import Head, RankNet  # noqa: E402

CATEGORIES = ";".join(f"category {place}" for place in range(20))


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_the_released_head_has_its_size() -> None:
    assert count(RankNet()) == 2_163_457


def test_with_context_it_has_the_size_that_the_paper_gives() -> None:
    network = RankNet(categories=CATEGORIES, words="a;b", word_size=300, position=3)
    given = 2 * 300  # the table of word vectors, which is given and not learned
    assert count(network) - given == 2_327_681


def test_the_released_weights_fit_by_transposing_them() -> None:
    """Dense layers are published as (in, out): 4096 x 512, 512 x 128, 128 x 1, with their biases."""
    random = np.random.default_rng(0)
    shapes = [(4096, 512), (512, 128), (128, 1)]
    dense = [(random.normal(0, 0.05, shape), random.normal(0, 0.1, shape[1])) for shape in shapes]
    network = RankNet().eval()
    head = network.heads[0]
    assert isinstance(head, Head)
    for layer, (weights, biases) in zip((head.first, head.second, head.last), dense, strict=True):
        layer.weight.data = torch.tensor(weights.T, dtype=torch.float32)
        layer.bias.data = torch.tensor(biases, dtype=torch.float32)
    features = random.random((3, 4096))
    hidden = np.maximum(features @ dense[0][0] + dense[0][1], 0)
    hidden = np.maximum(hidden @ dense[1][0] + dense[1][1], 0)
    expected = hidden @ dense[2][0] + dense[2][1]
    found = network(torch.tensor(features, dtype=torch.float32)).detach().numpy()
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_mean_of_the_copies_is_the_score() -> None:
    torch.manual_seed(0)
    network = RankNet(features=5, copies=3, width=8).eval()
    rows = torch.randn(4, 5)
    each = torch.cat([head(network.standard(rows), rows[:, 5:]) for head in network.heads], dim=1)
    assert network(rows).shape == (4, 1)
    assert torch.allclose(network(rows)[:, 0], each.mean(dim=1))
    assert each.std(dim=1).min() > 0, "the copies begin differently"


@pytest.mark.parametrize("column", range(5 + 2 + 3 + 3))
def test_every_column_counts(column: int) -> None:
    torch.manual_seed(1)
    network = RankNet(5, "x;y", "p;q;r", word_size=4, position=3, width=32).eval()
    rows = torch.rand(2, 13)
    changed = rows.clone()
    changed[:, column] += 3
    assert not torch.allclose(network(rows), network(changed))


def test_standard_brings_to_mean_0_and_spread_1_and_leaves_what_never_varies() -> None:
    standard = Standard(2)
    standard.fit(torch.tensor([3.0, 7.0]), torch.tensor([2.0, 0.0]))
    assert standard(torch.tensor([[5.0, 8.0]])).tolist() == [[1.0, 1.0]]


def test_each_category_has_weights_of_its_own_and_an_unknown_one_their_mean() -> None:
    network = LinearByTopic(2, "x;y")
    network.weights.weight.data = torch.tensor([[1.0, 0.0], [0.0, 10.0]])
    network.weights.bias.data = torch.zeros(2)
    rows = torch.tensor([[3.0, 4.0, 1, 0], [3.0, 4.0, 0, 1], [3.0, 4.0, 0, 0]])
    assert network(rows)[:, 0].tolist() == [3.0, 40.0, 21.5]
    alone = LinearByTopic(2)
    alone.weights.weight.data, alone.weights.bias.data = torch.tensor([[1.0, 2.0]]), torch.ones(1)
    assert alone(torch.tensor([[3.0, 4.0]])).item() == 12.0


def test_a_span_is_as_good_as_it_is_near_to_the_words() -> None:
    torch.manual_seed(0)
    network = EmbeddingNet(4, "a;b", word_size=3, width=8).eval()
    network.table.copy_(torch.tensor([[2.0, 0, 0], [0, 5.0, 0]]))
    network.usual.copy_(torch.tensor([0.0, 0, 1]))
    features = torch.randn(1, 4)
    place = network.spans(features)[0]
    assert place.norm().item() == pytest.approx(1)
    for words, axis in ([1.0, 0.0], 0), ([0.0, 0.5], 1), ([0.0, 0.0], 2):
        found = network(torch.cat([features, torch.tensor([words])], dim=1))
        assert found.item() == pytest.approx(place[axis].item())


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_spans_of_other_videos_do_not_matter_to_a_set(layers: int) -> None:
    torch.manual_seed(0)
    network = SetNet(6, 3, width=16, layers=layers).eval()
    one, other = torch.randn(4, 9), torch.randn(5, 9)
    both = network(torch.cat([one, other]), torch.tensor([0] * 4 + [1] * 5))
    assert torch.allclose(both[:4], network(one), atol=1e-5)
    assert torch.allclose(both[4:], network(other), atol=1e-5)
    assert torch.allclose(network(one.flip(0)).flip(0), network(one), atol=1e-5)
    with_more = network(torch.cat([one, other]))[:4]
    assert not torch.allclose(with_more, network(one), atol=1e-3), "its own video does"
