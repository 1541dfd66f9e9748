"""What every scorer owes that was trained: each recipe's own, after two steps, on real files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")
pytest.importorskip("lightgbm", reason="lightgbm is not installed")

import drawn
import workshop
from gifworthy.backbones.pixels import SIZE
from gifworthy.checkpoints import Card, Use, save
from gifworthy.errors import WeightsMissing
from gifworthy.learning.fields import recipe_with
from gifworthy.learning.recipes import RECIPES
from gifworthy.learning.run import Run
from gifworthy.scorers import SCORERS
from gifworthy.settings import Settings
from gifworthy.testing import check_scorer
from gifworthy.types import Segment
from gifworthy.video import open_video

PIXELS = "backbone=pixels"
FIELDS: dict[str, tuple[str, ...]] = {
    "video2gif": (PIXELS, "width=16", "word_size=8"),
    "jointembedding": (PIXELS, "stride=none", "width=16", "word_size=8"),
    "ranksvm": (PIXELS, "stride=none"),
    "latentsvm": (PIXELS, "stride=none"),
    "categorysvm": (PIXELS, "stride=none"),
    "phd": ("first=16", "second=8", "nearest=4"),
    "setwise": (PIXELS, "width=16", "layers=1"),
    "netease": ("backbone=r2plus1d-18", "small=true", "pretrained=false"),
    "pldvhd": ("small=true", "targets=2", "batch=2"),
}
"""Fields that make a recipe quick; `video2gif` keeps its snippets, which some segments are too short for."""
TRAINED = [name for name in RECIPES if name in SCORERS and hasattr(SCORERS[name], "open")]


@cache
def weights() -> Path:
    return Path(tempfile.mkdtemp())


@cache
def settings_with(name: str) -> Settings:
    """A machine that has a model of that name, which learned from imagined videos."""
    recipe = recipe_with(RECIPES[name], FIELDS.get(name, ()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workshop, "SIZE", SIZE)
        examples = workshop.imagined_examples(recipe.reading(), videos=8)
    with tempfile.TemporaryDirectory() as folder:
        learned = recipe.learn(examples, Run(7, Path(folder), steps=2))
    use = Use(learned.scorer, learned.segmenter, recipe.reading(), name)
    card = Card(learned.model, learned.arguments, inputs=learned.names, use=use)
    save(learned.network.cpu().eval(), card, learned.inputs, weights() / name)
    return Settings(weights=weights(), cache=weights() / "cache")


def pieces(bounds: Segment) -> tuple[Segment, ...]:
    edges = np.linspace(bounds.start, bounds.end, 5).tolist()
    return tuple(Segment(a, b) for a, b in pairwise(edges))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("draw", [drawn.cuts, drawn.one_frame, drawn.half_second])
@pytest.mark.parametrize("name", TRAINED)
def test_trained_scorers(name: str, draw: Callable[[], Path]) -> None:
    scorer = SCORERS[name].load(settings_with(name))
    with open_video(draw(), "fast") as video:
        check_scorer(scorer, video, pieces(video.bounds))
        check_scorer(scorer, video, (video.bounds,))


@pytest.mark.parametrize("name", [name for name in TRAINED if name != "phd"])
def test_without_weights_one_line_says_how_to_get_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        SCORERS[name].load(Settings(weights=tmp_path))
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path) in message


def test_every_recipe_of_ours_is_tested() -> None:
    assert set(FIELDS) <= set(TRAINED)
