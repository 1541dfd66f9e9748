"""What every test may rely on, and what happens when something it needs is absent."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def videos() -> Path:
    """The folder of real videos beside the project."""
    folder = SHARED / "videos"
    if not folder.is_dir():
        pytest.skip("the real videos of ../shared are absent")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip becomes a failure when `FAIL_WITHOUT` names what was absent (`shared,gpu`)."""
    report = yield
    missing = _forbidden(report)
    if missing:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but FAIL_WITHOUT names {missing!r}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    missing = _forbidden(report)
    if missing:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, but FAIL_WITHOUT names {missing!r}"
    return report


def _forbidden(report: pytest.TestReport | pytest.CollectReport) -> str | None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return None
    reason = str(report.longrepr).lower()
    named = os.environ.get("FAIL_WITHOUT", "").replace(",", " ").split()
    return next((name for name in named if re.search(rf"\b{name.lower()}\b", reason)), None)
