"""`gifworthy weights`, as a person types it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gifworthy.backbones.published import PUBLISHED


def gifworthy(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command on a machine without torch and without weights."""
    program = (
        "import sys; sys.modules['torch'] = None\n"
        f"sys.argv = ['gifworthy', 'weights', *{words!r}]\n"
        "from gifworthy.cli import main; main()"
    )
    environ = {"GIFWORTHY_WEIGHTS": str(tmp_path), "PATH": "", "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=environ
    )


def test_the_list_as_json(tmp_path: Path) -> None:
    said = gifworthy(tmp_path, "list", "--json")
    assert said.returncode == 0
    rows = {row["name"]: row for row in json.loads(said.stdout)}
    assert list(rows) == list(PUBLISHED)
    for row in rows.values():
        assert {"parameters", "feature_size", "source", "hash", "licence"} <= row.keys()
    assert rows["r2plus1d-18"]["parameters"] == 31_505_325
    assert rows["r2plus1d-18"]["hash"] == "91a641e6"
    assert rows["i3d"]["hash"] is None
    assert rows["c3d"]["feature_size"] == 4096
    assert {row["state"] for row in rows.values()} == {"absent"}


def test_the_list_for_people(tmp_path: Path) -> None:
    said = gifworthy(tmp_path, "list").stdout
    assert "33,371,472" in said
    assert "--variant clip32-ig65m" in said
    assert len(said.splitlines()) == 1 + 9 + 7


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (("fetch", "p3d-199"), 1, "put it at {place}/downloads/p3d_rgb_199.checkpoint.pth.tar"),
        (("fetch", "i3dd"), 2, "did you mean 'i3d'"),
        (("fetch", "s3d", "--variant", "kylmin"), 2, "did you mean 'kylemin'"),
        (("fetch", "p3d-199", "resnet3d-50"), 1, "resnet-50-kinetics.pth has no address"),
        (("fetch",), 2, "Missing argument"),
        (("check", "c4d"), 2, "did you mean 'c3d'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    tmp_path: Path, words: tuple[str, ...], code: int, part: str
) -> None:
    said = gifworthy(tmp_path, *words)
    assert said.returncode == code
    assert part.format(place=tmp_path) in said.stderr
    assert "Traceback" not in said.stderr


def test_a_file_that_is_here_waits_for_torch(tmp_path: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "p3d_rgb_199.checkpoint.pth.tar").write_bytes(b"x")
    said = gifworthy(tmp_path, "fetch", "p3d-199")
    assert said.returncode == 1
    assert "needs torch; pip install 'gifworthy[train]'" in said.stderr


def test_check_finds_what_is_not_as_published(tmp_path: Path) -> None:
    assert gifworthy(tmp_path, "check").returncode == 0
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "s3d-d76dad2f.pth").write_bytes(b"x")
    (tmp_path / "downloads" / "rgb_imagenet.pt").write_bytes(b"x")
    said = gifworthy(tmp_path, "check")
    assert said.returncode == 1
    assert "i3d: kinetics downloaded" in said.stdout
    assert "begins with 2d711642, not d76dad2f; remove it and fetch it again" in said.stderr
