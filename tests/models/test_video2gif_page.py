"""The page of Video2GIF points at code that exists, and quotes recipes that can be asked for."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from gifworthy.learning.fields import recipe_with
from gifworthy.learning.recipes import RECIPES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "models" / "video2gif.md").read_text()
PLACES = re.findall(r"`([\w/]+\.py):(\w+)`", PAGE)
COMMANDS = re.findall(r"train ([a-z]\w*)((?: \w+=[\w.]+)*)", PAGE)


@pytest.mark.parametrize(("file", "name"), PLACES)
def test_every_place_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / "src" / "gifworthy" / file).read_text())
    defined = [getattr(node, "name", "") for node in tree.body]
    assert name in defined


@pytest.mark.parametrize(("recipe", "fields"), COMMANDS)
def test_every_command_names_a_recipe_and_its_fields(recipe: str, fields: str) -> None:
    recipe_with(RECIPES[recipe], fields.split())


def test_the_page_has_both() -> None:
    assert len(PLACES) > 15
    assert len(COMMANDS) > 8
