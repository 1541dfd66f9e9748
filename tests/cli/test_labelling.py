"""`gifworthy align` and `gifworthy rate`, as a person types them."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from benchmarks.alignment import Change, cut

import drawn
from commands import Run
from gifworthy.types import Segment

SPAN = Segment(2.4, 5.0)


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIFWORTHY_CACHE", str(tmp_path / "cache"))


def test_align_says_where_a_gif_is_from(run: Run, tmp_path: Path) -> None:
    cut(drawn.cuts(), Change(SPAN, speed=1.5), tmp_path / "a.gif")
    told = run("align", "a.gif", drawn.pieces(), drawn.cuts())
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith("a.gif: cuts.mp4 0:02.4 to 0:05.0, 1.")
    foreign = run("align", "a.gif", drawn.pieces())
    assert "a.gif: not from the given video; in the nearest, pieces.mp4, " in foreign.out
    record = json.loads(run("align", "a.gif", drawn.cuts(), "--json").out)
    assert record["start"] == pytest.approx(2.4, abs=0.15)
    assert record["video"] == str(drawn.cuts())


def test_align_writes_what_data_read_pairs_reads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gifs").mkdir()
    cut(drawn.cuts(), Change(SPAN), tmp_path / "gifs" / "a.gif")
    (tmp_path / "gifs" / "b.gif").write_bytes(b"no GIF")
    told = run("align", "gifs", drawn.cuts(), "-o", "pairs.csv")
    assert told.code == 1
    assert "b.gif" in told.err
    assert "1 of 2" in told.err
    read = run("data", "read", "pairs", "pairs.csv")
    assert read.code == 0, read.err
    assert "pairs.parquet: 1 label of 1 video" in read.out
    run("align", "gifs", drawn.cuts(), "-o", "pairs.csv").complained("pairs.csv exists already")


def test_align_refuses_two_videos_of_one_name(run: Run, tmp_path: Path) -> None:
    run("align", "a.gif", drawn.cuts(), drawn.cuts()).complained("two videos are called", code=2)


def test_rating_on_sheets(run: Run, tmp_path: Path) -> None:
    begun = run("rate", drawn.cuts(), "--sheets", "sheets", "--rater", "ann", "--rater", "bo")
    assert begun.code == 0
    assert "fill in good, average, bad" in begun.out
    assert "nothing was rated yet" in begun.err
    table = tmp_path / "sheets" / "fill-in.csv"
    first, *rest = table.read_text().splitlines()
    assert first == "video,piece,ann,bo"
    filled = [line[:-1] + ("bad,bad" if n == 0 else "good,bad") for n, line in enumerate(rest)]
    table.write_text("\n".join([first, *filled]) + "\n")
    told = run("rate", drawn.cuts(), "--sheets", "sheets")
    assert f"ratings/ratings.csv: {2 * len(rest)} answers by 2 raters" in told.out
    assert f"{100 / len(rest):.0f} % say the same" in told.out
    read = run("data", "read", "ratings", "ratings")
    assert f"{2 * len(rest)} labels of 1 video" in read.out
    judged = run("evaluate", "--data", "ratings/consensus.parquet")
    assert judged.code == 0, judged.err


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--scheme", "stars"), "there is no scheme"),
        (("--graded",), "--graded goes with"),
        (("--count", "0"), "count"),
    ],
)
def test_rating_misused(flags: tuple[str, ...], word: str, run: Run) -> None:
    run("rate", drawn.cuts(), *flags).complained(word, code=2)


def test_rating_on_the_page_until_somebody_stops_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gifworthy", "rate", str(drawn.cuts()), "--no-browser"]
    with subprocess.Popen(
        [*command, "--scheme", "frames"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line.startswith("8 pieces to rate at http://127.0.0.1:")
            link = http.client.HTTPConnection(urlsplit(line.split()[5]).netloc, timeout=20)
            body = json.dumps({"number": 3, "rater": "ann", "said": "1"})
            link.request("POST", "/answer", body, {"Content-Type": "application/json"})
            assert link.getresponse().status == 200
            link.close()
            on_disk = (tmp_path / "frames" / "frames.csv").read_text()
            assert on_disk.splitlines()[1].startswith("cuts.mp4,3.000,1,ann,")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert "1 answers by 1 rater" in out
    assert (tmp_path / "frames" / "consensus.parquet").exists()
