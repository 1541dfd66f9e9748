"""`gifworthy history`, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.alignment import Change, cut

import drawn
from commands import Run
from gifworthy.types import Segment


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIFWORTHY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIFWORTHY_RECORDS", str(tmp_path / "data" / "records.sqlite"))


def test_a_span_is_remembered_and_forgotten(run: Run, tmp_path: Path) -> None:
    film = drawn.cuts()
    told = run("history", "add", "alice", film, "--start", "0:01", "--end", "2.5")
    assert (told.code, told.out, told.err) == (0, "1 choice added\n", "")
    again = run("history", "add", "alice", film, "--start", "1", "--end", "2.5")
    assert again.out == "0 choices added, 1 known already\n"
    shown = run("history", "show", "alice")
    assert "0:01.0 to 0:02.5" in shown.out
    assert str(film) in shown.out
    (pick,) = json.loads(run("history", "show", "alice", "--json").out)
    assert (pick["start"], pick["end"]) == (1.0, 2.5)
    assert run("history", "show", "bob").out == "0 choices of this viewer\n"
    gone = run("history", "forget", "alice")
    assert gone.out == "1 choice forgotten; nothing of this viewer is left\n"
    assert run("history", "show", "alice").out == "0 choices of this viewer\n"
    assert run("history", "forget", "alice").out.startswith("0 choices forgotten")


def test_nothing_of_a_viewer_is_left_on_the_disk(run: Run, tmp_path: Path) -> None:
    film = tmp_path / "a-film-alice-likes.mp4"
    film.write_bytes(drawn.cuts().read_bytes())
    assert run("history", "add", "alice-the-viewer", film, "--start", "1", "--end", "2").code == 0
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and path != film]
    assert any(b"a-film-alice-likes" in path.read_bytes() for path in kept)
    assert run("history", "forget", "alice-the-viewer").code == 0
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path != film]
    assert not [p for p in left if b"alice" in p.read_bytes() or "alice" in p.name]
    assert [path.name for path in left] == ["records.sqlite"], "no vector of a pick is in the cache"


def test_a_gif_is_aligned_with_its_video(run: Run, tmp_path: Path) -> None:
    cut(drawn.cuts(), Change(Segment(2.4, 5.0), speed=1.5), tmp_path / "a.gif")
    told = run("history", "add", "alice", "a.gif", "--of", drawn.cuts())
    assert told.code == 0, told.err
    (pick,) = json.loads(run("history", "show", "alice", "--json").out)
    assert pick["start"] == pytest.approx(2.4, abs=0.15)
    assert pick["end"] == pytest.approx(5.0, abs=0.3)
    run("history", "add", "alice", "a.gif", "--of", drawn.pieces()).complained("a.gif is not from")


def test_each_shot_of_a_gif_is_a_choice(run: Run, tmp_path: Path) -> None:
    film = drawn.cuts()
    made = run("make", film, "--shots", 2, "-o", "two.gif", "--json")
    shown = [(h["start"], h["end"]) for h in json.loads(made.out)["highlights"]]
    told = run("history", "add", "alice", "two.gif", "--of", film)
    assert told.out == "2 choices added\n", told.err
    picks = json.loads(run("history", "show", "alice", "--json").out)
    for (start, end), pick in zip(shown, picks, strict=True):
        assert (pick["start"], pick["end"]) == pytest.approx((start, end), abs=0.2)


def test_rows_of_a_file_are_remembered(run: Run, tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(drawn.cuts().read_bytes())
    (tmp_path / "mine.csv").write_text(
        "video,start,end,duration\nfilm.mp4,1,2,\nelsewhere,30,33,100\n"
    )
    assert run("history", "add", "alice", "mine.csv").out == "2 choices added\n"
    first, second = json.loads(run("history", "show", "alice", "--json").out)
    assert first["video"] == str(film)
    assert (second["video"], second["start"], second["duration"]) == ("elsewhere", 30, 100)


def test_a_broken_row_adds_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("video,start,end,duration\na,1,2,10\nb,90,99,10\n")
    run("history", "add", "alice", "mine.csv").complained("mine.csv:3", "'end'")
    assert run("history", "show", "alice").out == "0 choices of this viewer\n"


def test_what_was_left_out_is_said(run: Run) -> None:
    film = drawn.cuts()
    run("history", "add", "alice", film).complained("--start and --end", code=2)
    run("history", "add", "alice", film, "--start", "3", "--end", "2").complained(
        "must lie after", code=2
    )
    run("history", "add", "alice", film, "--start", "3", "--end", "999").complained(
        "after the end", code=2
    )
    run("history", "add", "", film, "--start", "1", "--end", "2").complained("needs an id", code=2)
    run("history", "add", "alice", "none.mp4", "--start", "1", "--end", "2").complained("none.mp4")


@pytest.mark.parametrize("viewer", ["../../x", "a" * 10_000, "'; DROP TABLE picks; --", "Алиса/爱"])
def test_an_id_is_any_text(run: Run, tmp_path: Path, viewer: str) -> None:
    assert run("history", "add", viewer, drawn.cuts(), "--start", "1", "--end", "2").code == 0
    assert run("history", "show", viewer).out.startswith("1 choice of")
    assert run("history", "show", "alice").out.startswith("0 choices of")
    names = [path.name for path in tmp_path.rglob("*")]
    assert sorted(names) == ["data", "records.sqlite"]
