"""Viewers of a service: told apart by tenant, and gone whole, whatever others do at that moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gifworthy.records.catalogue import Catalogue, StoredCover, Upload
from gifworthy.records.database import Database
from gifworthy.records.histories import Histories, Pick, span_within
from gifworthy.records.viewers import TooManyPicks, Viewer, Viewers
from gifworthy.types import Segment


def pick(start: float) -> Pick:
    return Pick("vid_1", Segment(start, start + 1), 100.0, "c" * 32)


def cover(database: Database, viewer: Viewer) -> StoredCover:
    """A cover of a video that is here."""
    video = Catalogue(database).add(Upload(viewer.tenant, "c" * 64, "talk.mp4", 9)).id
    story = {"cover": "cover.gif"}
    return StoredCover("k", viewer.tenant, video, "image/gif", 3, "e", story, viewer.id)


def nothing() -> None:
    """No files."""


def test_a_name_leads_to_one_viewer_of_a_tenant(database: Database) -> None:
    viewers = Viewers(database)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: viewers.made("ours", "alice"), range(8)))
    assert len({viewer.id for viewer in made}) == 1
    assert viewers.made("theirs", "alice").id != made[0].id
    assert viewers.made("ours", made[0].id).id == made[0].id
    assert viewers.find("theirs", made[0].id) is None
    with pytest.raises(ValueError, match="may not look like an id"):
        viewers.made("ours", f"vwr_{'0' * 32}")


def test_what_is_added_changes_the_name_of_the_history(database: Database) -> None:
    viewers = Viewers(database)
    alice = viewers.made("ours", "alice")
    first = viewers.add(alice, [pick(1)], 2)
    again = viewers.add(alice, [pick(1)], 2)
    assert first is not None
    assert again is not None
    assert first.viewer.name_of_history != alice.name_of_history
    assert again.viewer.name_of_history == first.viewer.name_of_history
    assert viewers.keep_for(cover(viewers.database, alice), nothing)
    second = viewers.add(alice, [pick(2)], 2)
    assert second is not None
    assert [gone.key for gone in second.covers] == ["k"]
    assert Catalogue(database).cover("ours", "k") is None
    with pytest.raises(TooManyPicks):
        viewers.add(alice, [pick(3)], 2)
    assert [one.segment.start for one in viewers.history(alice)] == [1, 2]


def test_whoever_was_forgotten_gets_nothing_more(database: Database) -> None:
    viewers = Viewers(database)
    alice = viewers.made("ours", "alice")
    changed = viewers.add(alice, [pick(1)], 9)
    assert changed is not None
    assert viewers.forget(alice, nothing)
    assert not viewers.forget(alice, nothing)
    assert viewers.add(alice, [pick(2)], 9) is None
    assert viewers.remove(alice, changed.new[0].id) is None
    assert not viewers.keep_for(cover(viewers.database, alice), nothing)
    assert Histories(database).of(alice.id) == ()
    assert viewers.made("ours", "alice").id != alice.id


def test_a_cover_that_is_being_kept_goes_with_its_viewer(database: Database) -> None:
    """Forgetting waits until the files are written, and then removes them too."""
    viewers, files = Viewers(database), list[str]()
    alice = viewers.made("ours", "alice")
    writing, go_on = threading.Event(), threading.Event()

    def put() -> None:
        writing.set()
        go_on.wait(20)
        files.append("cover.gif")

    with ThreadPoolExecutor(2) as pool:
        keeping = pool.submit(viewers.keep_for, cover(database, alice), put)
        assert writing.wait(20)
        forgetting = pool.submit(viewers.forget, alice, files.clear)
        threading.Timer(0.5, go_on.set).start()
        assert (keeping.result(30), forgetting.result(30)) == (True, True)
    assert files == []
    assert Catalogue(database).cover("ours", "k") is None


KILLED = """
import os, signal, sys
from pathlib import Path
from gifworthy.records.database import Database
from gifworthy.records.viewers import Viewers

place, file = sys.argv[1:]
viewers = Viewers(Database(place if "://" in place else Path(place)))

def clear():
    Path(file).unlink()
    os.kill(os.getpid(), signal.SIGKILL)

viewers.forget(viewers.made("ours", "alice"), clear)
"""


def test_who_is_killed_while_forgetting_leaves_the_viewer_to_be_forgotten_again(
    place: Path | str, tmp_path: Path
) -> None:
    viewers, file = Viewers(Database(place)), tmp_path / "cover.gif"
    alice = viewers.made("ours", "alice")
    viewers.add(alice, [pick(1)], 9)
    assert viewers.keep_for(cover(viewers.database, alice), file.touch)
    words = [sys.executable, "-c", KILLED, str(place), str(file)]
    assert subprocess.run(words, timeout=60, check=False).returncode == -signal.SIGKILL
    assert not file.exists()
    known = viewers.find("ours", "alice")
    assert known is not None
    assert known.picks == 1
    assert viewers.forget(known, nothing)
    assert Catalogue(viewers.database).cover("ours", "k") is None
    viewers.database.close()


def test_files_that_stay_keep_the_viewer(database: Database) -> None:
    viewers = Viewers(database)
    alice = viewers.made("ours", "alice")
    viewers.add(alice, [pick(1)], 9)

    def refuse() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        viewers.forget(alice, refuse)
    assert len(viewers.history(alice)) == 1


@pytest.mark.parametrize(
    ("start", "end"), [(2.0, 1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, 12.0), (10.0, 10.2)]
)
def test_a_span_lies_within_its_video(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="end"):
        span_within(start, end, 10.0)
    assert span_within(9.0, 10.3, 10.0) == Segment(9.0, 10.0)


def test_a_viewers_cover_of_a_video_that_was_removed_is_not_kept(database: Database) -> None:
    viewers, written = Viewers(database), list[str]()
    made = cover(database, viewers.made("ours", "alice"))
    assert Catalogue(database).remove("ours", made.video) == ()
    assert not viewers.keep_for(made, lambda: written.append("cover.gif"))
    assert written == []
    assert Catalogue(database).cover("ours", "k") is None
