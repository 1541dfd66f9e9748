"""`gifworthy rank`, `shots`, `sample`, `plans`, `platforms`, and the help."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from PIL import Image

from commands import Run, names_in, read
from drawn import CUTS, cuts, silent
from gifworthy import __version__
from gifworthy.plans import PLANS
from gifworthy.platforms import known_platforms

COMMANDS = ("make", "rank", "shots", "sample", "plans", "platforms")


def test_rank_lists_candidates_best_first(run: Run) -> None:
    ran = run("rank", cuts(), "--json")
    assert (ran.code, ran.err) == (0, "")
    record = read(ran.out, "rank")
    pieces = record["segments"]
    assert isinstance(pieces, list)
    scores = [piece["score"] for piece in pieces if piece["refused"] is None]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) >= 2
    assert all(piece["reasons"] for piece in pieces if piece["refused"] is None)
    edges = sorted((piece["start"], piece["end"]) for piece in pieces)
    assert all(a[1] <= b[0] + 1e-3 for a, b in itertools.pairwise(edges))


def test_rank_tells_a_person_and_draws_a_sheet(run: Run, tmp_path: Path) -> None:
    ran = run("rank", cuts(), "--sheet", "sheet.png")
    assert ran.code == 0
    assert ran.out.startswith(f"{cuts()}: ")
    with Image.open("sheet.png") as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 1000
    again = run("rank", cuts(), "--sheet", "sheet.png")
    again.complained("sheet.png exists already")
    assert names_in(tmp_path) == ["sheet.png"]


def test_rank_wants_one_video(run: Run) -> None:
    run("rank").complained("name one video", code=2)
    run("rank", "a.mp4", "-i", "b.mp4").complained("name one video", code=2)


def test_a_failure_is_a_json_line_too(run: Run) -> None:
    for command in ("make", "rank", "shots"):
        ran = run(command, "gone.mp4", "--json")
        assert ran.code == 1
        record = read(ran.out, command)
        assert record["source"] == "gone.mp4"
        assert record["error"]["type"] == "VideoNotFound"  # type: ignore[index]
        assert "gone.mp4" in ran.err


def test_shots_finds_the_cuts(run: Run) -> None:
    ran = run("shots", cuts(), "--effort", "thorough", "--json")
    found = read(ran.out, "shots")["shots"]
    assert isinstance(found, list)
    starts = [shot["start"] for shot in found]
    assert starts == pytest.approx([0.0, *CUTS], abs=0.05)
    assert found[-1]["end"] == pytest.approx(8.0, abs=0.05)


def test_shots_in_other_forms(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("shots", cuts(), "--as", "csv").out)))
    assert len(rows) == len(CUTS) + 1
    assert run("shots", cuts(), "--as", "vtt").out.startswith("WEBVTT\n")
    assert '"OTIO_SCHEMA": "Timeline.1"' in run("shots", cuts(), "--as", "otio").out
    assert "1 shot in" in run("shots", silent()).out
    run("shots", cuts(), "--as", "edl").complained("edl", "otio", code=2)


def test_plans_and_platforms_are_listed(run: Run) -> None:
    assert all(name in run("plans").out for name in PLANS)
    assert all(name in run("platforms").out for name in known_platforms())


def test_help_names_every_command_and_flag(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in COMMANDS)
    flags = run("make", "--help").out
    for flag in ("--max-bytes", "--for", "--exclude", "--against", "--shots", "-o", "--overwrite"):
        assert flag in flags


def test_version(run: Run) -> None:
    assert run("--version").out == f"gifworthy {__version__}\n"
