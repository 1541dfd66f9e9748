"""PHD-GIFs' recipe on imagined viewers; what it wrote, opened and bound to a viewer."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch
from benchmarks.tastes import SEGMENTS, SUBJECTS, World, parted

import drawn
from gifworthy.checkpoints import Card, Use, save
from gifworthy.learning.examples import Examples
from gifworthy.learning.recipes.phd import PhdGifs, Viewers
from gifworthy.learning.run import Run
from gifworthy.models.phd import PhdNet
from gifworthy.protocols import Pieces
from gifworthy.scorers.phd import Phd, Scale, fused_parts, viewer_rows
from gifworthy.settings import Settings
from gifworthy.taste import Joining
from gifworthy.types import Floats, History, Segment

RECIPE = PhdGifs(
    representation="distances",
    first=32,
    second=16,
    nearest=4,
    epochs=4,
    patience=0,
    dropout=0.0,
    batch=100,
)
NOBODY = np.zeros((0, 0))


@cache
def world() -> World:
    return World.drawn(np.random.default_rng(3))


@cache
def examples() -> Examples:
    return parted(world(), np.random.default_rng(4), train=60, watched=10, videos=5)


def history(vectors: Floats) -> History:
    count = len(vectors)
    return History(vectors, np.full(count, np.nan), np.ones(count), np.full(count, np.nan))


@cache
def folder() -> Path:
    place = drawn.FOLDER / "phd"
    (drawn.FOLDER / "phd.run").mkdir()
    learned = RECIPE.learn(examples(), Run(0, drawn.FOLDER / "phd.run"))
    use = Use(learned.scorer, "", RECIPE.reading())
    card = Card(learned.model, learned.arguments, inputs=learned.names, use=use)
    save(learned.network.cpu().eval(), card, learned.inputs, place)
    return place


def test_a_viewer_gets_what_the_history_shows() -> None:
    """One segment of each subject, all as good: each viewer's own subject gains the most."""
    scorer = Phd.open(folder(), Settings())
    subjects = world().subjects
    segments = tuple(Segment(5.0 * n, 5.0 * n + 5) for n in range(SUBJECTS))
    pieces = Pieces(segments, 5.0 * SUBJECTS, subjects.astype(np.float32))
    generic = scorer.rate(pieces)
    most = []
    for own in range(SUBJECTS):
        viewer = scorer.for_viewer(history(np.repeat(subjects[own : own + 1], 4, axis=0)))
        most.append(int((viewer.rate(pieces) - generic).argmax()))
    assert most == list(range(SUBJECTS))
    assert np.array_equal(scorer.rate(pieces), scorer.for_viewer(history(NOBODY)).rate(pieces))


def test_a_history_of_another_backbone_is_refused() -> None:
    with pytest.raises(ValueError, match="have 3 numbers, the model reads 24"):
        Phd.open(folder(), Settings()).for_viewer(history(np.ones((1, 3))))


def test_a_viewers_other_videos_are_the_history() -> None:
    size = examples().inputs.shape[1]
    viewers = Viewers(examples(), Scale(np.zeros(size), np.ones(size)), Joining(), 0.66)
    example = examples().train[0]
    chosen = viewers.choices(example)
    others = [e for e in examples().train if e.case.who == example.case.who and e is not example]
    assert len(others) == 4
    expected = [examples().inputs[e.first + int(e.values.argmax())] for e in others]
    assert chosen.tolist() == np.array(expected, np.float64).tolist()
    assert len(viewers.timings(example)) == 4
    alone = replace(example, case=replace(example.case, who=""))
    unknown = Viewers(replace(examples(), train=(alone,)), viewers.scale, Joining(), 0.66)
    assert not len(unknown.choices(alone)), "of nobody in particular nothing is known"


def test_attention_is_the_formula_and_looks_at_no_empty_slot() -> None:
    torch.manual_seed(0)
    net = PhdNet(2, "attention", nearest=3).eval()
    segment, choices = np.array([[1.0, 2.0]]), np.array([[[0.6, 0.8], [0.0, 1.0], [0.0, 0.0]]])
    with torch.no_grad():
        ask = net.ask(torch.tensor(segment).float()).numpy()
        answer = net.answer(torch.tensor(choices[0, :2]).float()).numpy()
        weights = np.exp(answer @ ask[0] / 2**0.5)
        expected = (weights / weights.sum()) @ choices[0, :2]
        found = net._attended(torch.tensor(segment).float(), torch.tensor(choices).float())
        nothing = net._attended(torch.tensor(segment).float(), torch.zeros(1, 3, 2))
    assert found.numpy()[0] == pytest.approx(expected, abs=1e-5)
    assert nothing.tolist() == [[0, 0]]


def test_parts_are_evened_out_before_they_are_added() -> None:
    answers = np.array([[1.0, 100.0], [3.0, 300.0]])
    parts = fused_parts(answers, np.array([0.5, 0.0]), np.array([0.25, 2.0]))
    assert parts.tolist() == [[-1, -0.25, 1], [1, 0.25, 0]]


@pytest.mark.parametrize("aggregation", ["mean", "none", "attention"])
def test_rows_are_as_wide_as_the_net_reads(aggregation: str) -> None:
    joining = Joining(aggregation, nearest=3)  # type: ignore[arg-type]
    net = PhdNet(5, aggregation, nearest=3).eval()  # type: ignore[arg-type]
    random = np.random.default_rng(0)
    for choices in (NOBODY, random.normal(size=(2, 5)), random.normal(size=(9, 5))):
        rows = viewer_rows(random.normal(size=(4, 5)), choices, joining)
        assert net(torch.from_numpy(rows)).shape == (4, 2)


def test_imagined_viewers_pick_one_segment_a_video() -> None:
    assert all(len(e) == SEGMENTS and e.values.sum() == 1 for e in examples().train)
