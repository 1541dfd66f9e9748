from __future__ import annotations

import errno
from pathlib import Path

import pytest

from gifworthy import files
from gifworthy.errors import OutputError, OutputExists
from gifworthy.files import write_whole


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

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device; give another place"):
        write_whole(tmp_path / "a.gif", b"cover")
    assert not list(tmp_path.iterdir())
