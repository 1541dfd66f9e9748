"""`gifworthy comments`, and `--comments` of make and rank, as a person types them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import drawn
from commands import QUICK, Run
from drawn_comments import as_csv, as_json, as_xml, crowd
from gifworthy.learning.storage import load


@pytest.fixture(autouse=True)
def said(tmp_path: Path) -> Path:
    """Viewers of `cuts` wrote most at 4 s, and one of them before the start."""
    return as_xml(
        [*crowd({1: 40, 2: 5, 4: 60, 5: 5, 6: 2, 7: 3}), (-1.0, "early", "x")],
        tmp_path / "cuts.xml",
    )


def test_make_goes_to_where_people_wrote_and_says_who_was_not_heard(run: Run) -> None:
    told = run("make", drawn.cuts(), "--comments", "cuts.xml", "-o", "a.gif", *QUICK)
    assert told.code == 0, told.err
    assert "cuts.xml: 115 of 116 comments count; left out: 1 before the start" in told.err
    (highlight,) = json.loads(Path("a.json").read_text())["highlights"]
    assert highlight["start"] == pytest.approx(4, abs=0.3)
    assert "comments" in highlight["reasons"]


def test_rank_has_the_comments_among_its_reasons(run: Run) -> None:
    told = run("rank", drawn.cuts(), "--comments", "cuts.xml", "--effort", "fast")
    assert told.out.splitlines()[1].split()[1:4] == ["0:04.0", "to", "0:05.0"]
    assert "comments +" in told.out.splitlines()[1]


def test_the_peaks_alone_may_choose(run: Run) -> None:
    told = run(
        "make", drawn.cuts(), "--comments", "cuts.xml", "--shots", "2",
        "--selector", "comments", "-o", "a.gif", *QUICK,
    )  # fmt: skip
    assert told.code == 0, told.err
    starts = [h["start"] for h in json.loads(Path("a.json").read_text())["highlights"]]
    assert starts == pytest.approx([1, 4], abs=0.4)


def test_a_folder_holds_the_comments_of_several(run: Run) -> None:
    told = run("make", drawn.cuts(), drawn.silent(), "--comments", ".", "-o", "out", *QUICK)
    assert told.code == 0, told.err
    assert "has no comments for silent; it is made without any" in told.err
    assert sorted(path.name for path in Path("out").glob("*.gif")) == ["cuts.gif", "silent.gif"]


@pytest.mark.parametrize(
    ("flags", "words", "code"),
    [
        (("--comments", "no.xml"), ("no.xml is not there",), 1),
        (("--selector", "comments"), ("--comments FILE",), 2),
        (("--comments", "cuts.xml", "--selector", "even"), ("goes by no scores",), 2),
        (("--comments", "broken.xml"), ("broken.xml:1: broken XML",), 1),
    ],
)
def test_misused(flags: tuple[str, ...], words: tuple[str, ...], code: int, run: Run) -> None:
    Path("broken.xml").write_text("<i><d p='1'>wow</i>")
    run("make", drawn.cuts(), *flags, *QUICK).complained(*words, code=code)


def test_one_file_does_not_serve_two_videos(run: Run) -> None:
    told = run("make", drawn.cuts(), drawn.silent(), "--comments", "cuts.xml", *QUICK)
    told.complained("one video's comments, but 2 videos were given", code=2)


def test_nobody_wrote_anything(run: Run) -> None:
    as_csv([], Path("none.csv"))
    told = run("make", drawn.cuts(), "--comments", "none.csv", "-o", "a.gif", *QUICK)
    assert told.code == 0
    assert "none.csv: no comment counts in this video" in told.err
    told = run(
        "make",
        drawn.cuts(),
        "--comments",
        "none.csv",
        "--selector",
        "comments",
        "-o",
        "b.gif",
        *QUICK,
    )
    told.complained("nobody wrote anything about cuts.mp4")


def test_counts_of_zero_and_of_another_length_are_told(run: Run) -> None:
    Path("zero.json").write_text(json.dumps([0] * 30))
    told = run("make", drawn.cuts(), "--comments", "zero.json", "-o", "a.gif", *QUICK)
    assert told.code == 0
    assert "the video ends at 0:08.0" in told.err
    assert "no second has a comment" in told.err


def test_a_video_shorter_than_three_shots_is_told(run: Run) -> None:
    as_json(crowd({0: 9}), Path("a.json"))
    told = run("make", drawn.half_second(), "--shots", "3", "--comments", "a.json", *QUICK)
    told.complained("a cover of 3 shots needs 3 s")


def test_peaks_are_listed(run: Run) -> None:
    told = run("comments", "peaks", drawn.cuts(), "--comments", "cuts.xml")
    assert told.code == 0, told.err
    assert told.out.splitlines()[0] == "cuts.mp4: 115 comments, 2 peaks in 0:08.0"
    assert told.out.splitlines()[1].split() == ["0:04.0", "60"]


def test_from_comments_to_a_manifest(run: Run) -> None:
    made = run("comments", "propose", drawn.cuts(), "--comments", "cuts.xml", "--apart", "1")
    assert made.code == 0, made.err
    assert "cuts.mp4: " in made.out
    assert "gifworthy rate VIDEO... --scheme stories -o proposals" in made.out
    asked = ("rate", drawn.cuts(), "--scheme", "stories", "-o", "proposals", "--sheets", "sheets")
    assert run(*asked, "--rater", "ann", "--rater", "bo").code == 0
    table = Path("sheets/fill-in.csv")
    rows = list(csv.reader(table.open()))
    for number, row in enumerate(rows[1:]):
        row[2:] = ["1", "1" if number < 2 else "0"]
    with table.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    rated = run(*asked)
    assert f"proposals/stories.csv: {2 * len(rows[1:])} answers by 2 raters" in rated.out
    accepted = run("comments", "accept", "proposals", "-o", "stories.parquet")
    assert accepted.code == 0, accepted.err
    assert "stories.parquet: 2 accepted stories of 1 video" in accepted.out
    assert f"left out: {len(rows) - 3}" in accepted.out
    run("comments", "accept", "proposals").complained("stories.parquet exists already")
    stats = run("data", "stats", "stories.parquet")
    assert "accepted stories" in stats.out
    counts = load(Path("stories.parquet")).curves["cuts.mp4"]
    assert [counts[second] for second in (1, 4, 6)] == [40, 60, 2]


def test_a_video_with_too_few_comments_is_left_out_and_told(run: Run) -> None:
    told = run("comments", "propose", drawn.cuts(), "--comments", "cuts.xml", "--least", "500")
    assert told.code == 1
    assert "cuts.mp4 has 115 comments that count, fewer than 500; it is left out" in told.err
    assert not Path("proposals").exists()
    run("comments", "accept", "nowhere").complained("nowhere is not there")
    run("comments", "accept", ".", "--raters", "0").complained("raters", code=2)
