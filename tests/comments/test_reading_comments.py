"""Every kind of file says the same; what is broken is named in one line, by file, line and field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from drawn_comments import as_csv, as_json, as_xml
from gifworthy.comments import CommentBook, read_comments
from gifworthy.errors import CommentsUnreadable

SAID = [(1.5, "wow", "ann"), (62.25, "again?", "bo")]
XML = '<i><d p="1.5,1,25,0,0,0,ann,1">wow</d></i>'


def read(folder: Path, name: str, data: str | bytes) -> list[tuple[float, str, str]]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return [(c.second, c.text, c.who) for c in read_comments(path).comments]


@pytest.mark.parametrize(
    ("write", "name"), [(as_xml, "a.xml"), (as_csv, "a.csv"), (as_json, "a.json")]
)
def test_every_kind_says_the_same(write: Callable[..., Path], name: str, tmp_path: Path) -> None:
    comments = read_comments(write(SAID, tmp_path / name)).comments
    assert [(c.second, c.text, c.who) for c in comments] == SAID


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.tsv", "Second\tComment\n1.5\twow\n"),
        ("a.csv", "time;content\n0:01.5;wow\n"),
        ("a.csv", "progress,text\n1500,wow\n"),
        ("a.json", '{"comments": [{"content_offset_seconds": 1.5, "message": {"body": "wow"}}]}'),
        ("a.json", '{"code": 0, "data": [[1.5, 0, 16777215, "", "wow"]]}'),
        ("a.jsonl", '{"time": "1.5", "text": "wow"}\n\n'),
        ("a.xml", '<packet><chat vpos="150">wow</chat></packet>'),
        ("a.xml", '\ufeff<i><d p="1.5">w<b>o</b>w</d></i>'),
        ("a.xml", '<i><d p="1.5,1">w\x08ow</d></i>'),
    ],
)
def test_names_and_clocks_that_others_use(name: str, text: str, tmp_path: Path) -> None:
    ((second, word, who),) = read(tmp_path, name, text)
    assert (second, who) == (1.5, "")
    assert word in ("wow", "ow")


def test_an_encoding_that_is_declared_is_believed(tmp_path: Path) -> None:
    text = f'<?xml version="1.0" encoding="gb18030"?>{XML.replace("wow", "好看")}'
    assert read(tmp_path, "a.xml", text.encode("gb18030")) == [(1.5, "好看", "ann")]
    assert read(tmp_path, "b.csv", "time,text\n1.5,好\n".encode("utf-16"))[0][1] == "好"


def test_drawings_are_known_by_their_mode(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text('<i><d p="1,7">x</d><d p="2,1">y</d></i>')
    assert [c.is_drawing for c in read_comments(tmp_path / "a.xml").comments] == [True, False]


def test_counts_a_second_are_taken_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[0, 3, 1.0]")
    file = read_comments(tmp_path / "a.json")
    assert file.counts is not None
    assert file.counts.tolist() == [0, 3, 1]


BROKEN = [
    ("a.txt", "time,text\n", "must end in .xml"),
    ("a.xml", XML[:-10], "a.xml:1: broken XML"),
    ("a.xml", "", "broken XML"),
    ("a.xml", "<html><body>404</body></html>", "but <html>"),
    ("a.xml", '<!DOCTYPE i [<!ENTITY a "b">]>' + XML, "document type"),
    ("a.xml", '<!DOCTYPE i SYSTEM "file:///etc/passwd">' + XML, "document type"),
    ("a.xml", "<i>&lol;</i>", "broken XML"),
    ("a.csv", "when,said\n1,wow\n", "heading names no time (it has when, said)"),
    ("a.csv", "time,said\n1,wow\n", "heading names no text"),
    ("a.csv", "", "heading names no time"),
    ("a.csv", "time,text\nsoon,wow\nlater,wow\n", "a.csv:2: has no time"),
    ("a.csv", b"time,text\n1,\xc4\xe3\xba\xc3\n", "is not written in UTF-8 (byte 12)"),
    ("a.csv", 'time,text\n1,"' + "x" * 200_000 + '"\n', "no CSV"),
    ("a.json", '[{"time": 1, "text": "wow"', "a.json: no JSON"),
    ("a.json", '{"a": 1}', "must hold a list of comments"),
    ("a.json", '["wow"]', "a.json:1: must be an object"),
    ("a.json", "[1, -2]", "count of second 1 must be 0 or more"),
    ("a.json", "[1, NaN]", "count of second 1"),
    ("a.json", "[" * 100_000, "no JSON"),
    ("a.jsonl", '{"time": 1, "text": "a"}\n{', "a.jsonl:2"),
    ("a.xml", '<?xml version="1.0" encoding="klingon"?><i/>', "klingon, which is not known"),
]


@pytest.mark.parametrize(("name", "data", "why"), BROKEN, ids=[why for *_, why in BROKEN])
def test_what_is_broken_is_named_in_one_line(
    name: str, data: str | bytes, why: str, tmp_path: Path
) -> None:
    with pytest.raises(CommentsUnreadable) as told:
        read(tmp_path, name, data)
    assert why in str(told.value)
    assert "\n" not in str(told.value)


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    """A billion laughs: refused before the first entity, at once."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30)
    )
    with pytest.raises(CommentsUnreadable, match="document type"):
        read(tmp_path, "a.xml", f"<!DOCTYPE i [{entities}]><i><d p='1'>&a29;</d></i>")


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gifworthy.comments.reading.MOST_BYTES", 10)
    with pytest.raises(CommentsUnreadable, match="give those of one video"):
        read(tmp_path, "a.xml", XML)


def test_one_row_without_a_time_does_not_spoil_the_rest(tmp_path: Path) -> None:
    first, second, third = read(tmp_path, "a.csv", "time,text\n1,a\nsoon,b\n3,c\n")
    assert (first[0], third[0]) == (1, 3)
    assert math.isnan(second[0])


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    assert read(tmp_path, "a.xml", "<i></i>") == []
    assert read(tmp_path, "a.json", "[]") == []


# which file belongs to which video


def test_a_folder_serves_many_videos(tmp_path: Path) -> None:
    as_xml(SAID, tmp_path / "talk.xml")
    book = CommentBook.of(tmp_path, ["talk.mp4", "match.mkv"])
    assert book.file_for("/films/talk.mp4") == tmp_path / "talk.xml"
    assert book.file_for("https://host/a/talk.mp4?x=1") == tmp_path / "talk.xml"
    assert book.counts("match.mkv", 60.0) is None
    assert "no comments for match" in book.notes("match.mkv", 60.0)[0]
    counts = book.counts("talk.mp4", 100.0)
    assert counts is not None
    assert counts.total == 2
    as_csv(SAID, tmp_path / "talk.csv")
    with pytest.raises(CommentsUnreadable, match="keep one"):
        book.file_for("talk.mp4")


def test_one_file_serves_one_video(tmp_path: Path) -> None:
    path = as_json(SAID, tmp_path / "a.json")
    assert CommentBook.of(path, ["talk.mp4"]).file_for("talk.mp4") == path
    with pytest.raises(ValueError, match="one video's comments, but 2 videos"):
        CommentBook.of(path, ["talk.mp4", "match.mp4"])
    with pytest.raises(CommentsUnreadable, match="is not there"):
        CommentBook.of(tmp_path / "no.xml", ["talk.mp4"])


def test_a_book_reads_what_json_dumps(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([0, 5, 0]))
    counts = CommentBook.of(tmp_path / "a.json", ["x"]).counts("x", 3.0)
    assert counts is not None
    assert counts.per_second.tolist() == [0, 5, 0]
