"""NetEase's recipe: what it reads, begins with and refuses. The proof is `test_planted_pixels.py`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch

from gifworthy.backbones.published import PUBLISHED
from gifworthy.checkpoints import Card, Use, read_card, save
from gifworthy.errors import LabelsNotFound, LabelsUnreadable, WeightsBroken, WeightsMissing
from gifworthy.learning.examples import Examples
from gifworthy.learning.finetuning import published_state
from gifworthy.learning.recipe import Learned
from gifworthy.learning.recipes.netease import NetEase
from gifworthy.learning.run import Run
from gifworthy.models.netease import NetEase as Network
from gifworthy.models.netease_inputs import STEP
from gifworthy.reading import Reading
from gifworthy.scorers.netease import NetEase as Scorer
from gifworthy.settings import Settings
from small_network import small_checkpoint
from workshop import imagined_examples

SMALL = NetEase(small=True, segments=3, batch=1, frames=8)


def learned(
    recipe: NetEase, folder: Path, examples: Examples | None = None, steps: int = 1
) -> Learned:
    given = examples or imagined_examples(recipe.reading(), videos=5)
    folder.mkdir(parents=True, exist_ok=True)
    return recipe.learn(given, Run(7, folder, settings=Settings(weights=folder), steps=steps))


def written(made: Learned, recipe: NetEase, folder: Path) -> Path:
    use = Use("netease", "", recipe.reading())
    card = Card(made.model, made.arguments, inputs=made.names, use=use)
    save(made.network, card, made.inputs, folder)
    return folder


def test_what_is_read_is_what_the_backbone_wants() -> None:
    assert NetEase().reading() == Reading.clips(16, 256)
    assert NetEase(backbone="c3d").reading() == Reading.clips(16, 128)
    assert NetEase(streams="both").reading() == Reading.clips(16, 256, STEP)
    assert {NetEase(backbone=b).sides[1] for b in ("i3d", "s3d")} == {224}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"small": True, "pretrained": True}, "no weights were published for a small net"),
        ({"begin": "there", "pretrained": True}, "begin or pretrained"),
        ({"small": True, "frozen": 2}, "frozen stages that were never trained"),
        ({"segments": 1}, "segments must be at least 2"),
        ({"batch": 0}, "batch must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        NetEase(**fields)  # type: ignore[arg-type]


def test_weights_that_are_not_here_are_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match=r"weights fetch i3d.*pretrained=false"):
        learned(replace(SMALL, small=False, frames=1), tmp_path)


def test_published_weights_come_without_their_classes(tmp_path: Path) -> None:
    folder = small_checkpoint(tmp_path)
    state = published_state("r2plus1d-18", Settings(weights=tmp_path))
    assert not [name for name in state if name.startswith("head")]
    network = Network("r2plus1d-18", shrink=8, hidden=4)
    network.each[0].backbone.load_state_dict(state)
    (tmp_path / "c3d").mkdir()
    (tmp_path / "c3d" / "config.json").write_bytes((folder / "config.json").read_bytes())
    with pytest.raises(WeightsBroken, match="holds r2plus1d-18, not c3d"):
        published_state("c3d", Settings(weights=tmp_path))


def test_it_goes_on_from_a_model_and_frozen_stages_keep_its_weights(tmp_path: Path) -> None:
    first = learned(SMALL, tmp_path / "a.run")
    folder = written(first, SMALL, tmp_path / "a")
    stages = len(cast(Network, first.network).each[0].backbone.stages)
    further = replace(SMALL, begin=str(folder), frozen=stages)
    second = learned(further, tmp_path / "b.run", steps=3)
    old, new = first.network.state_dict(), second.network.state_dict()
    same = {name for name in old if torch.equal(old[name], new[name])}
    assert {name for name in old if ".backbone." in name or ".levels." in name} <= same
    assert "streams.rgb.head.1.weight" not in same


def test_a_model_of_another_shape_is_no_beginning(tmp_path: Path) -> None:
    folder = written(learned(SMALL, tmp_path / "a.run"), SMALL, tmp_path / "a")
    with pytest.raises(WeightsBroken, match="does not fit netease"):
        learned(replace(SMALL, begin=str(folder), hidden=5), tmp_path / "b.run")


def test_two_streams_are_written_and_rate(tmp_path: Path) -> None:
    recipe = replace(SMALL, streams="both", frames=4)
    examples = imagined_examples(recipe.reading(), videos=5)
    made = learned(recipe, tmp_path / "run", examples)
    scorer = Scorer.open(written(made, recipe, tmp_path / "model"), Settings(threads=1))
    assert read_card(tmp_path / "model").inputs == ("rgb", "flow")
    pieces = examples.pieces(examples.train[0])
    values = scorer.rate(pieces)
    assert ((values > 0) & (values < 1)).all()
    still = replace(pieces, inputs=pieces.inputs[:, ::2].repeat(2, axis=1))
    assert not np.allclose(scorer.rate(still), values), "the second stream says nothing"


def test_both_losses_punish_the_wrong_order() -> None:
    better, worse = torch.tensor([[2.0]]), torch.tensor([[-2.0]])
    for recipe in (SMALL, replace(SMALL, loss="margin")):
        assert recipe._punished(better, worse) < recipe._punished(worse, better)
    assert replace(SMALL, loss="margin")._punished(better, worse) == 0


def test_vectors_cannot_be_fine_tuned(tmp_path: Path) -> None:
    with pytest.raises(LabelsUnreadable, match=r"learns from frames.*--videos"):
        learned(SMALL, tmp_path, imagined_examples(videos=5))


def test_labels_that_are_all_alike_are_said(tmp_path: Path) -> None:
    examples = imagined_examples(SMALL.reading(), videos=5)
    alike = tuple(replace(e, values=np.zeros(len(e))) for e in examples.train)
    with pytest.raises(LabelsNotFound, match=r"two segments whose labels are 0\.5 apart"):
        learned(SMALL, tmp_path, replace(examples, train=alike))


def test_every_backbone_of_the_shelf_may_be_named() -> None:
    for name in PUBLISHED:
        assert NetEase(backbone=name).reading().side >= 112  # type: ignore[arg-type]
