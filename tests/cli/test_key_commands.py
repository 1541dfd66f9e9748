"""The keys of a server: what was made is listed and ended, whosever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands import Run

pytest.importorskip("argon2", reason="the serve extra is absent")


def test_a_key_of_any_tenant_is_listed_and_ended(run: Run, tmp_path: Path) -> None:
    at = ("--folder", tmp_path / "kept")
    run("key", "add", "site", "--tenant", "shop", *at)
    run("key", "add", "desk", *at)
    lines = run("key", "list", *at).out.splitlines()
    assert [line.split()[1:3] for line in lines] == [["shop", "site"], ["main", "desk"]]
    assert "site" not in run("key", "list", "--tenant", "main", *at).out
    one = lines[0].split()[0]
    assert run("key", "end", one, "--tenant", "main", *at).code != 0
    assert run("key", "end", one, *at).code == 0
    ended = run("key", "list", "--tenant", "shop", *at).out
    assert ended.rstrip().endswith("ended")
    run("key", "end", one, *at).complained(one, "key list", code=2)
    assert "no key" in run("key", "list", "--tenant", "nobody", *at).err


def test_looking_for_keys_makes_no_folder(run: Run, tmp_path: Path) -> None:
    for words in (("list",), ("end", "abc")):
        run("key", *words, "--folder", tmp_path / "typo").complained("typo", "--folder", code=2)
    assert not (tmp_path / "typo").exists()
