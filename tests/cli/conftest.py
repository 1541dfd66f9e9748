"""The command line, called as a person calls it but inside this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run, driven


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return driven(capfd, monkeypatch)
