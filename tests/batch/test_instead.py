"""`--render`, `--dry-run`, `--report`, and what is kept for training."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.dataset as ds
import pytest

from gifworthy.batch.estimate import Guess
from gifworthy.batch.orders import Item, Order
from gifworthy.batch.working import Worker
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.types import Style

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1")


def batch(*arguments: str | Path, code: int = 0) -> str:
    command = [sys.executable, "-m", "gifworthy", "batch", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout or done.stderr


def test_rendering_again_scans_nothing_and_gives_what_make_gives(
    tiny: Callable[[int], Path], tiny_videos: list[Path], tmp_path: Path
) -> None:
    videos, out = tiny(2), tmp_path / "covers"
    batch(videos, "-o", out, *LOOK)
    other = ("--width", "32", "--format", "webp", "--seconds", "0.6", "--fps", "5")
    told = json.loads(batch(out, "--render", *other, "--json"))
    assert (told["made"], told["scanned"]) == (2, 0)
    maker = CoverMaker.load(Plan(), Settings(threads=1))
    rows = ds.dataset(out / "table").to_table().to_pylist()
    for row in [row for row in rows if row["media_type"] == "image/webp"]:
        cover = maker.make(row["source"], Style(width=32, format="webp", seconds=0.6, fps=5))
        assert (out / row["cover"]).read_bytes() == cover.data
    assert json.loads(batch(out, "--render", *other, "--json"))["skipped"] == 2
    shutil.copy(tiny_videos[5], videos / "v0.mp4")
    said = batch(out, "--render", "--width", "16", "--format", "webp", code=1)
    assert "1 NotAnalysed" in said


def test_a_dry_run_measures_and_leaves_nothing(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos, out = tiny(3), tmp_path / "covers"
    told = json.loads(batch(videos, "-o", out, *LOOK, "--dry-run", "--json"))
    assert (told["finished"], told["todo"], told["sampled"], told["failed"]) == (0, 3, 3, 0)
    assert not out.exists()
    batch(videos, "-o", out, *LOOK)
    written = sum(path.stat().st_size for path in (out / "covers").rglob("*.*"))
    assert told["written"]["middle"] == written
    kept = sum(path.stat().st_size for path in (out / "analyses").rglob("*.*"))
    assert told["kept"]["middle"] == pytest.approx(kept, rel=0.01)
    assert "3 finished, 0 to do" in batch(videos, "-o", out, *LOOK, "--dry-run")


def test_a_guess_is_as_wide_as_the_sample_is_uneven() -> None:
    assert Guess.of([1.0, 2.0, 3.0], 3) == Guess(6.0, 6.0, 6.0)
    even, uneven = Guess.of([2.0, 2.0, 2.0], 100), Guess.of([1.0, 2.0, 3.0], 100)
    assert (even.low, even.middle, even.high) == (200.0, 200.0, 200.0)
    assert uneven.middle == 200.0
    # t(0.975, 2) = 4.303; standard error sqrt(1/3 - 1/100) = 0.5686
    assert uneven.high == pytest.approx(200 + 100 * 4.303 * 0.5686, abs=0.1)
    assert uneven.low == 6.0  # what was seen; the interval would reach below
    assert Guess.of([5.0], 10).high == float("inf")
    assert Guess.of([], 0) == Guess(0.0, 0.0, 0.0)


def test_a_report_stands_alone_and_tells_all(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos, out = tiny(3), tmp_path / "covers"
    (videos / "<b>ad.mp4").write_bytes(b"nothing")
    batch(videos, "-o", out, *LOOK, code=1)
    assert batch(out, "--report").strip() == f"{out}/report.html"
    page = (out / "report.html").read_text()
    assert not re.search(r"<(script|link)|src=\"(?!data:)", page)
    assert page.count("data:image/jpeg;base64,") == 3
    assert "VideoUnreadable" in page
    assert "&lt;b&gt;ad.mp4" in page
    assert "<b>ad" not in page
    for link in re.findall(r'<a href="([^"]+)"', page):
        assert (out / link).exists()


def test_a_report_is_of_one_look_and_names_the_others(
    tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    videos, out = tiny(2), tmp_path / "covers"
    (videos / "bad.mp4").write_bytes(b"nothing")
    batch(videos, "-o", out, *LOOK, code=1)
    said = batch(out, "--render", "--width", "32", "--format", "webp", *LOOK[:2])
    assert "2 covers" in said
    (gif,) = (path.name[5:] for path in (out / "table").glob("*/look=gif*"))
    batch(out, "--report")
    page = (out / "report.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 2
    assert "VideoUnreadable" not in page
    assert f"{gif}: 2 covers, 1 failed" in page
    batch(out, "--report", "--look", "gif-48")
    page = (out / "report.html").read_text()
    assert "VideoUnreadable" in page
    assert "webp-32-" in page
    assert "--look jpeg is none of" in batch(out, "--report", "--look", "jpeg", code=1)


def test_rendering_says_whom_it_leaves_out(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos, out = tiny(1), tmp_path / "covers"
    (videos / "bad.mp4").write_bytes(b"nothing")
    batch(videos, "-o", out, *LOOK, code=1)
    told = json.loads(batch(out, "--render", "--width", "32", *LOOK[:2], "--json"))
    assert (told["made"], told["uncovered"]) == (1, 1)
    told = json.loads(batch(out, "--render", "--width", "32", *LOOK[:2], "--json"))
    assert (told["skipped"], told["uncovered"]) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--render",), "want the one place"),
        ((".", "--report", "-o", "x"), "want the one place"),
        ((".", "--report"), "holds no covers of a batch"),
        ((".", "--render"), "holds no covers of a batch"),
    ],
)
def test_a_wrong_command_is_told(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in batch(*arguments, code=1 if "holds" in said else 2)


def test_several_choices_must_be_told_apart(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos, out = tiny(1), tmp_path / "covers"
    batch(videos, "-o", out, *LOOK)
    batch(videos, "-o", out, *LOOK, "--plan", "middle")
    assert "say which with --choice: middle-" in batch(out, "--report", code=1)
    assert "report.html" in batch(out, "--report", "--choice", "middle")


def test_what_a_net_reads_is_kept_as_train_takes_it(
    order: Order, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    from gifworthy.learning.vectors import open_vectors

    (video,) = tiny(1).iterdir()
    order = replace(order, settings=Settings(threads=1, cache=tmp_path / "cache"))
    worker = replace(Worker.load(order), reading=Reading.vectors("pixels"))
    item = Item(str(video), "00" * 16, name="channel/v0")
    row = worker.work(item)
    assert row.failure is None
    assert row.features is not None
    place = tmp_path / "covers" / row.features
    assert place.parts[-2:] == ("channel", "v0.npy")
    kept = open_vectors(place.parent.parent).of("channel/v0")
    assert kept is not None
    assert kept.segments is not None
    np.testing.assert_array_equal(kept.of(kept.segments), kept.vectors)
    assert worker.work(item).features == row.features  # rendered only, but it is still there
    assert Worker.load(order).work(item).features is None  # a plan without a net reads nothing
