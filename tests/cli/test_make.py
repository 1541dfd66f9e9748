"""`gifworthy make`, when all is well."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from commands import QUICK, Run, names_in, read
from drawn import CUTS, cuts, half_second, silent
from gifworthy.video import open_video


def test_three_files_lie_in_the_current_folder(run: Run, tmp_path: Path) -> None:
    ran = run("make", cuts(), *QUICK)
    assert (ran.code, ran.err) == (0, "")
    assert names_in(tmp_path) == ["cuts.gif", "cuts.jpg", "cuts.json"]
    assert ran.out.startswith("cuts.gif: 96x58, 1.0 s, ")
    story = read(Path("cuts.json").read_text(), "make")
    assert story["source"] == str(cuts())
    assert (story["cover"], story["still"]) == ("cuts.gif", "cuts.jpg")
    assert story["size_bytes"] == Path("cuts.gif").stat().st_size
    with Image.open("cuts.gif") as animation, Image.open("cuts.jpg") as still:
        assert (animation.format, still.format) == ("GIF", "JPEG")
        assert animation.size == (story["width"], story["height"])


def test_fewer_shots_than_asked_for_are_not_passed_over(run: Run) -> None:
    ran = run("make", cuts(), *QUICK, "--plan", "hecate", "--shots", "9")
    story = json.loads(Path("cuts.json").read_text())
    found = len(story["highlights"])
    assert 1 <= found < 9
    assert f"hecate found {found} shot" in ran.err
    assert story["warnings"] == [f"hecate found {found} shot{'s' * (found > 1)} to show, not 9"]
    again = run("make", cuts(), *QUICK, "--shots", "2", "--overwrite")
    assert (again.code, again.err) == (0, "")


@pytest.mark.parametrize("ending", ["webp", "avif", "mp4", "webm"])
def test_the_ending_picks_the_format(run: Run, tmp_path: Path, ending: str) -> None:
    assert run("make", silent(), "-o", f"cover.{ending}", *QUICK, "-q").code == 0
    assert names_in(tmp_path) == sorted([f"cover.{ending}", "cover.jpg", "cover.json"])
    assert json.loads(Path("cover.json").read_text())["media_type"].endswith(ending)


def test_the_flag_picks_the_format(run: Run, tmp_path: Path) -> None:
    assert run("make", silent(), "--format", "webp", *QUICK).code == 0
    assert names_in(tmp_path) == ["silent.jpg", "silent.json", "silent.webp"]


def test_many_videos_one_line_each_and_a_bad_one_stops_nothing(run: Run, tmp_path: Path) -> None:
    Path("broken.mp4").write_text("no video")
    ran = run(
        "make", silent(), "-i", "broken.mp4", "-i", half_second(), "-o", "covers/", "--json", *QUICK
    )
    assert ran.code == 1
    good, bad, short = (read(line, "make") for line in ran.out.splitlines())
    assert good["cover"] == "covers/silent.gif"
    assert bad["source"] == "broken.mp4"
    assert short["source"] == str(half_second())
    assert ran.err.endswith("gifworthy: 1 of 3 videos failed\n")
    assert len(names_in(tmp_path / "covers")) == 6


def test_several_moments(run: Run) -> None:
    ran = run("make", cuts(), "--shots", "3", "--json", *QUICK)
    story = read(ran.out, "make")
    assert story["chosen_by"] == "storyline"
    assert len(story["highlights"]) == 3  # type: ignore[arg-type]


def test_only_the_part_that_is_asked_for(run: Run) -> None:
    ran = run(
        "make", cuts(), "--start", "25%", "--end", "0:07", "--exclude", "3.4-6", "--json", *QUICK
    )
    shown = read(ran.out, "make")["highlights"]
    assert isinstance(shown, list)
    assert 2.0 <= shown[0]["start"] < shown[0]["end"] <= 7.0
    assert not 3.4 <= shown[0]["start"] < 6.0


def test_exports_lie_beside_the_cover(run: Run, tmp_path: Path) -> None:
    assert run("make", silent(), "--also", "csv,vtt,otio", *QUICK).code == 0
    assert {f"silent.{name}" for name in ("csv", "vtt", "otio")} <= set(names_in(tmp_path))
    story = json.loads(Path("silent.json").read_text())
    row = next(csv.DictReader(io.StringIO(Path("silent.csv").read_text())))
    assert float(row["start"]) == story["highlights"][0]["start"]


def test_bytes_on_standard_output_and_nothing_else(tmp_path: Path) -> None:
    """In a process of its own: a pipe is what standard output then is."""
    command = [sys.executable, "-m", "gifworthy", "make", str(silent()), "-o", "-", *QUICK]
    ended = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert Image.open(io.BytesIO(ended.stdout)).format == "GIF"
    assert names_in(tmp_path) == []


def test_overwriting_has_to_be_asked_for(run: Run) -> None:
    Path("silent.gif").write_bytes(b"mine")
    assert run("make", silent(), "--overwrite", *QUICK).code == 0
    assert Path("silent.gif").read_bytes() != b"mine"


def test_a_platform_caps_what_is_asked_for(run: Run) -> None:
    ran = run(
        "make", cuts(), "--for", "discord-emoji", "--max-bytes", "2MB", "--width", "400",
        "--seconds", "1", "--json",
    )  # fmt: skip
    story = read(ran.out, "make")
    assert (story["width"], story["height"]) == (96, 96), "square, and never upscaled"
    assert int(str(story["size_bytes"])) <= 256_000
    assert "--max-bytes 2MB was lowered" in ran.err
    assert "--width 400 was lowered" in ran.err


def test_nothing_is_said_when_quiet(run: Run) -> None:
    ran = run("make", silent(), *QUICK, "--quiet")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_name_with_spaces_and_letters_of_its_own(run: Run, tmp_path: Path) -> None:
    shutil.copy(silent(), "Grüße aus 東京 #1.mp4")
    assert run("make", "Grüße aus 東京 #1.mp4", *QUICK).code == 0
    assert "Grüße aus 東京 #1.gif" in names_in(tmp_path)


def test_the_publishers_own_cover_is_kept_unless_beaten(run: Run, tmp_path: Path) -> None:
    made = read(run("make", cuts(), "--json", *QUICK).out, "make")
    assert made["against"] is None
    shown = made["highlights"][0]  # type: ignore[index]
    middle = (shown["start"] + shown["end"]) / 2
    for path in tmp_path.iterdir():
        path.unlink()
    same = read(run("make", cuts(), "--against", middle, "--json", *QUICK).out, "make")
    assert (same["cover"], same["against"]["kept"]) == (None, "own")  # type: ignore[index]
    assert names_in(tmp_path) == ["cuts.json"], "nothing was made but the story"


def test_a_picture_is_judged_as_its_moment_is(run: Run) -> None:
    with open_video(cuts(), "fast") as video:
        frame = video.frames_at(np.array([7.0])).frames[0]
    Image.fromarray(frame).save("own.png")
    ran = run("make", cuts(), "--against", "own.png", "--json", *QUICK)
    by_picture = read(ran.out, "make")["against"]
    ran = run("make", cuts(), "--against", "7", "--json", "--overwrite", *QUICK)
    by_moment = read(ran.out, "make")["against"]
    assert isinstance(by_picture, dict)
    assert isinstance(by_moment, dict)
    assert by_picture["likeness"] > 0.95
    assert CUTS[-1] <= by_picture["moment"] < 8.0
    assert by_picture["own"] == by_moment["own"]


def test_a_poor_picture_is_beaten(run: Run) -> None:
    Image.new("RGB", (160, 96), (90, 90, 90)).save("grey.jpg")
    ran = run("make", cuts(), "--against", "grey.jpg", *QUICK)
    assert ran.code == 0
    assert "your own cover is beaten" in ran.out
    assert "cuts.gif: " in ran.out


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """In a process of its own: there the name comes as bytes."""
    name = os.fsdecode(b"caf\xe9.mp4")
    (tmp_path / name).write_bytes(silent().read_bytes())
    command = [sys.executable, "-m", "gifworthy", "make", name, "--json", *QUICK]
    ended = subprocess.run(command, capture_output=True, cwd=tmp_path, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    story = read(ended.stdout.decode(), "make")
    assert os.fsencode(str(story["cover"])) == b"caf\xe9.gif"
    assert (tmp_path / str(story["cover"])).exists()
