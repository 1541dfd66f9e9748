"""A name holds a whole file or none."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from gifworthy.batch.storage import Bucket, Folder, alone, open_storage
from gifworthy.errors import OutputError


@pytest.fixture(params=["folder", "bucket"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Folder | Bucket:
    if request.param == "folder":
        return open_storage(str(tmp_path / "out"))
    return open_storage(f"memory://{uuid.uuid4().hex}")


def test_what_was_written_is_read(storage: Folder | Bucket) -> None:
    assert storage.read("a/b.txt") is None
    assert storage.names("a", ".txt") == []
    storage.write("a/b.txt", b"one")
    storage.write("a/b.txt", b"two")
    storage.write("a/c/d.txt", b"three")
    storage.write("a/c/d.jpg", b"four")
    assert storage.read("a/b.txt") == b"two"
    assert storage.names("a", ".txt") == ["a/b.txt", "a/c/d.txt"]
    with storage.open("a/c/d.txt") as file:
        assert file.read() == b"three"
    storage.delete("a/b.txt")
    storage.delete("a/b.txt")
    assert storage.names("a", ".txt") == ["a/c/d.txt"]


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = Folder(str(tmp_path), "me")
    storage.write("a.gif", b"before")

    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        storage.write("a.gif", b"after")
    assert storage.read("a.gif") == b"before"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.gif"]


def test_what_a_killed_writer_left_is_swept_and_only_that(tmp_path: Path) -> None:
    mine, other = Folder(str(tmp_path), "mine"), Folder(str(tmp_path), "other")
    for writer in ("mine", "other"):
        (tmp_path / ".unfinished" / writer).mkdir(parents=True)
        (tmp_path / ".unfinished" / writer / "x").write_bytes(b"half")
    mine.sweep()
    assert not (tmp_path / ".unfinished" / "mine").exists()
    assert (tmp_path / ".unfinished" / "other" / "x").exists()
    other.sweep()
    assert not list(tmp_path.iterdir())


def test_one_batch_at_a_time_writes_the_same(tmp_path: Path) -> None:
    storage = Folder(str(tmp_path))
    with alone(storage, "a.lock"):
        with alone(storage, "b.lock"):
            pass
        with pytest.raises(OutputError, match="another batch"), alone(storage, "a.lock"):
            pass
    with alone(storage, "a.lock"):
        pass


def test_what_goes_wrong_inside_is_not_blamed_on_the_lock(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError, match="mine"),
        alone(Folder(str(tmp_path)), "a.lock"),
    ):
        raise FileNotFoundError(2, "mine")


def test_a_store_with_errors_of_its_own_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    storage = open_storage(f"memory://{uuid.uuid4().hex}")
    assert isinstance(storage, Bucket)

    class OfItsOwn(Exception):
        pass

    def broken(*_: object) -> bytes:
        raise OfItsOwn("no credentials")

    for name in ("cat_file", "pipe_file", "open", "find", "rm_file"):
        monkeypatch.setattr(storage._files, name, broken)
    for act in (
        lambda: storage.read("a"),
        lambda: storage.open("a"),
        lambda: storage.write("a", b""),
        lambda: storage.names("a", ""),
        lambda: storage.delete("a"),
    ):
        with pytest.raises(OutputError, match="no credentials; check the address"):
            act()
