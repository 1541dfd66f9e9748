"""What is asked, what is written, and how far people agree."""

from __future__ import annotations

import csv
import io
import json
import math
import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import drawn
from gifworthy.errors import (
    LabelsUnreadable,
    NothingWorthShowing,
    OutputError,
    UnknownName,
    VideoUnreadable,
)
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.rating.agreement import agreement_of, cohens_kappa
from gifworthy.learning.rating.answers import Answers
from gifworthy.learning.rating.questions import Drawing, Question, draw, every_second
from gifworthy.learning.rating.schemes import BINARY, GRADED, RATINGS, scheme_named
from gifworthy.learning.rating.session import Session
from gifworthy.learning.rating.sheets import read_table, write_sheets, write_table
from gifworthy.learning.storage import load
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video

GOOD, AVERAGE, BAD = RATINGS.words
QUESTIONS = tuple(
    Question(n, "film.mp4", Path("film.mp4"), 60.0, Segment(10.0 * n, 10.0 * n + 3))
    for n in range(4)
)


def begun(folder: Path, *videos: Path, scheme: str = "ratings") -> Session:
    return Session.begin(folder, videos, scheme_named(scheme), Drawing(), Settings())


# what is asked


def test_four_pieces_are_drawn_from_four_parts_of_the_video() -> None:
    with open_video(drawn.cuts()) as video:
        pieces = draw(video, Drawing(seconds=1.0))
        assert pieces == draw(video, Drawing(seconds=1.0))
        others = {draw(video, Drawing(seconds=0.5, seed=seed)) for seed in range(4)}
    assert len(pieces) == 4
    assert all(0 < piece.duration <= 1 for piece in pieces)
    assert all(a.end <= b.start for a, b in pairwise(pieces))
    assert len(others) > 1
    inside = [cut for cut in drawn.CUTS for p in pieces if p.start < cut - 0.05 < p.end - 0.1]
    assert not inside, "a piece reaches over a cut"


def test_what_the_gate_refuses_is_not_asked_about(tmp_path: Path) -> None:
    black = drawn.write(tmp_path / "black.mp4", drawn.piece("black"))
    with open_video(black) as video, pytest.raises(NothingWorthShowing):
        draw(video, Drawing())


def test_every_second_is_asked_about() -> None:
    with open_video(drawn.cuts()) as video:
        seconds = every_second(video)
    assert [second.start for second in seconds] == list(range(8))
    assert all(second.duration == pytest.approx(1.0) for second in seconds)


@pytest.mark.parametrize("given", [{"count": 0}, {"seconds": 0.1}, {"seconds": 99}])
def test_a_senseless_drawing_is_refused(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(given))):
        Drawing(**given)  # type: ignore[arg-type]


def test_schemes_by_name() -> None:
    assert scheme_named("ratings") is RATINGS
    assert scheme_named("frames") is BINARY
    assert scheme_named("frames", graded=True) is GRADED
    with pytest.raises(UnknownName, match="ratings, frames"):
        scheme_named("stars")
    with pytest.raises(ValueError, match="graded"):
        scheme_named("ratings", graded=True)


# what is written


def test_an_answer_is_on_disk_at_once_and_our_reader_reads_it(tmp_path: Path) -> None:
    answers = Answers(tmp_path, RATINGS)
    answers.give(QUESTIONS[1], " ann ", GOOD)
    answers.give(QUESTIONS[2], "ann", BAD)
    answers.give(QUESTIONS[2], "ann", AVERAGE)
    (one, two) = DATASETS["ratings"]().read(tmp_path).labels
    assert (one.video, one.start, one.end, one.value, one.who) == ("film.mp4", 10, 13, 2, "ann")
    assert (two.start, two.value, two.duration) == (20, 1, 60)
    assert Answers(tmp_path, RATINGS).given() == {
        ("film.mp4", 10.0, "ann"): GOOD,
        ("film.mp4", 20.0, "ann"): AVERAGE,
    }


