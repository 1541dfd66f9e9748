"""What `gifworthy batch` says when there is little to do, or nothing that can be done."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from commands import Run
from gifworthy.batch.metrics import served
from gifworthy.batch.running import Tally
from gifworthy.cli.batch_words import summary
from gifworthy.errors import OutputError

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1")


@pytest.mark.parametrize(
    ("tally", "said"),
    [
        (Tally(1, skipped=1), "c: nothing to do, 1 cover made before"),
        (
            Tally(3, skipped=3, failed_before=2, repeated=1),
            "c: nothing to do, 1 cover made before, 1 named more than once; 2 videos got no cover "
            "before; --retry tries again, --report says why",
        ),
        (
            Tally(4, skipped=1, made=2, nameless=1, failures=Counter(VideoUnreadable=1)),
            "c: 2 covers (0 B), 1 failed (1 VideoUnreadable), 1 made before, 1 row without a video; ",
        ),
        (Tally(3, skipped=2, failed_before=1, made=1), "; 1 video got no cover before; --retry"),
    ],
)
def test_the_last_line(tally: Tally, said: str) -> None:
    assert said in summary("c", tally)


def test_what_failed_before_is_not_hidden_by_a_second_run(
    run: Run, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos = tiny(1)
    (videos / "bad.mp4").write_bytes(b"")
    assert "1 failed (1 VideoUnreadable)" in run(videos, "-o", "c", *LOOK).out
    again = run(videos, "-o", "c", *LOOK)
    assert (again.code, again.out.strip()) == (
        0,
        "c: nothing to do, 1 cover made before; 1 video got no cover before; --retry tries again, "
        "--report says why",
    )
    told = json.loads(run(videos, videos, "-o", "c", "--json", *LOOK).out)
    counts = (told["skipped"], told["failed_before"], told["repeated"], told["total"])
    assert counts == (2, 1, 2, 4)
    retried = run(videos, "-o", "c", "--retry", *LOOK)
    assert "got no cover before" not in retried.out
    assert "1 failed (1 VideoUnreadable), 1 made before" in retried.out


def test_failures_are_told_by_name_and_cause(run: Run, tiny: Callable[[int], Path]) -> None:
    videos = tiny(1)
    for number in range(4):
        (videos / f"bad{number}.mp4").write_bytes(b"")
    ran = run(videos, "-o", "c", *LOOK)
    lines = ran.err.splitlines()
    assert (ran.code, len(lines), lines[3]) == (1, 4, "gifworthy: and 1 more: --report")
    assert all("/videos/bad" in line and "empty" in line for line in lines[:3])
    told = run(videos, "-o", "d", "--dry-run", *LOOK).out
    assert "4 of the sample got no cover (4 VideoUnreadable):" in told
    assert told.count("/videos/bad") == 3


def test_a_name_that_does_not_exist_is_told_before_anything_starts(
    run: Run, tiny: Callable[[int], Path]
) -> None:
    videos = tiny(1)
    for flag, wrong in (
        ("--format", "bmp"),
        ("--selector", "tip"),
        ("--scorer", "signal"),
        ("--segmenter", "shot"),
        ("--map", "salience"),
    ):
        for more in ((), ("--dry-run",)):
            run(videos, "-o", "c", flag, wrong, *more).complained(repr(wrong), code=2)
    run(videos, "-o", "c", "--scorer", "./nowhere").complained("nowhere")
    contradiction = ("--start", "10", "--end", "5")
    run(videos, "-o", "c", *contradiction).complained("--start 10", "--end 5", code=2)
    assert not Path("c").exists()


def test_what_was_dealt_is_not_dealt_otherwise(run: Run, tiny: Callable[[int], Path]) -> None:
    videos = tiny(2)
    for number in ("1/3", "2/3", "3/3"):
        assert run(videos, "-o", "c", "-q", "--shard", number, *LOOK).code == 0
    for flags in (("--shard", "1/2"), (), ("--shard", "1/2", "--dry-run")):
        run(videos, "-o", "c", *flags, *LOOK).complained("K/3", "another place")
    assert run(videos, "-o", "c", "--shard", "2/3", *LOOK).code == 0
    assert run(videos, "-o", "d", "-q", *LOOK).code == 0
    run(videos, "-o", "d", "--shard", "1/2", *LOOK).complained("without --shard")
    assert len(pq.read_table("c/table")) == 2


def test_who_is_away_keeps_its_cover(run: Run, tiny: Callable[[int], Path]) -> None:
    videos = tiny(2)
    Path("list.txt").write_text("videos/v0.mp4\nvideos/v1.mp4\nvideos/v1.mp4\n")
    assert run("list.txt", "-o", "c", "-q", *LOOK).code == 0
    before = [row["finished"] for row in pq.read_table("c/table").to_pylist()]
    videos.rename("away")
    ran = run("list.txt", "-o", "c", *LOOK)
    assert (ran.code, ran.err) == (
        0,
        "gifworthy: 2 videos with a cover made before are not there now; their covers stay\n",
    )
    assert ran.out == (
        "c: nothing to do, 0 covers made before, 1 named more than once, 2 not there now\n"
    )
    Path("away").rename("videos")
    again = run("list.txt", "-o", "c", *LOOK)
    assert again.out == "c: nothing to do, 2 covers made before, 1 named more than once\n"
    assert [row["finished"] for row in pq.read_table("c/table").to_pylist()] == before


def test_rows_that_name_nothing_and_twins_are_told(
    run: Run, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    tiny(1)
    sources = ["videos/v0.mp4", None, "videos/v0.mp4", ""]
    pq.write_table(pa.table({"source": sources}), tmp_path / "list.parquet")
    told = run("list.parquet", "-o", "c", *LOOK).out
    assert told.startswith("c: 1 cover (")
    assert ", 1 named more than once, 2 rows without a video; " in told


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("-o", "/proc/c"), "/proc/c cannot be written: No such file or directory; give another"),
        (("-o", "file"), "file cannot be written: Not a directory; give another place with -o"),
        (("-o", "c", "--log", "/proc/log"), "/proc/log cannot be written"),
    ],
    ids=["proc", "file", "log"],
)
def test_what_cannot_be_written_is_named_itself(
    run: Run, tiny: Callable[[int], Path], flags: tuple[str, ...], said: str
) -> None:
    Path("file").write_text("")
    ran = run(tiny(1), *flags, *LOOK)
    ran.complained(said)
    assert ("--log" in ran.err) == ("--log" in flags)


@pytest.mark.parametrize("flags", [(), ("--dry-run",), ("--shard", "1/2")], ids=str)
def test_no_video_is_an_error_and_leaves_nothing(run: Run, flags: tuple[str, ...]) -> None:
    Path("empty/deep").mkdir(parents=True)
    Path("empty/notes.doc").write_text("")
    Path("none.txt").write_text("# nothing\n\n")
    for source in ("empty", "none.txt"):
        run(source, "-o", "c", *flags).complained(f"there is no video in {source}", ".mp4")
    run("nowhere", "-o", "c", *flags).complained("nowhere is not there")
    assert not Path("c").exists()


def test_a_report_of_nothing_is_an_error(run: Run, tiny: Callable[[int], Path]) -> None:
    run("nowhere", "--report").complained("nowhere holds no covers of a batch")
    assert run(tiny(1), "-o", "c", "-q", *LOOK).code == 0
    for part in Path("c/table").rglob("*.parquet"):
        part.unlink()
    run("c", "--report").complained("c has no rows yet", "a run ends")
    assert not Path("c/report.html").exists()


def test_figures_are_answered_where_it_is_asked_for() -> None:
    with served(0) as metrics:
        metrics(Tally(7, made=3))
        with urllib.request.urlopen(f"{metrics.address}/metrics") as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            lines = answer.read().decode().splitlines()
        assert "gifworthy_batch_covers_made 3" in lines
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{metrics.address}/else")
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{metrics.address}/metrics")


def test_a_port_that_is_taken_is_told(run: Run, tiny: Callable[[int], Path]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OutputError, match=f"port {port} cannot be used"), served(port):
            pass
        run(tiny(1), "-o", "c", "--metrics-port", str(port)).complained(f"port {port}")
    run(tiny(1), "-o", "c", "--metrics-port", "70000").complained("70000", "65535", code=2)
    assert not Path("c").exists()


@pytest.mark.timeout(120)
def test_figures_are_served_while_a_batch_runs(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gifworthy", "batch", tiny(6), "-o", tmp_path / "c", *LOOK]
    batch = subprocess.Popen(
        [*map(str, command), "--metrics-port", "0"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert batch.stderr is not None
        told = re.search(r"figures at (http://\S+)", batch.stderr.readline())
        assert told is not None
        seen = set[int]()
        while batch.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(told[1]) as answer:
                seen |= {int(n) for n in re.findall(r"covers_made (\d+)", answer.read().decode())}
            time.sleep(0.02)
    finally:
        batch.kill()
        batch.communicate()
    assert batch.returncode == 0
    assert len(seen) > 1, seen
    assert max(seen) <= 6


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_on_a_full_disk_ends_the_run_and_is_named(
    run: Run, tiny: Callable[[int], Path]
) -> None:
    run(tiny(1), "-o", "c", "--log", "/dev/full", *LOOK).complained(
        "/dev/full cannot be written: No space left on device"
    )
    assert "1 cover (" in run(tiny(1), "-o", "c", *LOOK).out
