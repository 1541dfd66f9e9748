"""Which videos are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gifworthy.batch import known
from gifworthy.batch.known import KIND, Known, places
from gifworthy.batch.stamps import local_state, stamp_of


def stamps(count: int, state: str = "old") -> list[bytes]:
    return [stamp_of(f"v{number}", state) for number in range(count)]


def test_what_was_added_is_known_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "FRESH", 7)  # so that it merges often
    seen = Known(np.array(stamps(50), KIND))
    for stamp in stamps(100)[50:]:
        assert stamp not in seen
        seen.add(stamp)
    assert len(seen) == 100
    assert all(stamp in seen for stamp in stamps(100))
    assert not any(stamp in seen for stamp in stamps(300)[100:])


def test_a_changed_video_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "FRESH", 3)
    seen = Known(np.array(stamps(10), KIND))
    assert not any(stamp in seen for stamp in stamps(10, "new"))
    for stamp in stamps(10, "new"):
        seen.add(stamp)
    assert len(seen) == 10 + 1  # the tenth still waits beside its old state
    assert all(stamp in seen for stamp in stamps(10, "new"))
    assert not any(stamp in seen for stamp in stamps(10, "old"))


def test_stamps_that_end_in_zero_bytes_are_found() -> None:
    odd = [b"a" * 10 + b"\0" * 6, b"b" * 10 + b"x\0\0\0\0\0", b"\0" * 16]
    seen = Known(np.array(odd, KIND))
    assert all(stamp in seen for stamp in odd)
    assert b"a" * 10 + b"\0" * 5 + b"x" not in seen
    assert list(places(np.array(odd[:2], KIND))) == [b"a" * 10, b"b" * 10]


def test_a_stamp_changes_with_size_and_time_only(tmp_path: Path) -> None:
    video = tmp_path / "v.mp4"
    assert local_state(str(video)).startswith("error")
    video.write_bytes(b"12345")
    first = local_state(str(video))
    assert local_state(str(video)) == first
    video.write_bytes(b"123456")
    assert local_state(str(video)) != first
    assert stamp_of("a", first)[:10] == stamp_of("a", "else")[:10] != stamp_of("b", first)[:10]
