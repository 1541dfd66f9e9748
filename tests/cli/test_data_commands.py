"""`gifworthy data` and `gifworthy evaluate`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import drawn_labels
from commands import Run


def test_read_then_stats_then_check(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "phd2"
    folder.mkdir()
    drawn_labels.phd2(folder)
    read = run("data", "read", "phd2", folder, "-o", "labels.parquet")
    assert (read.code, read.err) == (0, "")
    assert "labels.parquet: 6 labels of 4 videos" in read.out
    assert "odd: the video's duration is not known (-1): 1 (first testing.csv:6)" in read.out
    stats = run("data", "stats", "labels.parquet")
    assert "users, test" in stats.out
    assert "850" in stats.out
    facts = json.loads(run("data", "stats", "labels.parquet", "--json").out)["facts"]
    assert facts[0] == {"what": "users, test", "published": 850, "ours": 2}
    (tmp_path / "one.mp4").write_bytes(b"")
    check = run("data", "check", "labels.parquet", "--videos", tmp_path)
    assert check.code == 0
    assert f"1 of 4 videos are below {tmp_path}" in check.out
    assert "missing: two" in check.out


def test_a_folder_of_videos_that_is_not_there_fails_the_check(run: Run, tmp_path: Path) -> None:
    run("data", "read", "ratings", drawn_labels.ratings(tmp_path))
    run("data", "check", "ratings.parquet", "--videos", "nope").complained("nope is not there")


def test_nothing_is_overwritten_unasked(run: Run, tmp_path: Path) -> None:
    words = ("data", "read", "clicks", drawn_labels.clicks(tmp_path))
    assert run(*words).code == 0
    refused = run(*words)
    assert refused.code == 1
    assert "exists already" in refused.err
    assert run(*words, "--overwrite").code == 0


def test_a_leak_fails_the_check(run: Run, tmp_path: Path) -> None:
    rows = "video,start,end,rating,split\nv,0,3,good,train\nv,5,8,bad,test\n"
    (tmp_path / "ratings.csv").write_text(rows)
    assert run("data", "read", "ratings", tmp_path).code == 0
    check = run("data", "check", "ratings.parquet")
    assert check.code == 1
    assert "leak: video v lies in test and train" in check.out


def test_evaluate_finds_a_data_set_below_its_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "phd2").mkdir()
    drawn_labels.phd2(tmp_path / "phd2")
    monkeypatch.delenv("GIFWORTHY_DATA", raising=False)
    assert "GIFWORTHY_DATA is not set" in run("evaluate", "--dataset", "phd2").err
    monkeypatch.setenv("GIFWORTHY_DATA", str(tmp_path))
    said = run("evaluate", "--dataset", "phd2")
    assert said.code == 0
    assert "| oracle | 100.0 (100.0–100.0)" in said.out


def test_evaluate_judges_predictions(run: Run, tmp_path: Path) -> None:
    run("data", "read", "ratings", drawn_labels.ratings(tmp_path))
    (tmp_path / "mine.jsonl").write_text('{"video": "v", "scores": [1, 2, 1, 0]}\n')
    said = run("evaluate", "--data", "ratings.parquet", "--scores", "mine.jsonl", "--json")
    table = json.loads(said.out)
    rows = {row["name"]: row["metrics"]["bad cases"]["mean"] for row in table["rows"]}
    assert rows["mine"] == rows["oracle"] == 0
    assert (table["judged"], table["of"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("evaluate",), 2, "give either --data MANIFEST or --dataset NAME"),
        (("evaluate", "--data", "gone.parquet"), 1, "gone.parquet is not there"),
        (("data", "read", "phd3", "."), 2, "did you mean 'phd2'?"),
        (("data", "read", "tvsum", "."), 1, "is no tvsum data set"),
        (("data", "stats", "gone.parquet"), 1, "gone.parquet is not there"),
    ],
)
def test_what_goes_wrong_is_one_line(
    words: tuple[str, ...], code: int, says: str, run: Run
) -> None:
    said = run(*words)
    assert said.code == code
    assert says in said.err
    assert said.err.count("\n") == 1
