"""Videos, what was chosen of them, and their covers; also when two do something at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event
from sqlalchemy.exc import NoResultFound

from gifworthy.records.catalogue import Catalogue, StoredCover, StoredVideo, Upload
from gifworthy.records.database import Database


@pytest.fixture
def catalogue(database: Database) -> Catalogue:
    return Catalogue(database)


def added(catalogue: Catalogue, number: int = 0) -> StoredVideo:
    return catalogue.add(Upload("ours", f"{number:064x}", f"{number}.mp4", 9))


def cover(video: str, key: str = "k") -> StoredCover:
    return StoredCover(key, "ours", video, "image/gif", 3, "e", {"cover": "cover.gif"})


def nothing() -> None:
    """No files."""


def test_many_first_choices_at_once_are_all_taken(catalogue: Catalogue) -> None:
    for number in range(20):
        video, start = added(catalogue, number).id, threading.Barrier(4, timeout=20)

        def choose(at: int, video: str = video, start: threading.Barrier = start) -> int:
            start.wait()
            return catalogue.choose("ours", video, {"windows": [[at, at + 1]]}).version

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(choose, range(4))) == [1, 2, 3, 4]
        assert catalogue.choice("ours", video).version == 4


def test_nobody_changes_what_another_chose(catalogue: Catalogue) -> None:
    video = added(catalogue).id
    ours = catalogue.choose("ours", video, {"windows": [[1, 2]]})
    with pytest.raises(NoResultFound):
        catalogue.choose("theirs", video, {})
    assert catalogue.choice("ours", video) == ours


def test_a_cover_of_a_video_that_was_removed_is_not_kept(catalogue: Catalogue) -> None:
    video, written = added(catalogue).id, list[str]()
    assert catalogue.keep_cover(cover(video), nothing)
    gone = catalogue.remove("ours", video)
    assert gone is not None
    assert [one.key for one in gone] == ["k"]
    assert not catalogue.keep_cover(cover(video), lambda: written.append("cover.gif"))
    assert written == []
    assert catalogue.cover("ours", "k") is None
    assert catalogue.remove("ours", video) is None


def test_a_cover_that_is_being_kept_goes_with_its_video(catalogue: Catalogue) -> None:
    """Whoever removes the video waits until the files are written, and hears of them."""
    video, writing, go_on = added(catalogue).id, threading.Event(), threading.Event()

    def put() -> None:
        writing.set()
        go_on.wait(20)

    with ThreadPoolExecutor(2) as pool:
        keeping = pool.submit(catalogue.keep_cover, cover(video), put)
        assert writing.wait(20)
        removing = pool.submit(catalogue.remove, "ours", video)
        threading.Timer(0.5, go_on.set).start()
        gone = removing.result(30)
        assert keeping.result(30)
    assert gone is not None
    assert [one.key for one in gone] == ["k"]
    assert catalogue.cover("ours", "k") is None


def test_many_videos_are_found_by_few_questions(catalogue: Catalogue) -> None:
    known, asked = added(catalogue), list[object]()
    event.listen(catalogue.database._engine, "before_cursor_execute", lambda *_: asked.append(1))
    found = catalogue.named("ours", (known.id, *(f"vid_{n}" for n in range(900))))
    assert found == {known.id: known}
    assert len(asked) <= 4, "of which two may begin"
    assert catalogue.named("theirs", [known.id]) == {}
