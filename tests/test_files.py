from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gifworthy.errors import OutputError, OutputExists
from gifworthy.files import write_together, write_whole


def test_writes_and_leaves_nothing_beside(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.gif", b"cover")
    assert (tmp_path / "a.gif").read_bytes() == b"cover"
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_never_overwrites_unless_told(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "a.gif", b"first")
    with pytest.raises(OutputExists, match=r"a\.gif exists already"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert write_whole(path, b"second", overwrite=True).read_bytes() == b"second"


def test_two_writers_cannot_both_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other writer comes after our look and before our rename."""
    path = tmp_path / "a.gif"
    monkeypatch.setattr(Path, "exists", lambda _: False)
    path.write_bytes(b"theirs")
    with pytest.raises(OutputExists):
        write_whole(path, b"ours")
    assert path.read_bytes() == b"theirs"


@pytest.mark.parametrize("place", ["no-such-folder/a.gif", "."])
def test_a_place_that_cannot_be_is_named(tmp_path: Path, place: str) -> None:
    with pytest.raises(OutputError, match=str(tmp_path)):
        write_whole(tmp_path / place, b"cover")


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; give another place"):
        write_whole(tmp_path / "a.gif", b"cover")
    assert not list(tmp_path.iterdir())


def test_several_files_are_written_together_or_not_at_all(tmp_path: Path) -> None:
    first, second = tmp_path / "a.gif", tmp_path / "a.jpg"
    write_together({first: b"cover", second: b"still"})
    assert (first.read_bytes(), second.read_bytes()) == (b"cover", b"still")
    third = tmp_path / "b.gif"
    with pytest.raises(OutputExists, match=r"a\.jpg exists already"):
        write_together({third: b"other", second: b"still"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "a.jpg"]


def test_a_late_refusal_takes_back_what_was_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody writes the second place while we move the first."""
    first, second = tmp_path / "a.gif", tmp_path / "a.jpg"
    link = os.link

    def slow_link(beside: Path, path: Path) -> None:
        second.write_bytes(b"theirs")
        link(beside, path)

    monkeypatch.setattr(os, "link", slow_link)
    with pytest.raises(OutputExists, match=r"a\.jpg"):
        write_together({first: b"cover", second: b"still"})
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
    assert second.read_bytes() == b"theirs"
