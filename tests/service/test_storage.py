"""Files under names that we made: whole or not there."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from gifworthy.errors import OutputError
from gifworthy.service.storage import Storage, clear_spools, open_storage, spool
from running_server import Running


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return open_storage(tmp_path / "files")
    return open_storage(f"memory://{uuid.uuid4().hex}")


def test_what_is_put_is_got(storage: Storage) -> None:
    assert storage.get("ours/covers/ab12.gif") is None
    storage.put("ours/covers/ab12.gif", b"one")
    storage.put("ours/covers/ab12.gif", b"two")
    assert storage.get("ours/covers/ab12.gif") == b"two"
    storage.remove("ours/covers/ab12.gif")
    storage.remove("ours/covers/ab12.gif")
    assert storage.get("ours/covers/ab12.gif") is None


def test_a_file_is_adopted_and_gone_from_where_it_was(storage: Storage, tmp_path: Path) -> None:
    here = tmp_path / "incoming"
    here.write_bytes(b"film")
    storage.adopt("ours/videos/ab", here)
    assert storage.get("ours/videos/ab") == b"film"
    assert not here.exists()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a//b", "a/../b", "A", "a b", "", "a/.b"])
def test_a_name_that_is_not_ours_is_a_mistake(storage: Storage, name: str) -> None:
    with pytest.raises(AssertionError, match="no name of ours"):
        storage.put(name, b"")
    with pytest.raises(AssertionError, match="no name of ours"):
        storage.place(name)


def test_a_spool_is_gone_however_it_ends(tmp_path: Path) -> None:
    places = []

    def break_off() -> None:
        with spool(tmp_path) as (file, place):
            places.append(place)
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert not places[0].exists()


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be made"):
        open_storage(tmp_path / "file" / "files")


def test_all_files_below_a_name_go_and_no_others(storage: Storage) -> None:
    kept = ("ours/viewers/ab2/c.gif", "ours/covers/ab.gif", "theirs/viewers/ab/c.gif")
    for name in (*kept, "ours/viewers/ab/c.gif", "ours/viewers/ab/c.jpg"):
        storage.put(name, b"x")
    storage.remove_below("ours/viewers/ab")
    storage.remove_below("ours/viewers/ab")
    assert storage.get("ours/viewers/ab/c.gif") is None
    assert storage.get("ours/viewers/ab/c.jpg") is None
    assert [storage.get(name) for name in kept] == [b"x"] * 3
    with pytest.raises(AssertionError):
        storage.remove_below("..")


def killed_while_filling(folder: Path) -> Path:
    """What a process leaves that is killed while it takes something in."""
    words = (
        "import os, pathlib, sys; from gifworthy.service.storage import spool\n"
        "with spool(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", words, str(folder)], check=False)
    assert ended.returncode == -signal.SIGKILL
    (left,) = folder.glob("*.part")
    return left


def test_what_a_killed_process_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    left = killed_while_filling(tmp_path)
    with spool(tmp_path) as (_, place):
        clear_spools(tmp_path)
        assert (left.exists(), place.exists()) == (False, True)


def test_a_server_clears_what_one_before_it_left(tmp_path: Path) -> None:
    killed_while_filling(tmp_path / "incoming")
    killed_while_filling(tmp_path / "files" / ".spools")
    server = Running(tmp_path, "--workers", "0")
    server.start()
    server.stop()
    assert list(tmp_path.rglob("*.part")) == []


def test_a_file_of_another_disk_is_adopted_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, here, move = open_storage(tmp_path / "files"), tmp_path / "film", Path.replace
    here.write_bytes(b"film")

    def refused(file: Path, place: Path) -> Path:
        if file == here:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        return move(file, place)

    monkeypatch.setattr(Path, "replace", refused)
    storage.adopt("ours/videos/ab", here)
    assert (storage.get("ours/videos/ab"), here.exists()) == (b"film", False)
    assert list(tmp_path.rglob("*.part")) == []
