"""What every recipe owes, over every name on the shelf, on imagined videos in its own kind of inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from gifworthy.errors import UnknownName
from gifworthy.learning.fields import describe, recipe_with
from gifworthy.learning.recipes import RECIPES
from gifworthy.selectors import SELECTORS
from gifworthy.testing import check_recipe
from workshop import (
    EXAMPLES,
    example_package,
    imagined_examples,
    imagined_looks,
    of_other_lengths,
)

SMALL: dict[str, tuple[str, ...]] = {
    "netease": ("small=true", "segments=4"),
    "pldvhd": ("small=true", "targets=2", "batch=2"),
    "gaze": ("small=true", "batch=2"),
    "lim": ("width=16",),
    "video2gif": ("width=16", "word_size=8"),
    "jointembedding": ("width=16", "word_size=8"),
}
"""Fields that make a recipe quick; the others keep the paper's numbers."""


RATING = [name for name in RECIPES if name not in SELECTORS]
"""What chooses instead of rating is in `test_trained_selectors.py`."""


@pytest.mark.parametrize("name", RATING)
def test_recipes(name: str, tmp_path: Path) -> None:
    if name == "boosted-position":
        pytest.importorskip("lightgbm", reason="lightgbm is not installed")
    own = (f"fixations={imagined_looks(tmp_path / 'looks', 5)}",) if name == "gaze" else ()
    recipe = recipe_with(RECIPES[name], (*SMALL.get(name, ()), *own))
    videos = 5 if recipe.reading().what == "frames" else 8
    examples = imagined_examples(recipe.reading(), videos=videos)
    check_recipe(recipe, of_other_lengths(examples) if name == "lim" else examples, tmp_path)


@pytest.mark.parametrize("name", list(RECIPES))
def test_every_field_has_a_type_and_a_default(name: str) -> None:
    described = describe(RECIPES[name])
    assert described
    assert (RECIPES[name].__doc__ or "").strip()
    with pytest.raises(UnknownName, match="did you mean"):
        recipe_with(RECIPES[name], [f"{described[0][0]}x=1"])


def test_a_recipe_of_another_package_is_found_and_owes_the_same(tmp_path: Path) -> None:
    assert "eager" not in RECIPES
    with example_package(tmp_path / "site"):
        recipe = RECIPES["eager"]()
        check_recipe(recipe, imagined_examples(recipe.reading()), tmp_path, steps=5)
    assert (EXAMPLES / "eager" / "README.md").exists()
