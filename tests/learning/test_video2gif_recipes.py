"""Video2GIF's recipe and its rivals, on features whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("sklearn", reason="scikit-learn is not installed")

from benchmarks.planted_features import World, drawn_examples, judged, learned_scores  # noqa: E402
from torch import nn  # noqa: E402

from gifworthy.errors import LabelsNotFound  # noqa: E402
from gifworthy.learning.contextual import (  # noqa: E402
    ContextRows,
    fit_standard,
    popularities,
    vocabulary,
)
from gifworthy.learning.examples import Example, Examples  # noqa: E402
from gifworthy.learning.linear import Standardised, rank_weights  # noqa: E402
from gifworthy.learning.pairs import Pairs  # noqa: E402
from gifworthy.learning.recipe import Learned, Recipe  # noqa: E402
from gifworthy.learning.recipes.categorysvm import CategorySvm  # noqa: E402
from gifworthy.learning.recipes.jointembedding import JointEmbedding  # noqa: E402
from gifworthy.learning.recipes.latentsvm import LatentSvm  # noqa: E402
from gifworthy.learning.recipes.ranksvm import RankSvm  # noqa: E402
from gifworthy.learning.recipes.setwise import SetWise  # noqa: E402
from gifworthy.learning.recipes.video2gif import Video2Gif  # noqa: E402
from gifworthy.learning.run import Run  # noqa: E402
from gifworthy.models.context import Context  # noqa: E402
from gifworthy.models.jointembedding import EmbeddingNet  # noqa: E402
from gifworthy.models.standard import Standard  # noqa: E402
from gifworthy.models.video2gif import Head, RankNet  # noqa: E402
from gifworthy.types import Floats  # noqa: E402

PLAIN = Video2Gif(
    loss="huber", category=False, tags="none", position=False, width=32, learning_rate=1e-2
)
SMALL = World(videos=60, tested=30)


def learn(recipe: Recipe, examples: Examples, folder: Path, steps: int | None = 3) -> Learned:
    folder.mkdir(parents=True, exist_ok=True)
    return recipe.learn(examples, Run(5, folder, steps=steps))


def weights(learned: Learned) -> Floats:
    state = learned.network.state_dict()
    return np.concatenate([state[name].double().numpy().ravel() for name in sorted(state)])


def with_labels(examples: Examples, **changed: object) -> Examples:
    """The same examples with other facts on every training label."""

    def changed_one(example: Example) -> Example:
        labels = tuple(replace(label, **changed) for label in example.case.labels)  # type: ignore[arg-type]
        return replace(example, case=replace(example.case, labels=labels))

    return replace(examples, train=tuple(changed_one(example) for example in examples.train))


def test_ranking_inside_a_video_beats_classifying() -> None:
    examples, worth = drawn_examples(SMALL, 1)
    ranking = judged(examples, worth, learned_scores(PLAIN, examples, 0))
    other = replace(PLAIN, loss="classification")
    classifying = judged(examples, worth, learned_scores(other, examples, 0))
    assert ranking[2] > 0.63
    assert ranking[2] > classifying[2]


@pytest.mark.parametrize("recipe", [RankSvm(), LatentSvm(), SetWise(epochs=5)])
def test_the_rivals_that_rank_do_better_than_chance(recipe: Recipe) -> None:
    examples, worth = drawn_examples(SMALL, 1)
    assert judged(examples, worth, learned_scores(recipe, examples, 0))[2] > 0.58


def test_every_row_of_the_table_is_another_net(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=12), 2)
    base = replace(PLAIN, delta=0.8)
    rows = {
        "l1": replace(base, loss="l1"),
        "l2": replace(base, loss="l2"),
        "huber": base,
        "adaptive": replace(base, loss="adaptive"),
        "classification": replace(base, loss="classification"),
        "agnostic": replace(base, pairs="agnostic"),
        "other delta": replace(base, delta=0.1),
    }
    found = {name: weights(learn(rows[name], examples, tmp_path / name)) for name in rows}
    for one in rows:
        for other in rows:
            assert one == other or not np.allclose(found[one], found[other]), f"{one} is {other}"


def test_where_all_gifs_are_as_popular_adaptive_is_huber_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=12), 2)
    alike = with_labels(examples, views=10.0)
    adaptive = learn(replace(PLAIN, loss="adaptive"), alike, tmp_path / "adaptive")
    huber = learn(PLAIN, alike, tmp_path / "huber")
    assert np.array_equal(weights(adaptive), weights(huber))
    assert "the labels tell no views" in caplog.text


def test_popularity_is_that_of_the_gif_that_covers_the_segment() -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=3), 3)
    found = popularities(examples)
    views = {
        example.first + int(label.start // 5): label.views
        for example in examples.train
        for label in example.case.labels
    }
    assert found[max(views, key=lambda row: views[row])] == pytest.approx(1)
    assert found[min(views, key=lambda row: views[row])] == pytest.approx(0)
    others = [row for row in range(len(found)) if row not in views]
    assert not found[others].any()


def test_copies_begin_differently_and_stand_side_by_side(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=8), 2)
    learned = learn(replace(PLAIN, copies=2), examples, tmp_path)
    assert isinstance(learned.network, RankNet)
    first, second = learned.network.heads
    assert isinstance(first, Head)
    assert isinstance(second, Head)
    assert learned.arguments["copies"] == 2
    assert not torch.allclose(first.first.weight, second.first.weight)


def test_context_is_category_words_and_position(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=20), 2)
    learned = learn(Video2Gif(width=16, word_size=4), examples, tmp_path)
    context = Context.of(learned.arguments)
    assert context.categories == ("climbing", "cooking", "dancing", "racing")
    assert set(context.words) == {"climbing", "cooking", "dancing", "racing", "video"}
    assert context.position == 3
    assert learned.inputs[0].shape == (2, 32 + 4 + 5 + 3)


def test_given_vectors_stay_and_learned_ones_move(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=20), 2)
    path = tmp_path / "vectors.txt"
    path.write_text("video 1 2 3\nracing 4 5 6\n")
    recipe = Video2Gif(width=16, word_size=4, word_vectors=str(path))
    given = learn(recipe, examples, tmp_path / "given").network
    assert isinstance(given, RankNet)
    head = given.heads[0]
    assert isinstance(head, Head)
    assert head.tags is not None
    assert head.tags.weight[:, vocabulary(examples, 9).index("video")].tolist() == [1, 2, 3]
    learned = learn(replace(recipe, tags="learned"), examples, tmp_path / "a").network
    longer = learn(replace(recipe, tags="learned"), examples, tmp_path / "b", 9).network
    assert not np.allclose(_words_of(learned), _words_of(longer))


def _words_of(network: nn.Module) -> Floats:
    assert isinstance(network, RankNet)
    head = network.heads[0]
    assert isinstance(head, Head)
    assert head.tags is not None
    return np.asarray(head.tags.weight.detach().numpy())


def test_rows_in_batches_are_the_rows_that_a_scorer_sees() -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=5, tested=2), 2)
    rows = ContextRows(examples, Context(("dancing", "racing"), ("video", "racing"), 3))
    for example in examples.train + examples.validation:
        assert np.allclose(rows.of(example.rows), rows.context.rows(examples.pieces(example)))
    mixed = np.array([0, 150, 30, 30])
    assert np.array_equal(rows.of(mixed)[1], rows.of(np.array([150]))[0])
    assert rows.of(mixed).shape == (4, rows.width)


def test_the_scale_is_that_of_the_training_segments_alone() -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=5, tested=2), 2)
    standard = Standard(32)
    fit_standard(standard, examples)
    seen = examples.inputs[: 5 * 24]
    assert standard.mean.numpy() == pytest.approx(seen.mean(0), abs=1e-5)
    assert standard.spread.numpy() == pytest.approx(seen.std(0), abs=1e-5)


def test_the_rank_svm_is_the_least_of_its_sum() -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=10), 4)
    features, random = Standardised.of(examples), np.random.default_rng(0)
    pairs = Pairs(random.integers(0, 100, 60), random.integers(100, 200, 60))
    found = rank_weights(features, pairs, cost=0.1)
    apart = features[pairs.better] - features[pairs.worse]

    def objective(weights: Floats) -> float:
        missed = np.maximum(0, 1 - apart @ weights)
        return float(weights @ weights / 2 + 0.1 * (missed**2).sum())

    least = objective(found)
    for _ in range(20):
        assert objective(found + random.normal(0, 0.01, len(found))) > least
    slope = found - 0.2 * np.maximum(0, 1 - apart @ found) @ apart
    assert np.abs(slope).max() < 1e-2 * np.abs(found).max()


def test_the_latent_svm_finds_the_highlight_of_a_loose_selection(tmp_path: Path) -> None:
    """Of each run of two chosen segments one is the highlight, the other goes the other way."""
    examples, _ = drawn_examples(World(videos=80, tested=1, size=8, level=0.0, taste=0.0), 6)
    random = np.random.default_rng(0)
    inputs = random.normal(0, 0.5, examples.inputs.shape).astype(np.float32)
    train = []
    for number, example in enumerate(examples.train):
        values = np.zeros(len(example))
        values[[4, 5]] = 1.0
        inputs[example.first + 4 + number % 2, 0] += 3.0
        inputs[example.first + 5 - number % 2, 0] -= 1.5
        train.append(replace(example, values=values))
    planted = Examples(tuple(train), (), inputs)
    names: dict[str, Recipe] = {
        "latent": LatentSvm(by_category=False),
        "plain": RankSvm(by_category=False),
    }
    found = {}
    for name, recipe in names.items():
        network = learn(recipe, planted, tmp_path / name).network
        direction = network.state_dict()["weights.weight"][0].numpy()
        found[name] = direction[0] / np.linalg.norm(direction)
    assert found["latent"] > 0.95
    assert found["latent"] > found["plain"]


def test_the_category_svm_knows_its_category(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, level=0.1), 1)
    learned = learn(CategorySvm(), examples, tmp_path)
    context = Context.of(learned.arguments)
    right = []
    for example in examples.validation:
        pieces = examples.pieces(example)
        every = [replace(pieces, topic=category) for category in context.categories]
        scores = [learned.network(torch.from_numpy(context.rows(p))).mean().item() for p in every]
        right.append(context.categories[int(np.argmax(scores))] == example.case.topic)
    assert np.mean(right) > 0.9


def test_the_joint_embedding_draws_segments_to_their_words(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, level=0.1), 1)
    unseen = replace(examples, validation=())
    learned = learn(JointEmbedding(word_size=8, width=32), unseen, tmp_path, steps=None)
    assert isinstance(learned.network, EmbeddingNet)
    context = Context.of(learned.arguments)
    own: list[float] = []
    other: list[float] = []
    with torch.inference_mode():
        for example in examples.validation:
            for category in ("climbing", "dancing", "racing", "cooking"):
                pieces = replace(examples.pieces(example), tags=(category, f"{category} video"))
                score = learned.network(torch.from_numpy(context.rows(pieces))).mean().item()
                (own if category == example.case.topic else other).append(score)
    assert np.mean(own) > np.mean(other) + 0.3


def test_what_cannot_be_learned_from_is_said_in_one_line(tmp_path: Path) -> None:
    examples, _ = drawn_examples(replace(SMALL, videos=4), 1)
    nothing = replace(examples, inputs=examples.inputs[:, :0])
    with pytest.raises(LabelsNotFound, match="learns from vectors"):
        learn(PLAIN, nothing, tmp_path / "a")
    flat = tuple(replace(e, values=np.full(len(e), 0.5)) for e in examples.train)
    with pytest.raises(LabelsNotFound, match="no video has a better and a worse"):
        learn(PLAIN, replace(examples, train=flat), tmp_path / "b")
    with pytest.raises(LabelsNotFound, match="no video has a chosen and an unchosen"):
        learn(RankSvm(), replace(examples, train=flat), tmp_path / "c")
    with pytest.raises(LabelsNotFound, match="0 of 4 training videos have tags"):
        learn(JointEmbedding(), with_labels(examples, tags=""), tmp_path / "d")
    with pytest.raises(LabelsNotFound, match="have 1; give labels with categories"):
        learn(CategorySvm(), with_labels(examples, topic="pets"), tmp_path / "e")
