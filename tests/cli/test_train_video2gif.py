"""Video2GIF from labels to the cover of a real video, by the commands that its page gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from commands import QUICK, Run, read
from workshop import draw_videos, rated, write_manifest

FIELDS = ("backbone=pixels", "stride=none", "mirrored=false", "pairs=graded", "learning_rate=0.01")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn videos in which what races is good, and their ratings."""
    folder, manifest = tmp_path_factory.mktemp("video2gif"), rated(14)
    draw_videos(manifest, folder / "videos")
    write_manifest(manifest, folder)
    return folder


def test_a_trained_ranker_makes_the_cover_of_a_real_video(
    run: Run, place: Path, videos: Path
) -> None:
    known = ("--data", place / "ratings.parquet", "--videos", place / "videos")
    trained = run("train", "video2gif", *FIELDS, *known, "-o", "model", "-q")
    assert trained.code == 0, trained.err
    judged = run("evaluate", "model", *known, "--json")
    rows = {row["name"]: row["metrics"]["nACC"]["mean"] for row in json.loads(judged.out)["rows"]}
    assert rows["model"] >= 0.8
    assert rows["model"] > rows["random"]

    real = videos / "mdn_cc0_friday.mp4"
    cover = run("make", real, "--plan", "./model/", "--json", *QUICK)
    assert cover.code == 0, cover.err
    assert read(cover.out, "make")["plan"] == "model"
    for more in (("--segmenter", "gfl"), ("--selector", "joined")):
        other = run("make", real, "--plan", "./model/", "-o", f"{more[1]}.gif", *more, *QUICK)
        assert other.code == 0, other.err


def test_what_cannot_be_learned_is_said_in_one_line(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIFWORTHY_WEIGHTS", str(place / "none"))
    known = ("--data", place / "ratings.parquet", "--videos", place / "videos")
    fields = ("backbone=pixels", "stride=none")
    run("train", "categorysvm", *fields, *known, "-q").complained("labels with categories")
    run("train", "jointembedding", *fields, *known, "-q").complained("labels with tags")
    run("train", "video2gif", "backbone=c3d", *known, "-q").complained("weights fetch c3d")
