"""A server that takes a call and never answers holds up nothing and nobody."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gifworthy.batch.picking import Shard, stated
from gifworthy.batch.sources import Found
from gifworthy.batch.stamps import is_missing

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1")


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that accepts every call, and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_who_does_not_answer_in_time_counts_as_away(silent: str, tmp_path: Path) -> None:
    found = [Found(f"{silent}/{n}.mp4", None, "") for n in range(20)]  # more than ask at once
    found.insert(1, Found(str(tmp_path / "here.mp4"), None, ""))
    begun, told = time.monotonic(), list(stated(iter(found), Shard(), 0.5))
    assert time.monotonic() - begun < 10
    states = [one for one in told if one is not None]
    assert {one.source for one in states} == {one.source for one in found}
    assert all(one.state and is_missing(one.state) for one in states)
    assert None in told, "the loop is let look after what is at work"


def test_whoever_stops_asking_waits_for_nobody(silent: str) -> None:
    asking = stated(iter([Found(f"{silent}/a.mp4", None, "")]), Shard(), 60.0)
    assert next(asking) is None
    begun = time.monotonic()
    with contextlib.closing(asking):  # type: ignore[type-var]
        pass
    assert time.monotonic() - begun < 5


@pytest.mark.timeout(120)
def test_a_batch_goes_on_beside_it_and_ends_when_told(
    silent: str, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos = sorted(tiny(2).iterdir())
    addresses = [f"{silent}/{n}.mp4" for n in range(3)]
    (tmp_path / "list.txt").write_text("\n".join([*addresses, *map(str, videos)]))
    command = [sys.executable, "-m", "gifworthy", "batch", tmp_path / "list.txt", *LOOK]
    process = subprocess.Popen(
        [*map(str, command), "-o", str(tmp_path / "c")],
        stderr=subprocess.PIPE,
        env={**os.environ, "GIFWORTHY_TIMEOUT": "600"},
    )
    pages, until = tmp_path / "c" / "journal", time.monotonic() + 60
    try:
        while not list(pages.glob("*/*.jsonl")) and time.monotonic() < until:
            time.sleep(0.1)
        (page,) = pages.glob("*/*.jsonl")
        assert str(videos[0]) in page.read_text()
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert time.monotonic() - begun < 15
