"""The command line, called as a person calls it but inside this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from commands import Ran, Run
from gifworthy.cli import main


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def go(*arguments: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gifworthy", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, out, err)

    return go
