"""The object store, on fsspec's memory file system."""

from __future__ import annotations

import uuid

import fsspec
import pytest

from gifworthy.errors import OutputError
from gifworthy.stores import open_store
from gifworthy.stores.objects import Objects
from gifworthy.testing import check_store


@pytest.fixture
def address() -> str:
    return f"memory://bucket-{uuid.uuid4().hex}/cache"


def test_it_keeps_the_contract(address: str) -> None:
    check_store(Objects(address))


def test_an_address_opens_it(address: str) -> None:
    open_store(address).put("a", b"1")
    assert Objects(address).get("a") == b"1"


def test_prefixes_are_apart(address: str) -> None:
    Objects(address).put("a", b"1")
    assert Objects(address + "/other").get("a") is None


def test_keys_cannot_be_read_from_the_storage(address: str) -> None:
    Objects(address).put("holiday of anna.mp4", b"x")
    assert not [path for path in fsspec.filesystem("memory").find("/") if "anna" in path]


def test_a_folder_of_this_machine_is_not_taken() -> None:
    with pytest.raises(ValueError, match="without file://"):
        Objects("file:///tmp/cache")


def test_an_address_of_no_kind_is_said() -> None:
    with pytest.raises(ValueError, match="nowhere://x"):
        Objects("nowhere://x")


def test_a_storage_that_refuses_is_said(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Objects(address)

    def refuse(*_: object) -> None:
        raise PermissionError("403 Forbidden")

    monkeypatch.setattr(store._system, "cat_file", refuse, raising=True)
    monkeypatch.setattr(store._system, "pipe_file", refuse, raising=True)
    with pytest.raises(OutputError, match="cannot be read: 403"):
        store.get("a")
    with pytest.raises(OutputError, match="cannot be written: 403"):
        store.put("a", b"1")
