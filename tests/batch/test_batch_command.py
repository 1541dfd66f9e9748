"""`gifworthy batch`, as a person runs it."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from commands import read
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import Style

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1")
Rows = list[dict[str, object]]


def batch(*arguments: str | Path, code: int = 0) -> dict[str, object]:
    """Run it in a process of its own; what it says of itself."""
    command = [sys.executable, "-m", "gifworthy", "batch", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    told: dict[str, object] = json.loads(done.stdout) if done.stdout else {"said": done.stderr}
    return told


def rows_of(out: Path) -> Rows:
    found = ds.dataset(out / "table", partitioning="hive").to_table()
    return sorted(found.to_pylist(), key=lambda row: row["source"])


def test_each_cover_is_the_one_that_make_makes(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos, out = tiny(3), tmp_path / "covers"
    told = batch(videos, "-o", out, *LOOK)
    assert (told["made"], told["scanned"], told["failed"]) == (3, 3, 0)
    maker = CoverMaker.load(Plan(), Settings(threads=1))
    rows = rows_of(out)
    assert [Path(str(row["source"])).name for row in rows] == ["v0.mp4", "v1.mp4", "v2.mp4"]
    for row in rows:
        cover = maker.make(str(row["source"]), Style(width=48, fps=5, seconds=0.6))
        assert (out / str(row["cover"])).read_bytes() == cover.data
        assert (out / str(row["still"])).read_bytes() == cover.poster
        assert row["size_bytes"] == cover.size_bytes
        assert row["error"] is None
    assert len(list((out / "covers").rglob("*.*"))) == 6
    assert not (out / ".unfinished").exists() or not list((out / ".unfinished").rglob("*.*"))


def test_a_row_holds_all_that_make_says(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    batch(tiny(1), "-o", tmp_path / "covers", *LOOK)
    (row,) = rows_of(tmp_path / "covers")
    schema = json.loads((Path(__file__).parents[2] / "docs/schemas/make.schema.json").read_text())
    asked = schema["$defs"]["cover"]["required"]
    assert not [name for name in asked if name not in row]
    story = {name: row[name] for name in asked}
    for highlight in story["highlights"]:  # type: ignore[attr-defined]
        highlight["reasons"] = dict(highlight["reasons"])
    read(json.dumps(story), "make")


def test_a_second_run_does_nothing_and_a_changed_style_only_renders(
    tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos, out = tiny(2), tmp_path / "covers"
    batch(videos, "-o", out, *LOOK)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("covers/*/*")}
    told = batch(videos, "-o", out, *LOOK)
    assert (told["made"], told["skipped"]) == (0, 2)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("covers/*/*")} == before
    told = batch(videos, "-o", out, *LOOK, "--quality", "40")
    assert (told["made"], told["scanned"]) == (2, 0)
    told = batch(videos, "-o", out, *LOOK, "--plan", "middle")
    assert (told["made"], told["scanned"]) == (2, 2)
    assert len(rows_of(out)) == 6
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_changed_and_a_new_video_are_all_that_is_done(
    tiny: Callable[[int], Path], tiny_videos: list[Path], tmp_path: Path
) -> None:
    videos, out = tiny(2), tmp_path / "covers"
    batch(videos, "-o", out, *LOOK)
    shutil.copy(tiny_videos[5], videos / "v0.mp4")
    shutil.copy(tiny_videos[1], videos / "twin.mp4")
    told = batch(videos, "-o", out, *LOOK)
    assert (told["made"], told["skipped"], told["scanned"]) == (2, 1, 1)
    rows = {Path(str(row["source"])).name: row for row in rows_of(out)}
    assert list(rows) == ["twin.mp4", "v0.mp4", "v1.mp4"]
    assert rows["twin.mp4"]["cover"] == rows["v1.mp4"]["cover"]


def test_covers_are_not_taken_for_videos(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos = tiny(1)
    for _ in range(2):
        told = batch(videos, "-o", videos / "covers", *LOOK, "--format", "mp4")
        assert told["total"] == 1
    assert len(rows_of(videos / "covers")) == 1


def test_broken_videos_are_rows_and_are_tried_again_only_when_asked(
    tiny: Callable[[int], Path], tiny_videos: list[Path], tmp_path: Path
) -> None:
    videos, out = tiny(1), tmp_path / "covers"
    (videos / "rubbish.mp4").write_bytes(b"rubbish" * 100)
    (videos / "empty.mp4").write_bytes(b"")
    told = batch(videos, "-o", out, *LOOK, code=1)
    assert (told["made"], told["failures"]) == (1, {"VideoUnreadable": 2})
    bad = [row["error"] for row in rows_of(out) if row["error"]]
    assert {error["type"] for error in bad} == {"VideoUnreadable"}  # type: ignore[index]
    assert batch(videos, "-o", out, *LOOK)["skipped"] == 3
    assert batch(videos, "-o", out, *LOOK, "--retry", code=1)["failed"] == 2
    assert len(rows_of(out)) == 3
    shutil.copy(tiny_videos[3], videos / "empty.mp4")
    assert batch(videos, "-o", out, *LOOK)["made"] == 1
    assert len(rows_of(out)) == 3


def test_duckdb_and_pandas_read_the_table(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is absent")
    pandas = pytest.importorskip("pandas", reason="pandas is absent")
    out = tmp_path / "covers"
    batch(tiny(2), "-o", out, *LOOK)
    text = (
        "select source, choice, look, highlights[1].start, highlights[1].reasons, error "
        f"from read_parquet('{out}/table/**/*.parquet', hive_partitioning = true)"
    )
    found = duckdb.sql(text).fetchall()
    assert len(found) == 2
    assert {row[1].partition("-")[0] for row in found} == {"signals"}
    frame = pandas.read_parquet(out / "table")
    assert len(frame) == 2
    assert set(frame["plan"]) == {"signals"}
    batch(out, "--render", "--seconds", "0.6", "--width", "32")
    assert len(pandas.read_parquet(out / "table")) == 4
    table = f"read_parquet('{out}/table/**/*.parquet', hive_partitioning = true)"
    counted = f"select choice, look, count(*) n, max(finished) from {table} group by all"
    looks = duckdb.sql(f"select choice, look, n from ({counted} order by 4 desc)").fetchall()
    assert [(look[1][:6], look[2]) for look in looks] == [("gif-32", 2), ("gif-48", 2)]
    choice, look, *_ = looks[0]
    one = f"where choice = '{choice}' and look = '{look}' group by all order by 2 desc"
    assert duckdb.sql(f"select error.type, count(*) from {table} {one}").fetchall() == [(None, 2)]
    assert len(pandas.read_parquet(out / f"table/choice={choice}/look={look}")) == 2


def test_ctrl_c_stops_cleanly_and_the_same_command_goes_on(
    tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos, out = tiny(8), tmp_path / "covers"
    command = [sys.executable, "-m", "gifworthy", "batch", videos, "-o", out, *LOOK]
    process = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE)
    log, until = out / "log.jsonl", time.monotonic() + 60
    while "made" not in (log.read_text() if log.exists() else "") and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"finishing 1 video; Ctrl-C again ends now" in said
    assert b"run the same command again" in said
    made = len(rows_of(out))
    assert 1 <= made < 8
    told = batch(videos, "-o", out, *LOOK)
    assert (told["skipped"], told["made"]) == (made, 8 - made)
    assert len(rows_of(out)) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no videos were named"),
        (("videos",), "where do the covers go"),
        (("nowhere", "-o", "covers"), "nowhere is not there"),
        ((".", "-o", "covers", "--shard", "3/2"), "K/N"),
        ((".", "-o", "covers", "--engine", "spark"), "local or ray"),
        ((".", "-o", "covers", "--memory-limit", "1MB"), "256 MiB"),
    ],
)
def test_a_wrong_command_is_told(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = 1 if said.startswith("nowhere") else 2
    assert said in str(batch(*arguments, code=code)["said"])