def test_seconds_are_read_back_as_frames(tmp_path: Path) -> None:
    answers = Answers(tmp_path, BINARY)
    for second in range(3):
        question = replace(QUESTIONS[0], segment=Segment(second, second + 1))
        answers.give(question, "ann", BINARY.words[second % 2])
    labels = DATASETS["frames"]().read(tmp_path).labels
    assert [(label.start, label.end, label.value) for label in labels] == [
        (0, 1, 1),
        (1, 2, 0),
        (2, 3, 1),
    ]


def test_rows_and_columns_that_others_added_stay(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(
        "video,start,end,rating,topic\nother.mp4,5,8,bad,cats\nfilm.mp4,10,13,bad,dogs\n"
    )
    Answers(tmp_path, RATINGS).give(QUESTIONS[1], "rater 1", GOOD)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "ratings.csv").read_text())))
    assert [(row["video"], row["rating"], row["topic"]) for row in rows] == [
        ("other.mp4", "bad", "cats"),
        ("film.mp4", "good", "dogs"),
    ]


def test_many_raters_at_once_lose_nothing(tmp_path: Path) -> None:
    answers = Answers(tmp_path, RATINGS)

    def work(rater: str) -> None:
        for question in QUESTIONS:
            answers.give(question, rater, GOOD)

    threads = [threading.Thread(target=work, args=(f"rater {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers.given()) == 20


def test_a_table_that_was_broken_by_hand_is_named(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("video,start,end,rating\nfilm.mp4,10,13,superb\n")
    with pytest.raises(LabelsUnreadable, match=r"ratings\.csv:2: field 'rating'"):
        Answers(tmp_path, RATINGS).given()


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 61])
def test_a_rater_has_a_name(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name"):
        Answers(tmp_path, RATINGS).give(QUESTIONS[0], name, GOOD)
    assert not (tmp_path / "ratings.csv").exists()


# coming back


def test_who_comes_back_is_asked_the_same(tmp_path: Path) -> None:
    first = begun(tmp_path, drawn.cuts())
    first.answers.give(first.questions[0], "ann", GOOD)
    again = begun(tmp_path, drawn.pieces(), drawn.cuts())
    segments = [q.segment for q in again.questions if q.name == "cuts.mp4"]
    assert segments == [q.segment for q in first.questions]
    assert [q.number for q in again.questions] == list(range(len(again.questions)))
    assert len(again.answers.given()) == 1


def test_another_film_of_the_same_name_is_noticed(tmp_path: Path) -> None:
    begun(tmp_path / "labels", drawn.cuts())
    other = tmp_path / "cuts.mp4"
    other.write_bytes(drawn.pieces().read_bytes())
    with pytest.raises(OutputError, match="another film"):
        begun(tmp_path / "labels", other)


def test_another_scheme_wants_another_folder(tmp_path: Path) -> None:
    begun(tmp_path, drawn.cuts())
    with pytest.raises(OutputError, match="another folder"):
        begun(tmp_path, drawn.cuts(), scheme="frames")


def test_a_video_that_cannot_be_asked_about_does_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"no video")
    session = begun(tmp_path / "labels", tmp_path / "no.mp4", drawn.cuts())
    assert [name for name, _ in session.failed] == ["no.mp4"]
    assert {question.name for question in session.questions} == {"cuts.mp4"}
    with pytest.raises(ValueError, match=r"two videos are called cuts\.mp4"):
        begun(tmp_path / "labels", drawn.cuts(), drawn.cuts())


def test_where_nothing_can_be_asked_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "no.mp4").write_bytes(b"no video")
    with pytest.raises(VideoUnreadable, match=r"no\.mp4"):
        begun(tmp_path / "labels", tmp_path / "no.mp4")
    assert not (tmp_path / "labels").exists()


def test_damaged_questions_are_told(tmp_path: Path) -> None:
    (tmp_path / "questions.json").write_text(json.dumps({"scheme": "ratings", "videos": [{}]}))
    with pytest.raises(LabelsUnreadable, match=r"questions\.json is damaged"):
        begun(tmp_path, drawn.cuts())


# what they say together


def test_the_consensus_is_a_manifest(tmp_path: Path) -> None:
    session = begun(tmp_path, drawn.cuts())
    assert session.merged() is None
    for rater, word in (("ann", GOOD), ("bo", GOOD), ("cy", BAD)):
        session.answers.give(session.questions[0], rater, word)
    place = session.merged()
    assert place is not None
    (label,) = load(place).labels
    assert label.who == "consensus"
    assert label.value == pytest.approx(4 / 3)
    assert 0 < label.sure < 1


def test_cohens_kappa_as_in_the_textbook() -> None:
    """Fifty pieces: both yes 20, both no 15, apart 5 and 10: 0.7 observed, 0.5 by chance: 0.4."""
    one = np.array([1.0] * 20 + [0.0] * 15 + [1.0] * 5 + [0.0] * 10)
    two = np.array([1.0] * 20 + [0.0] * 15 + [0.0] * 5 + [1.0] * 10)
    assert cohens_kappa(one, two) == pytest.approx(0.4)
    assert cohens_kappa(one, one) == 1
    assert math.isnan(cohens_kappa(np.ones(5), np.ones(5)))
    assert math.isnan(cohens_kappa(np.array([1.0, np.nan]), np.array([np.nan, 1.0])))


def test_agreement_counts_what_two_have_rated() -> None:
    given = {
        ("film", 0.0, "ann"): GOOD,
        ("film", 0.0, "bo"): GOOD,
        ("film", 5.0, "ann"): GOOD,
        ("film", 5.0, "bo"): BAD,
        ("film", 9.0, "bo"): BAD,
    }
    found = agreement_of(given)
    assert (found.raters, found.answers, found.shared, found.same) == (("ann", "bo"), 5, 2, 0.5)
    assert "50 % say the same" in str(found)
    alone = agreement_of({("film", 0.0, "ann"): GOOD})
    assert "agreement is not known" in str(alone)


# without a browser


def test_sheets_are_filled_in_and_taken_over(tmp_path: Path) -> None:
    session = begun(tmp_path, drawn.cuts())
    (sheet,) = write_sheets(session.questions, RATINGS, tmp_path, Settings())
    with Image.open(sheet) as picture:
        assert picture.height > len(session.questions) * 96
    assert write_sheets(session.questions, RATINGS, tmp_path, Settings()) == []
    table = write_table(session.questions, session.answers, tmp_path, ["ann", "bo"])
    lines = table.read_text().splitlines()
    assert lines[0] == "video,piece,ann,bo"
    lines[1], lines[2] = lines[1][:-1] + "Good,bad", lines[2][:-1] + "average,"
    table.write_text("\n".join(reversed(lines[1:])).join([lines[0] + "\n", "\n"]))
    assert read_table(session.questions, session.answers, tmp_path) == ("ann", "bo")
    said = {
        (start, rater): word.said for (_, start, rater), word in session.answers.given().items()
    }
    first, second = (round(q.segment.start, 3) for q in session.questions[:2])
    assert said == {(first, "ann"): "good", (first, "bo"): "bad", (second, "ann"): "average"}
    again = write_table(session.questions, session.answers, tmp_path, ["ann"]).read_text()
    assert ",good\n" in again


def test_a_word_that_is_none_is_named_by_line_and_rater(tmp_path: Path) -> None:
    session = begun(tmp_path, drawn.cuts())
    table = write_table(session.questions, session.answers, tmp_path, ["ann"])
    lines = table.read_text().splitlines()
    lines[2] += "nice"
    table.write_text("\n".join(lines) + "\n")
    with pytest.raises(LabelsUnreadable, match=r"fill-in\.csv:3: field 'ann' must be one of good"):
        read_table(session.questions, session.answers, tmp_path)
    assert not session.answers.given()


def test_a_long_video_has_several_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifworthy.learning.rating.sheets.MOST", 5)
    session = begun(tmp_path, drawn.cuts(), scheme="frames")
    names = [path.name for path in write_sheets(session.questions, BINARY, tmp_path, Settings())]
    assert names == ["cuts.mp4-1.png", "cuts.mp4-2.png"]


def test_a_sheet_of_seconds_has_a_picture_each(tmp_path: Path) -> None:
    session = begun(tmp_path, drawn.cuts(), scheme="frames")
    (sheet,) = write_sheets(session.questions, BINARY, tmp_path, Settings())
    with Image.open(sheet) as picture:
        assert picture.width > 8 * 160
