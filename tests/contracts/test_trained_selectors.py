"""What every selector owes that was trained: each recipe's own, after two steps, on real files."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import drawn
from gifworthy.backbones.pixels import SIZE
from gifworthy.checkpoints import Card, Use, save
from gifworthy.errors import LabelsNotFound, WeightsMissing
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.fields import recipe_with
from gifworthy.learning.judges.seconds import SecondJudge, SecondTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.recipes import RECIPES
from gifworthy.learning.run import Run
from gifworthy.learning.sources import segments_of
from gifworthy.protocols import Ingredients, Scorer
from gifworthy.selectors import SELECTORS
from gifworthy.settings import Settings
from gifworthy.testing import check_selector
from gifworthy.video import open_video

FIELDS = {"gevaden": ("state=8", "gif_state=4"), "reseq2seq": ("state=8",)}
TRAINED = [name for name in SELECTORS if hasattr(SELECTORS[name], "open")]
LENGTH = 8


def no_scorer() -> Scorer:
    raise AssertionError("a trained selector asks for no scorer")


def told_videos(count: int = 6, item: str = "a.gif") -> Examples:
    """Each has one GIF: its first, third and second last second."""
    random = np.random.default_rng(0)
    inputs = random.normal(size=(count * LENGTH, SIZE)).astype(np.float32)
    examples = []
    for number in range(count):
        labels = tuple(
            Label(
                f"v{number}",
                float(s),
                s + 1.0,
                1.0,
                "drawn:1",
                item=item,
                order=order,
                duration=8.0,
            )
            for order, s in enumerate((0, 2, LENGTH - 2))
        )
        case = Case(f"v{number}", "", "", labels)
        trial = SecondJudge().trial(case)
        assert isinstance(trial, SecondTrial)
        segments = segments_of(trial.spans)
        examples.append(Example(case, segments, trial.oracle(), number * LENGTH, trial))
    return Examples(tuple(examples[:-2]), tuple(examples[-2:]), inputs)


@cache
def settings_with(name: str) -> Settings:
    """A machine that has a model of that name, which learned for two steps."""
    place = Path(tempfile.mkdtemp())
    recipe = recipe_with(RECIPES[name], FIELDS.get(name, ()))
    with tempfile.TemporaryDirectory() as folder:
        learned = recipe.learn(told_videos(), Run(7, Path(folder), steps=2))
    use = Use(learned.scorer, learned.segmenter, recipe.reading(), name, learned.selector)
    card = Card(learned.model, learned.arguments, inputs=learned.names, use=use)
    network = learned.network.cpu().eval()
    save(network, card, learned.inputs, place / name, axes=learned.axes)
    return Settings(weights=place, cache=place / "cache")


@pytest.mark.parametrize("name", TRAINED)
def test_trained_selectors(name: str) -> None:
    selector = SELECTORS[name].load(Ingredients(settings_with(name), no_scorer, 3))
    with open_video(drawn.cuts(), "fast") as video:
        board = check_selector(selector, video, (video.bounds,))
    assert len(board) == 3


@pytest.mark.parametrize("name", TRAINED)
def test_without_weights_one_line_says_how_to_get_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        SELECTORS[name].load(Ingredients(Settings(weights=tmp_path), no_scorer, 3))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", TRAINED)
def test_videos_without_gifs_teach_nothing(name: str, tmp_path: Path) -> None:
    recipe = recipe_with(RECIPES[name], FIELDS.get(name, ()))
    with pytest.raises(LabelsNotFound, match="no training video has a GIF of 3 shots"):
        recipe.learn(told_videos(item=""), Run(7, tmp_path))


def test_every_recipe_of_ours_is_tested() -> None:
    assert set(FIELDS) == set(TRAINED)
