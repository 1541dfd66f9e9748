"""Each promise of the page about security names its test, and there is such a test."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "security.md"


def promises() -> list[str]:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return [row for row in rows[1:] if "---" not in row]


def test_every_promise_names_a_test_that_is_there() -> None:
    told = "".join(file.read_text() for file in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"def (test_\w+)", told))
    for promise in promises():
        where = promise.rstrip("| ").rsplit("|", 1)[1]
        names = re.findall(r"(?<![/\w])(test_\w+)(?!\.py|\w)", where)
        places = re.findall(r"(tests/[\w/.]+\w)", where)
        assert names or places, promise
        assert set(names) <= known, f"{set(names) - known}: {promise}"
        assert all((ROOT / place).exists() for place in places), promise
    assert len(promises()) >= 25
