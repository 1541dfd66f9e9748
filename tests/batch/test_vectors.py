"""What a net read of a video lies under the video's name, and is the video's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gifworthy.batch.keys import choice_of
from gifworthy.batch.naming import told_apart
from gifworthy.batch.orders import Item, Order, Row
from gifworthy.batch.sources import Columns, Found, find
from gifworthy.batch.stamps import stamp_of
from gifworthy.batch.storage import Folder
from gifworthy.batch.vectors import Vectors
from gifworthy.batch.working import Worker
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.types import Segment


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def worker(order: Order, tmp_path: Path) -> Worker:
    """It reads vectors of `pixels`, as if a net asked for them."""
    order = replace(order, settings=Settings(threads=1, cache=tmp_path / "cache"))
    return replace(Worker.load(order), reading=Reading.vectors("pixels"))


def item(video: Path, name: str) -> Item:
    return Item(str(video), stamp_of(str(video), "").hex(), name=name)


def kept(worker: Worker, row: Row) -> bytes:
    assert row.failure is None
    assert row.features is not None
    return (Path(worker.order.place) / row.features).read_bytes()


def alone(worker: Worker, video: Path, tmp_path: Path) -> bytes:
    """What is read of a video in a place of its own."""
    order = replace(worker.order, place=str(tmp_path / "alone" / video.name))
    own = replace(Worker.load(order), reading=worker.reading)
    return kept(own, own.work(item(video, "own")))


@pytest.mark.parametrize("before", ["analyses/", ".npy", ".segments.npy", ".video"])
def test_a_kill_before_any_file_loses_no_vectors(
    worker: Worker, tiny: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    (video,) = tiny(1).iterdir()
    write = Folder.write

    def dying(self: Folder, name: str, data: bytes) -> None:
        if before in name:
            raise Killed
        write(self, name, data)

    with monkeypatch.context() as patch:
        patch.setattr(Folder, "write", dying)
        with pytest.raises(Killed):
            worker.work(item(video, "v0"))
    row = worker.work(item(video, "v0"))
    assert row.features == f"features/{choice_of(worker.order)}/v0.npy"
    assert (Path(worker.order.place) / "analyses").exists()
    assert not worker.work(item(video, "v0")).scanned


def test_a_copy_under_another_name_has_vectors_too(
    worker: Worker, tiny: Callable[[int], Path]
) -> None:
    (video,) = tiny(1).iterdir()
    copy = shutil.copy(video, video.with_name("copy.mp4"))
    first, second = worker.work(item(video, "v0")), worker.work(item(Path(copy), "copy"))
    assert first.content == second.content
    assert str(second.features).endswith("/copy.npy")
    assert kept(worker, first) == kept(worker, second)
    assert not worker.work(item(Path(copy), "copy")).scanned
    rendering = replace(worker, order=replace(worker.order, only_renders=True))
    third = rendering.work(item(Path(copy), "third"))
    assert (third.failure, third.features, third.scanned) == (None, None, False)


def test_a_video_that_becomes_another_that_is_known_has_that_ones_vectors(
    worker: Worker, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    one, two = sorted(tiny(2).iterdir())
    worker.work(item(one, "v0"))
    worker.work(item(two, "v1"))
    shutil.copy(two, one)
    row = worker.work(item(one, "v0"))
    assert kept(worker, row) == alone(worker, two, tmp_path)


def test_a_name_that_another_video_has_is_not_taken(
    worker: Worker, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    one, two = sorted(tiny(2).iterdir())
    rows = [worker.work(item(one, "same")), worker.work(item(two, "same"))]
    assert [kept(worker, row) for row in rows] == [
        alone(worker, video, tmp_path) for video in (one, two)
    ]
    assert str(rows[0].features).endswith("/same.npy")
    assert worker.work(item(two, "same")).features == rows[1].features
    named_by_the_row = str(rows[1].features).rpartition("/")[2].removesuffix(".npy")
    assert worker.work(item(two, named_by_the_row)).features == rows[1].features


@pytest.mark.parametrize("name", ["host/v?" + "x" * 300, "b/../../../../evil", "caf\udce9"])
def test_no_name_leads_elsewhere_or_ends_the_batch(
    worker: Worker, tiny: Callable[[int], Path], tmp_path: Path, name: str
) -> None:
    (video,) = tiny(1).iterdir()
    row = worker.work(item(video, name))
    assert kept(worker, row)
    place = Path(worker.order.place) / str(row.features)
    assert (Path(worker.order.place) / "features").resolve() in place.resolve().parents
    assert not list(tmp_path.rglob("evil.npy")) or ".." not in str(row.features)


def test_vectors_of_an_older_version_are_believed(tmp_path: Path) -> None:
    there = Vectors(Folder(str(tmp_path)), "any")
    one = item(tmp_path / "v.mp4", "v")
    assert there.find(one, "c") is None
    name = there.write(one, "c", np.zeros((1, 2)), (Segment(0, 1),))
    assert (there.find(one, "c"), there.find(one, "d")) == (name, None)
    (tmp_path / "features/any/v.video").unlink()
    assert there.find(one, "d") == name


def test_names_are_those_that_train_looks_for_unless_two_share_one(tmp_path: Path) -> None:
    for name in ("a.mkv", "a.mp4", "b.webm", "deep/a.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = told_apart(find([str(tmp_path)], Columns()))
    assert [one.name for one in found] == ["a", "a.mp4", "b", "deep/a"]


def test_addresses_that_share_a_name_are_told_apart() -> None:
    sources = ["s3://b/a.mp4", "gs://b/a.mp4", "s3://b/a.mkv", "", "s3://b/a.mp4.mp4"]
    found = [Found(s, "", "", "b/a" if s.count(".") < 2 else "b/a.mp4") for s in sources]
    found[3] = Found("", "", "")
    names = [one.name for one in told_apart(found)]
    assert names[0] == "b/a"
    assert names[1].startswith("b/a-")
    assert names[3:] == ["", "b/a.mp4"]
    assert len(set(names)) == 5
