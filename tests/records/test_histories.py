from __future__ import annotations

import math
import sqlite3
import stat
import threading
from pathlib import Path

import numpy as np
import pytest

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.histories import Histories, Pick
from gifworthy.types import Segment

SOURCE = Path(__file__).resolve().parents[2] / "src" / "gifworthy"
STRANGE = (
    "alice",
    "../../etc/passwd",
    "C:\\x|?*",
    "a" * 10_000,
    "a" * 9_999 + "b",
    "Алиса 爱丽丝 \u202e👩‍🚀",
    "'; DROP TABLE picks; --",
    "\x00\n",
    "\udcff",
    " ",
    "é",
    "e\u0301",
)


def pick(start: float, video: str = "/films/match.mp4", length: float = 3.0) -> Pick:
    return Pick(video, Segment(start, start + length), 100.0, "c" * 32)


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_what_is_added_comes_back_oldest_first(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "records.sqlite")
    histories.add("alice", [pick(62.0), pick(10.0)])
    histories.add("alice", [Pick("song", Segment(1.0, 2.0))])
    first, second, third = Histories.open(tmp_path / "records.sqlite").of("alice")
    assert (first.segment.start, second.segment.start, third.segment.start) == (62.0, 10.0, 1.0)
    assert (first.video, first.duration, third.video) == ("/films/match.mp4", 100.0, "song")
    assert math.isnan(third.duration)


def test_the_same_choice_counts_once(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    assert len(histories.add("alice", [pick(1.0), pick(1.0), pick(2.0)])) == 2
    assert len(histories.add("alice", [pick(2.0), pick(3.0)])) == 1
    assert len(histories.of("alice")) == 3


def test_viewers_are_told_apart_whatever_they_are_called(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    for number, viewer in enumerate(STRANGE):
        histories.add(viewer, [pick(float(number))])
    starts = [[each.segment.start for each in histories.of(viewer)] for viewer in STRANGE]
    assert starts == [[float(number)] for number in range(len(STRANGE))]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r"]


def test_no_viewers_name_stands_in_any_file(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    histories.add("alice-of-wonderland", [pick(1.0)])
    assert b"alice-of-wonderland" not in bytes_of(tmp_path)
    other = Histories.open(tmp_path / "s")
    assert histories.key_of("alice") != other.key_of("alice")
    with pytest.raises(ValueError, match="needs an id"):
        histories.key_of("")


def test_forgetting_leaves_no_byte(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    key = histories.key_of("alice").encode()
    mine = histories.add("alice", [pick(float(n), f"/secret/{n:03d}.mp4") for n in range(200)])
    vector = np.arange(64, dtype=np.float32) + 0.123
    histories.keep_looks({each.id: vector for each in mine}, "pixels")
    histories.add("bob", [pick(5.0, "/bobs/film.mp4")])
    traces = (key, b"/secret/", vector.tobytes(), *(each.id.encode() for each in mine))
    assert all(trace in bytes_of(tmp_path) for trace in traces[:3])

    assert histories.forget("alice") == 200
    left = bytes_of(tmp_path)
    assert not [trace for trace in traces if trace in left]
    assert histories.of("alice") == ()
    assert b"/bobs/film.mp4" in left
    assert [each.segment.start for each in histories.of("bob")] == [5.0]


def test_forgetting_leaves_no_byte_while_others_have_the_file_open(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    histories.add("alice", [pick(1.0, "/secret/film.mp4")])
    other = sqlite3.connect(tmp_path / "r")
    assert other.execute("SELECT count(*) FROM picks").fetchone() == (1,)
    histories.forget("alice")
    assert b"/secret/" not in bytes_of(tmp_path)
    assert other.execute("SELECT count(*) FROM picks").fetchone() == (0,)
    other.close()


def test_who_still_reads_is_waited_for(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    histories.add("alice", [pick(1.0, "/secret/film.mp4")])
    reader = sqlite3.connect(tmp_path / "r", check_same_thread=False, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM picks").fetchall()
    threading.Timer(0.5, reader.close).start()
    histories.forget("alice")
    assert b"/secret/" not in bytes_of(tmp_path)


def test_what_is_gone_takes_nothing_up(tmp_path: Path) -> None:
    """A `make` that runs while its viewer is forgotten wants to keep what it has just looked at."""
    histories = Histories.open(tmp_path / "r")
    (mine,) = histories.add("alice", [pick(1.0)])
    histories.forget("alice")
    histories.keep_looks({mine.id: np.ones(3, np.float32)}, "pixels")
    assert histories.looks([mine], "pixels") == {}


def test_looks_belong_to_a_reader(tmp_path: Path) -> None:
    histories = Histories.open(tmp_path / "r")
    (mine,) = histories.add("alice", [pick(1.0)])
    histories.keep_looks({mine.id: np.array([1.0, 2.0], np.float32)}, "pixels")
    histories.keep_looks({mine.id: np.array([3.0], np.float32)}, "pixels")
    assert histories.looks([mine], "pixels")[mine.id].tolist() == [1.0, 2.0]
    assert histories.looks([mine], "c3d") == {}


def test_several_write_at_once(tmp_path: Path) -> None:
    def add(number: int) -> None:
        Histories.open(tmp_path / "r").add(f"viewer {number}", [pick(float(number))])

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    histories = Histories.open(tmp_path / "r")
    assert [len(histories.of(f"viewer {number}")) for number in range(8)] == [1] * 8


def test_the_file_is_its_owners(tmp_path: Path) -> None:
    Histories.open(tmp_path / "folder" / "r").add("alice", [pick(1.0)])
    assert stat.S_IMODE((tmp_path / "folder" / "r").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


def test_what_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(RecordsUnreadable, match="r cannot be used: file is not a database"):
        Histories.open(tmp_path / "r")
    with pytest.raises(RecordsUnreadable, match="GIFWORTHY_RECORDS"):
        Histories.open(tmp_path)


def test_only_this_room_knows_the_database_library() -> None:
    knowing = {
        p.relative_to(SOURCE).parts[0]
        for p in SOURCE.rglob("*.py")
        if "sqlalchemy" in p.read_text()
    }
    assert knowing == {"records"}
