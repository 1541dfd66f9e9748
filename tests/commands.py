"""What a command of `gifworthy` left behind, for the tests of the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import pytest

from gifworthy.cli import main

SCHEMAS = Path(__file__).resolve().parent.parent / "docs" / "schemas"
QUICK = ("--seconds", "1", "--width", "96", "--fps", "5", "--effort", "fast")
"""Flags that make a cover of a drawn video in a moment."""


@dataclass(frozen=True)
class Ran:
    """One command that has ended."""

    code: int
    out: str
    err: str

    def complained(self, *words: str, code: int = 1) -> None:
        """It failed with one line that holds all of `words`, and nothing on standard output."""
        assert self.code == code, self.err
        assert self.out == ""
        assert self.err.startswith("gifworthy: ")
        assert self.err.count("\n") == 1, f"not one line: {self.err}"
        assert not [word for word in words if word not in self.err], self.err


Run = Callable[..., Ran]


def driven(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *first: str) -> Run:
    """`gifworthy`, driven from this process. Args: first: words that every command begins with."""

    def go(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gifworthy", *first, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, out, err)

    return go


def read(text: str, schema: str) -> dict[str, object]:
    """One JSON record, after a look whether it keeps what its schema promises."""
    rules = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
    record: dict[str, object] = json.loads(text)
    jsonschema.Draft202012Validator(rules).validate(record)
    return record


def names_in(folder: Path) -> list[str]:
    """The names of the files there, in order; hidden ones too."""
    return sorted(path.name for path in folder.iterdir())
