"""What GEVADEN and its rival learn from: GIFs as places, batches, what is watched; and that they learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")

import torch

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.seconds import SecondJudge, SecondTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.recipes.gevaden import Gevaden
from gifworthy.learning.recipes.reseq2seq import ReSeq2Seq
from gifworthy.learning.run import Run
from gifworthy.learning.sources import segments_of
from gifworthy.learning.stories import Stories, gifs_of, worth
from gifworthy.models.context import Context
from gifworthy.models.gevaden import Gevaden as Net
from gifworthy.models.gevaden import Learner
from gifworthy.models.reseq2seq import ReSeq2Seq as Rival
from gifworthy.types import Segment

Vectors = NDArray[np.float32]
Gifs = tuple[tuple[int, ...], ...]
SECONDS, SIZE = 9, 8


def case_of(name: str, gifs: Gifs, tags: str = "", length: int = SECONDS) -> Case:
    """A video and the seconds that its GIFs show, in showing order."""
    labels = tuple(
        Label(
            name,
            s,
            s + 1.0,
            1.0,
            "drawn",
            item=f"{g}.gif",
            order=order,
            duration=float(length),
            tags=tags,
        )
        for g, gif in enumerate(gifs)
        for order, s in enumerate(map(float, gif))
    )
    return Case(name, "", "", labels)


def examples_of(videos: list[tuple[Vectors, Case]], watched: int) -> Examples:
    """The last few are watched."""
    made, first = [], 0
    for vectors, case in videos:
        trial = SecondJudge().trial(case)
        assert isinstance(trial, SecondTrial)
        made.append(Example(case, segments_of(trial.spans), trial.oracle(), first, trial))
        first += len(vectors)
    inputs = np.concatenate([vectors for vectors, _ in videos])
    return Examples(tuple(made[:-watched]), tuple(made[-watched:]), inputs)


def one_kind(number: int, random: np.random.Generator) -> tuple[Vectors, Case]:
    """Start, development and end of one of two kinds, in any place; what is half of each kind; strays.

    Who does not look at the video tells the mean of both kinds, and that is what no GIF shows.
    """
    kind = 3 * np.eye(SIZE)[3 * (number % 2) : 3 * (number % 2) + 3]
    halves = 1.5 * (np.eye(SIZE)[:3] + np.eye(SIZE)[3:6])
    strays = 3 * np.eye(SIZE)[[6, 7, 6]]
    places = random.permutation(SECONDS)
    vectors = np.zeros((SECONDS, SIZE), np.float32)
    vectors[places] = np.concatenate([kind, halves, strays])
    vectors += random.normal(0, 0.05, vectors.shape).astype(np.float32)
    return vectors, case_of(f"v{number}", (tuple(places[:3].tolist()),))


def seconds(count: int) -> tuple[Segment, ...]:
    return segments_of(np.column_stack([np.arange(count), np.arange(count) + 1.0]))


def test_a_gif_is_three_pieces_in_showing_order() -> None:
    case = case_of("v", ((5, 0, 3), (1, 2), (0, 1, 2, 3), (4, 6, 20), (2, 3, 4)))
    assert gifs_of(case, seconds(SECONDS)).tolist() == [[5, 0, 3], [2, 3, 4]]
    assert gifs_of(case, seconds(2)).shape == (0, 3)


def test_a_batch_holds_whole_videos_and_any_of_their_gifs() -> None:
    short, long = (np.full((n, 2), n, np.float32) + np.arange(n)[:, None] for n in (5, SECONDS))
    videos = [
        (short.astype(np.float32), case_of("short", ((4, 0, 1),), length=5)),
        (long.astype(np.float32), case_of("long", ((0, 1, 2), (8, 7, 6)), "cat;dog")),
        (long.astype(np.float32), case_of("watched", ((0, 1, 2),))),
    ]
    stories = Stories.of(examples_of(videos, 1), Context(words=("dog", "cow", "cat")))
    random = np.random.default_rng(0)
    batches = [stories.batch(stories.items, random) for _ in range(20)]
    assert batches[0].lengths.tolist() == [5, 9]
    assert batches[0].shots[0, :, 0].tolist() == [5, 6, 7, 8, 9, 0, 0, 0, 0]
    assert batches[0].shots[1, :, 1].tolist() == [9, 10, 11, 12, 13, 14, 15, 16, 17]
    assert {tuple(b.gifs[0, :, 0].tolist()) for b in batches} == {(9.0, 5.0, 6.0)}
    assert {tuple(b.gifs[1, :, 0].tolist()) for b in batches} == {
        (9.0, 10.0, 11.0),
        (17.0, 16.0, 15.0),
    }
    assert batches[0].words.tolist() == [[0, 0, 0], [0.5, 0, 0.5]]


def test_what_told_shots_are_worth() -> None:
    """Shots 0, 10, 20, 30 on a line; one sample tells the first GIF, the other the second."""
    shots, gifs = np.arange(4.0)[:, None] * 10, np.array([[0, 1, 2], [3, 2, 1]])
    told = shots[gifs]
    both = worth(told, shots, gifs, 1.0)
    assert both["1 - nearest PME"] == both["hit"] == both["shown"] == 1.0
    assert both["1 - PME"] < 1.0  # each sample is wrong about the other's GIF
    assert worth(told[:1], shots, gifs, 1.0)["1 - PME"] == 1.0
    backwards = worth(shots[[[2, 1, 0]]], shots, gifs[:1], 1.0)
    assert backwards["hit"] == backwards["shown"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "recipe",
    [
        Gevaden(state=24, gif_state=12, latent=2, learning_rate=0.01, epochs=60, patience=0),
        ReSeq2Seq(state=24, learning_rate=0.01, epochs=60, patience=0),
    ],
    ids=["gevaden", "reseq2seq"],
)
def test_it_learns_what_is_told_of_which_video(recipe: Gevaden | ReSeq2Seq, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    examples = examples_of([one_kind(number, random) for number in range(44)], 12)
    learned = recipe.learn(examples, Run(3, tmp_path))
    net = learned.network
    stories = Stories.of(examples, Context())
    shown = []
    for example in examples.validation:
        shots = np.asarray(examples.inputs[example.rows], np.float32)
        given = [torch.from_numpy(shots)]
        if isinstance(net, Net):
            given.append(torch.from_numpy(random.standard_normal((16, 2)).astype(np.float32)))
        with torch.no_grad():
            found = net(*given)
        told = (found[0] if isinstance(net, Net) else found).double().numpy()
        shown.append(worth(told, shots, stories.gifs[example.first], unit_of(net))["shown"])
    assert np.mean(shown) >= 0.9
    assert_one_scale(net, examples)


@pytest.mark.parametrize(
    "recipe",
    [Gevaden(state=40, learning_rate=1e-6), ReSeq2Seq(state=40, learning_rate=1e-6)],
    ids=["gevaden", "reseq2seq"],
)
def test_it_begins_with_memories_as_long_as_the_videos(
    recipe: Gevaden | ReSeq2Seq, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    examples = examples_of([one_kind(number, random) for number in range(6)], 2)
    net = recipe.learn(examples, Run(0, tmp_path, steps=1)).network
    bias = net.state_dict()["encoder.lstm.bias_ih_l0"].numpy()
    take, keep = bias[:40], bias[40:80]
    assert keep == pytest.approx(-take, abs=1e-4)
    assert keep.min() > -1e-4
    assert 1.5 < keep.max() <= np.log(SECONDS) + 1e-4


def unit_of(net: object) -> float:
    assert isinstance(net, Net | Rival)
    return float(net.standard.spread[0])


def assert_one_scale(net: object, examples: Examples) -> None:
    """Which shot is nearest must not change, so every number is divided by the same."""
    assert isinstance(net, Net | Rival)
    rows = np.concatenate([examples.inputs[example.rows] for example in examples.train])
    assert net.standard.mean.numpy() == pytest.approx(rows.mean(axis=0), abs=1e-5)
    assert len(set(net.standard.spread.tolist())) == 1
    assert unit_of(net) != 1.0


def test_the_loss_draws_z_as_often_as_it_is_told_and_the_same_lots_for_the_same_seed(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(0)
    examples = examples_of([one_kind(number, random) for number in range(6)], 2)
    recipe, stories = Gevaden(state=4, gif_state=4, draws=5), Stories.of(examples, Context())
    run, drawn = Run(0, tmp_path), []

    class Listening(torch.nn.Module):
        def forward(self, *given: torch.Tensor) -> object:
            drawn.append(given[3])
            return net.learn(*given)

    net = Net(SIZE, 4, 4)
    loss = recipe._loss(Learner(net, 1.0), stories, run)
    for _ in range(2):
        loss(Listening(), stories.items, np.random.default_rng(1))
    assert drawn[0].shape == (4, 5, 10)
    assert torch.equal(drawn[0], drawn[1])
    assert len(np.unique(drawn[0].numpy())) == 200


def test_switches_that_contradict_and_videos_without_gifs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="tags cannot join a fixed prior"):
        Gevaden(prior="fixed", tag_words=5)
    with pytest.raises(ValueError, match="beta"):
        Gevaden(beta=-1.0)
    random = np.random.default_rng(0)
    two = [(one_kind(n, random)[0], case_of(f"v{n}", ((1, 2),))) for n in range(3)]
    with pytest.raises(LabelsNotFound, match="no training video has a GIF of 3 shots"):
        Gevaden().learn(examples_of(two, 1), Run(0, tmp_path))
