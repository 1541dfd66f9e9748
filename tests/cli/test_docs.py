"""The commands that the documents show are commands that the command line takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from gifworthy.cli.app import app

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
SHOWN = re.compile(r"^\s*gifworthy (.+)$", re.MULTILINE)
COMMANDS = [
    pytest.param(line, id=f"{page.stem}: {line[:60]}")
    for page in PAGES
    for line in SHOWN.findall(page.read_text())
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_in_the_documents_is_understood(line: str) -> None:
    name, *arguments = shlex.split(line.split(" > ")[0], comments=True)
    group = get_command(app)
    command = group.get_command(group.make_context("gifworthy", [name], None), name)  # type: ignore[attr-defined]
    assert command is not None, f"there is no command {name}"
    command.make_context(name, arguments)


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for place in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text()):
            assert (page.parent / place).exists(), f"{page.name} points to {place}"
