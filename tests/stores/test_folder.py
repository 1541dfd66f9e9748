"""The folder store: whole or not at all, two writers, a bound."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gifworthy.errors import OutputError
from gifworthy.stores import open_store
from gifworthy.stores.folder import Folder
from gifworthy.testing import check_store


def test_it_keeps_the_contract(tmp_path: Path) -> None:
    check_store(Folder(tmp_path / "made" / "when needed"))


def test_nothing_is_made_before_something_is_put(tmp_path: Path) -> None:
    assert Folder(tmp_path / "cache").get("a") is None
    assert not (tmp_path / "cache").exists()


def test_keys_cannot_be_read_from_the_folder(tmp_path: Path) -> None:
    Folder(tmp_path).put("holiday of anna.mp4", b"x")
    assert not [file for file in tmp_path.rglob("*") if "anna" in file.name]


def test_a_second_store_sees_what_the_first_put(tmp_path: Path) -> None:
    Folder(tmp_path).put("a", b"1")
    assert open_store(tmp_path).get("a") == b"1"


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = Folder(tmp_path, most_bytes=250)
    for age, key in ((3, "old"), (2, "older but used"), (1, "young")):
        store.put(key, b"x" * 80)
        place = store._place(key)
        os.utime(place, ns=(place.stat().st_mtime_ns - age * 10**9,) * 2)
    assert store.get("older but used")
    store.put("new", b"x" * 80)
    assert store.get("old") is None
    assert all(store.get(key) for key in ("older but used", "young", "new"))


def test_the_bound_holds_for_what_other_runs_left(tmp_path: Path) -> None:
    for number in range(10):
        Folder(tmp_path).put(str(number), b"x" * 100)
    store = Folder(tmp_path, most_bytes=450)
    store.put("last", b"x" * 100)
    assert store.get("last")
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 450


def test_one_thing_above_the_bound_is_kept_alone(tmp_path: Path) -> None:
    store = Folder(tmp_path, most_bytes=10)
    store.put("small", b"x")
    store.put("huge", b"x" * 100)
    assert store.get("huge")
    assert store.get("small") is None


def test_writers_and_readers_at_once_see_whole_values(tmp_path: Path) -> None:
    store = Folder(tmp_path, most_bytes=10**6)
    store.put("key", b"0" * 5000)
    torn: list[bytes] = []

    def write(digit: bytes) -> None:
        for _ in range(30):
            Folder(tmp_path).put("key", digit * 5000)

    def read() -> None:
        for _ in range(100):
            data = store.get("key")
            if data is None or len(data) != 5000 or len(set(data)) != 1:
                torn.append(data or b"nothing")

    workers = [threading.Thread(target=write, args=(digit,)) for digit in (b"1", b"2")]
    workers += [threading.Thread(target=read) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not torn
    assert not list(tmp_path.rglob("*.part"))


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "cache").write_bytes(b"")
    with pytest.raises(OutputError, match="cache"):
        Folder(tmp_path / "cache").put("a", b"1")


def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    store = Folder(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        store.put("a", b"1")
    assert store.get("a") is None
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_a_bound_below_one_byte_is_no_bound(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="most_bytes"):
        Folder(tmp_path, most_bytes=0)
