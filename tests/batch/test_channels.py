"""What a channel's videos share is found, and kept out of their covers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from numpy.typing import NDArray

from drawn import moving, textured, write
from gifworthy.batch import channels
from gifworthy.batch.channels import Groups, References, shared_spans, shows, signs_of, to_mend
from gifworthy.batch.ends import RECORD, hash_of
from gifworthy.batch.orders import Item, Row
from gifworthy.batch.table import as_table, record_of
from gifworthy.types import Segment

Picture = NDArray[np.uint8]
INTRO_SECONDS = 2.0


def ends(times: list[float], hashes: list[int]) -> bytes:
    found = np.zeros(len(times), RECORD)
    found["time"], found["hash"] = times, hashes
    return found.tobytes()


def row(name: str, hashes: list[int], shown: Segment, avoid: tuple[Segment, ...] = ()) -> Row:
    story = {"highlights": [{"start": shown.start, "end": shown.end, "reasons": {}}]}
    times = [0.25 * n for n in range(len(hashes))]
    item = Item(f"/{name}.mp4", name * 32, "channel", avoid, (shown,) if avoid else ())
    return Row(item, content=name * 32, story=json.dumps(story), ends=ends(times, hashes))


def mend(rows: list[Row]) -> dict[str, tuple[Segment, ...]]:
    table = as_table([record_of(row) for row in rows])

    def parts(columns: tuple[str, ...]) -> Iterator[pa.Table]:
        for one in range(len(table)):
            yield table.slice(one, 1).select(list(columns))

    return {item.source: item.avoid for item in to_mend(parts) if item}


LOGO = [0x0123456789ABCDEF] * 8
START, LATER = Segment(0.5, 1.5), Segment(4, 5)
INTRO = Segment(0.0, 1.75)


def own(seed: int) -> list[int]:
    return [int(n) for n in np.random.default_rng(seed).integers(0, 2**63, 12)]


def test_a_cover_that_shows_what_three_share_is_made_anew() -> None:
    rows = [row(name, LOGO + own(n), START) for n, name in enumerate("abc")]
    rows.append(row("d", LOGO + own(9), LATER))
    assert mend(rows) == {f"/{name}.mp4": (INTRO,) for name in "abc"}


def test_what_two_share_is_no_intro() -> None:
    assert mend([row(name, LOGO + own(n), START) for n, name in enumerate("ab")]) == {}
    alone = [row("a", LOGO + own(1), START), row("b", LOGO + own(2), START)]
    assert mend([*alone, *(row(n, own(ord(n)) * 2, START) for n in "cdef")]) == {}


def test_what_was_mended_stays_so_whatever_the_order() -> None:
    mended = [row(name, LOGO + own(n), START, (INTRO,)) for n, name in enumerate("abc")]
    assert mend(mended) == {}
    assert mend(mended[::-1]) == {}


def test_what_need_not_be_avoided_any_more_is_shown_again() -> None:
    assert mend([row("a", LOGO + own(1), START, (INTRO,))]) == {}  # alone: nothing is known of it
    rows = [row("a", LOGO + own(1), START, (INTRO,))]
    rows += [row(name, own(ord(name)), START) for name in "bcd"]
    assert mend(rows) == {"/a.mp4": ()}


def test_the_references_are_the_smallest_of_each_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "FRESH", 7)  # so that it settles often
    monkeypatch.setattr(channels, "REFERENCES", 5)
    random = np.random.default_rng(1)
    wanted: dict[str, set[str]] = {name: set() for name in ("a", "b", "", "small")}
    groups, rows = Groups(), list[dict[str, str | None]]()
    for number in range(200):
        name = ("a", "b", "")[number % 3] if number > 1 else "small"
        content = random.bytes(14).hex() + ("0000" if number % 7 else "0001")
        wanted[name].add(content)
        rows += [{"group": name, "content": content}] * (1 + number % 2)
        rows.append({"group": name, "content": None})  # it failed
    for start in range(0, len(rows), 10):
        groups.take(pa.Table.from_pylist(rows[start : start + 10]))
    (found,) = groups.batches(100.0)
    smallest = {name: sorted(own)[:5] for name, own in wanted.items() if name != "small"}
    assert {pair[8:].hex() for pair in found} == {one for own in smallest.values() for one in own}
    assert len({pair[:8] for pair in found}) == 3
    assert all(sum(pair[:8] == sign for pair in found) == 5 for sign in {p[:8] for p in found})
    monkeypatch.setattr(channels, "MOST_BYTES", 1000)
    assert [len(some) for some in groups.batches(100.0)] == [5, 5, 5]
    assert list(Groups().batches(100.0)) == []


def test_what_must_be_mended_is_found_while_others_are_at_work() -> None:
    table = as_table([record_of(row(name, LOGO + own(n), START)) for n, name in enumerate("abcd")])
    read: list[tuple[str, ...]] = []

    def parts(columns: tuple[str, ...]) -> Iterator[pa.Table]:
        for one in range(len(table)):
            read.append(columns)
            yield table.slice(one, 1).select(list(columns))

    items = to_mend(parts)
    first = next(item for item in items if item)
    assert (first.source, read.count(channels.COLUMNS)) == ("/a.mp4", 1)
    assert next(items) is None  # and let others have their turn
    assert [item.source for item in items if item] == ["/b.mp4", "/c.mp4", "/d.mp4"]


def test_hashes_that_differ_in_a_few_bits_are_alike() -> None:
    one = np.array([0b1011], np.uint64)
    near, far = one ^ np.uint64(0b1111 << 20), one ^ np.uint64(0b11111 << 20)
    assert (signs_of(one) @ signs_of(near).T).item() == 64 - 2 * 4
    references = References.of({"a": near, "b": far, "c": one})
    assert references.shown_by(one, "c").tolist() == [1]
    assert references.shown_by(one, "z").tolist() == [2]


def test_shared_moments_make_spans() -> None:
    times = np.arange(0, 10, 0.25)
    shared = ((times >= 1) & (times <= 3) & (times != 2)) | (times == 7)
    assert shared_spans(times, shared) == (Segment(1.0, 3.0),)
    assert shows([Segment(0, 2)], [Segment(1.5, 4)])
    assert not shows([Segment(0, 2)], [Segment(1.8, 4)])


def test_a_picture_that_is_encoded_anew_keeps_its_hash() -> None:
    picture = textured(3, 96, 54)
    noisy = np.clip(picture + np.random.default_rng(0).integers(-6, 7, picture.shape), 0, 255)
    differ = hash_of(picture) ^ hash_of(noisy.astype(np.uint8))
    assert differ.bit_count() <= 4
    assert (hash_of(picture) ^ hash_of(textured(4, 96, 54))).bit_count() > 12


def with_intro(seed: int) -> Iterator[Picture]:
    """A lively intro that all share, then a calmer scene of its own."""
    yield from moving(99, 50, 96, 64)
    yield from islice(moving(seed, 300, 96, 64), 100, 175)


@pytest.mark.parametrize("keep", [False, True])
def test_a_channel_of_drawn_videos(tmp_path: Path, keep: bool) -> None:
    videos, out = tmp_path / "videos", tmp_path / "covers"
    videos.mkdir()
    for number in range(3):
        write(videos / f"{number}.mp4", with_intro(number + 1))
    command = [sys.executable, "-m", "gifworthy", "batch", str(videos), "-o", str(out), "--json"]
    command += ["--seconds", "1", "--width", "48", "--fps", "5"]
    command += ["--keep-intros"] if keep else []
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    rows = ds.dataset(out / "table").to_table().to_pylist()
    assert len(rows) == 3
    if keep:
        assert told["mended"] == 0
        assert all(one["highlights"][0]["end"] <= INTRO_SECONDS for one in rows)
        return
    assert told["mended"] == 3
    for one in rows:
        assert one["avoided"][0]["end"] == pytest.approx(INTRO_SECONDS, abs=0.2)
        assert one["highlights"][0]["start"] >= one["avoided"][0]["end"]
    again = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert (again["made"], again["mended"], again["skipped"]) == (0, 0, 3)
