"""Proposals are asked about, answered, and become the manifest that training reads."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

import drawn
from drawn_comments import as_xml, crowd
from drawn_labels import gif_thumbnails, stories
from gifworthy.comments import CommentBook
from gifworthy.errors import (
    CommentsTooFew,
    LabelsNotFound,
    LabelsUnreadable,
    OutputError,
    VideoUnreadable,
)
from gifworthy.learning.datasets.gif_thumbnails import GifThumbnails
from gifworthy.learning.datasets.stories import Stories
from gifworthy.learning.proposals import Proposing
from gifworthy.learning.rating.clips import Clips
from gifworthy.learning.rating.questions import Drawing
from gifworthy.learning.rating.schemes import STORIES, scheme_named
from gifworthy.learning.rating.session import Session
from gifworthy.learning.rating.sheets import write_sheets
from gifworthy.learning.rating.stories import Proposed, propose_all
from gifworthy.settings import Settings
from gifworthy.stores import open_store

YES, NO = STORIES.words


def proposed(folder: Path, *videos: Path, seed: int = 0) -> list[Proposed]:
    said = folder.parent / "said"
    said.mkdir(exist_ok=True)
    as_xml(crowd(dict.fromkeys(range(8), 20)), said / "cuts.xml")
    as_xml(crowd({3: 2}), said / "pieces.xml")
    book = CommentBook.of(said, list(map(str, videos)))
    how = Proposing(count=6, apart=1, seed=seed)
    return propose_all(folder, videos, book, how, Settings())


def begun(folder: Path, *videos: Path) -> Session:
    return Session.begin(folder, videos, STORIES, Drawing(), Settings())


@pytest.fixture
def session(tmp_path: Path) -> Session:
    proposed(tmp_path / "p", drawn.cuts())
    return begun(tmp_path / "p", drawn.cuts())


def test_what_was_proposed_is_asked(session: Session) -> None:
    assert len(session.questions) == 6
    for number, question in enumerate(session.questions, start=1):
        assert question.proposal == question.place == number
        assert len(question.shots) == 3
        assert all(shot.duration == 1 for shot in question.shots)
    assert session.questions[0].when.count(",") == 2


def test_proposals_stay_and_new_videos_come_in_addition(tmp_path: Path) -> None:
    first = proposed(tmp_path / "p", drawn.cuts())
    before = begun(tmp_path / "p", drawn.cuts()).questions
    again = proposed(tmp_path / "p", drawn.cuts(), drawn.pieces(), seed=5)
    assert [one.known for one in first + again] == [False, True, False]
    assert begun(tmp_path / "p", drawn.cuts()).questions == before
    assert isinstance(again[1].failed, CommentsTooFew)


def test_one_bad_video_does_not_stop_the_rest(tmp_path: Path) -> None:
    broken = tmp_path / "no.mp4"
    broken.write_bytes(b"no video")
    bad, silent, good = proposed(tmp_path / "p", broken, drawn.silent(), drawn.cuts())
    assert isinstance(bad.failed, VideoUnreadable)
    assert "no comments for silent.mp4" in str(silent.failed)
    assert good.stories == 6
    nothing = proposed(tmp_path / "q", broken)
    assert nothing[0].failed
    assert not (tmp_path / "q").exists()


def test_another_film_of_that_name_is_noticed(tmp_path: Path) -> None:
    proposed(tmp_path / "p", drawn.cuts())
    other = tmp_path / "cuts.mp4"
    other.write_bytes(drawn.pieces().read_bytes())
    assert isinstance(proposed(tmp_path / "p", other)[0].failed, OutputError)


def test_a_video_without_proposals_says_how_to_get_some(tmp_path: Path) -> None:
    with pytest.raises(LabelsNotFound, match="gifworthy comments propose"):
        begun(tmp_path / "p", drawn.cuts())


def test_a_rater_sees_the_three_shots_one_after_the_other(session: Session, tmp_path: Path) -> None:
    data = Clips(Settings(), open_store(tmp_path / "clips")).of(session.questions[0])
    with Image.open(BytesIO(data)) as picture:
        assert 36 <= getattr(picture, "n_frames", 1) <= 39  # three seconds at 12.5 frames a second
    (sheet,) = write_sheets(session.questions, STORIES, tmp_path, Settings())
    assert sheet.name == "cuts.mp4.png"


def test_answers_lie_on_disk_and_are_read_back(session: Session) -> None:
    for rater in ("ann", "bo"):
        for question in session.questions[:2]:
            session.answers.give(question, rater, YES)
    session.answers.give(session.questions[1], "bo", NO)
    assert len(session.answers.given()) == 4
    assert session.agreement().same == 0.5
    assert session.merged() is None
    manifest = Stories().read(session.folder)
    shots = session.questions[0].shots
    assert [(label.start, label.end) for label in manifest.labels] == [
        (s.start, s.end) for s in shots
    ]
    assert [label.order for label in manifest.labels] == [0, 1, 2]
    assert {label.item for label in manifest.labels} == {"-".join(f"{s.start:g}" for s in shots)}
    assert {label.duration for label in manifest.labels} == {8.0}
    (odd,) = manifest.anomalies
    assert odd.what == "accepted by some and rejected by others; left out"


def test_stories_are_rows_like_those_of_gif_thumbnails(tmp_path: Path) -> None:
    own = Stories().read(stories(tmp_path))
    theirs = GifThumbnails().read(gif_thumbnails(tmp_path))

    def rows(manifest: object) -> list[tuple[object, ...]]:
        return [(x.video, x.start, x.end, x.value, x.order) for x in manifest.labels]  # type: ignore[attr-defined]

    assert rows(own) == rows(theirs)
    assert {a.what.split(" by ")[0]: a.count for a in own.anomalies} == {
        "accepted": 1,
        "seen": 1,
    }


def test_raters_may_have_folders_of_their_own(tmp_path: Path) -> None:
    for rater in ("ann", "bo"):
        (tmp_path / rater).mkdir()
        (tmp_path / rater / "stories.csv").write_text(
            f"video,first,second,third,accept,rater\nv,1,5,9,1,{rater}\nv,2,6,9,0,{rater}\n"
        )
    with pytest.raises(LabelsNotFound, match="at least 2 people"):
        Stories().read(tmp_path / "ann")
    together = Stories().together([tmp_path / "ann", tmp_path / "bo"])
    assert [label.start for label in together.labels] == [1, 5, 9]
    assert len(Stories(raters=1).read(tmp_path / "ann").labels) == 3


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("v,1,5,soon,1", "stories.csv:2: field 'third' must be a number"),
        ("v,-1,5,9,1", "field 'first' must be 0 or more"),
        ("v,1,5,9,maybe", "field 'accept' must be 1 or 0"),
    ],
)
def test_a_broken_row_is_named(row: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "stories.csv").write_text(f"video,first,second,third,accept\n{row}\n")
    with pytest.raises(LabelsUnreadable) as told:
        Stories().read(tmp_path)
    assert why in str(told.value)


def test_what_is_odd_is_kept_and_counted(tmp_path: Path) -> None:
    (tmp_path / "stories.csv").write_text(
        "video,first,second,third,accept,duration\nv,1,1,9,1,60\nv,1,5,90,1,60\n"
    )
    manifest = Stories(raters=1).read(tmp_path)
    assert {a.what for a in manifest.anomalies} == {
        "a story repeats a second",
        "a second lies past the end of its video",
    }
    assert len(manifest.labels) == 6


def test_the_scheme_has_its_name() -> None:
    assert scheme_named("stories") is STORIES
    with pytest.raises(ValueError, match="accepted or not"):
        scheme_named("stories", graded=True)
