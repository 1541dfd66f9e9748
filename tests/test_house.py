"""The house rules that a machine can hold: sizes, names, docstrings, shelves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "gifworthy"
FILES = sorted(SOURCE.rglob("*.py"))
BANNED = re.compile(r"(utils?|helpers?|common|misc|manager|handler)\.py$")
MOST_LINES_IN_A_FILE = 400
MOST_LINES_IN_A_FUNCTION = 60
MOST_PARAMETERS = 8

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_sizes(path: Path) -> None:
    assert path.read_text().count("\n") <= MOST_LINES_IN_A_FILE
    long = {f.name: (f.end_lineno or 0) - f.lineno + 1 for f in functions(path)}
    assert not {name: n for name, n in long.items() if n > MOST_LINES_IN_A_FUNCTION}
    if path.parent.name != "cli":
        wide = {f.name: len(f.args.args) + len(f.args.kwonlyargs) for f in functions(path)}
        assert not {name: n for name, n in wide.items() if n > MOST_PARAMETERS}


def test_names_say_what_a_thing_is() -> None:
    assert not [name_of(path) for path in FILES if BANNED.search(path.name)]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_public_names_have_a_docstring(path: Path) -> None:
    assert not [node.name for node in undocumented(ast.parse(path.read_text()))]


def undocumented(scope: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Public classes, functions and methods without one; what is inside a function is not public."""
    for node in scope.body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node)


def test_nothing_is_left_unfinished() -> None:
    words = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert not [name_of(path) for path in FILES if words.search(path.read_text())]


def test_the_story_loads_no_heavy_library() -> None:
    """`import gifworthy` must stay light: only `types.py`'s numpy is allowed in the story files."""
    tree = ast.parse((SOURCE / "__init__.py").read_text())
    imported = {
        alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names
    }
    assert not imported & {"av", "cv2", "numpy", "scipy", "torch", "matplotlib"}
