"""A folder that was trained is a scorer and a plan; a folder of another kind says what it is."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch
from torch import nn

import drawn
from gifworthy.checkpoints import Card, Use, read_card, save
from gifworthy.errors import UnknownName, WeightsBroken, WeightsMissing
from gifworthy.plans import PLANS
from gifworthy.protocols import Pieces
from gifworthy.reading import NOTHING, Reading
from gifworthy.settings import Settings
from gifworthy.testing import check_scorer
from gifworthy.trained import chosen_plan, load_scorer, open_trained
from gifworthy.types import Segment
from gifworthy.video import open_video

PIXELS = Reading.vectors("pixels")
HALVES = (Segment(0.0, 4.0), Segment(4.0, 8.0))


def trained(folder: Path, use: Use | None, size: int = 376) -> Path:
    """A net that sums a vector's numbers."""
    network = nn.Linear(size, 1, bias=False)
    nn.init.ones_(network.weight)
    save(network, Card("linear", use=use), (torch.zeros(2, size),), folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("trained") / "sum", Use("learned", "fixed", PIXELS))


def test_what_was_saved_of_its_use_is_read_again(model: Path) -> None:
    assert read_card(model).use == Use("learned", "fixed", PIXELS)


def test_the_folder_is_a_scorer(model: Path) -> None:
    scorer = open_trained(model, Settings())
    vectors = np.array([[1.0] * 376, [2.0] * 376], np.float32)
    assert scorer.rate(Pieces(HALVES, 8.0, vectors)).tolist() == [376.0, 752.0]
    with open_video(drawn.cuts()) as video:
        check_scorer(scorer, video, HALVES)


def test_the_folder_is_a_plan(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = chosen_plan(str(model))
    assert (plan.name, plan.segmenter, plan.scorer) == ("sum", "fixed", str(model))
    monkeypatch.chdir(model.parent)
    assert chosen_plan("sum").segmenter == "fixed"
    assert chosen_plan("signals") is PLANS["signals"]
    with pytest.raises(UnknownName, match="did you mean 'signals'"):
        chosen_plan("signal")
    with pytest.raises(WeightsMissing, match="holds no net"):
        chosen_plan("./signals")


def test_a_net_that_rates_nothing_is_refused(tmp_path: Path) -> None:
    folder = trained(tmp_path / "backbone", None)
    for open_it in (chosen_plan, lambda name: load_scorer(name, Settings())):
        with pytest.raises(WeightsBroken, match="holds linear, which rates nothing"):
            open_it(str(folder))


@pytest.mark.parametrize(
    ("scorer", "error"), [("signals", "opens no folder"), ("signlas", "did you mean")]
)
def test_a_scorer_that_cannot_open_it_is_said(scorer: str, error: str, tmp_path: Path) -> None:
    folder = trained(tmp_path / "odd", Use(scorer, reading=NOTHING))
    with pytest.raises((WeightsBroken, UnknownName), match=error):
        load_scorer(str(folder), Settings())


def test_vectors_of_other_weights_are_refused_and_of_another_version_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    changed = Reading("vectors", "pixels", fingerprint="0" * 64)
    folder = trained(tmp_path / "changed", Use("learned", reading=changed))
    older = Reading("vectors", "pixels", fingerprint="pixels 0.0.1")
    aged = trained(tmp_path / "aged", Use("learned", reading=older))
    with open_video(drawn.cuts()) as video:
        with pytest.raises(WeightsBroken, match="other weights"):
            load_scorer(str(folder), Settings()).score(video, HALVES)
        with caplog.at_level(logging.WARNING):
            load_scorer(str(aged), Settings()).score(video, HALVES)
    assert "was trained on pixels 0.0.1" in caplog.text


def test_a_damaged_use_is_a_damaged_card(model: Path, tmp_path: Path) -> None:
    folder = trained(tmp_path / "odd", Use("learned"))
    card = folder / "config.json"
    card.write_text(card.read_text().replace('"what"', '"which"'))
    with pytest.raises(WeightsBroken, match=r"config\.json is damaged"):
        read_card(folder)
