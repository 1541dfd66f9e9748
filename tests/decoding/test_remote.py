"""Videos on the web: ranges, servers that err, and what has travelled."""

from __future__ import annotations

import errno
import tempfile
import time
from pathlib import Path

import fsspec
import numpy as np
import pytest

import drawn
from drawn import number_of, numbered
from gifworthy.decoding.remote import BLOCK, RemoteCursor, RemotePlace
from gifworthy.errors import (
    MissingExtra,
    OutputError,
    VideoNotFound,
    VideoUnreachable,
    VideoUnreadable,
)
from gifworthy.settings import Settings
from gifworthy.video import open_video
from loopback import Manners, RangeServer

QUICK = Settings(timeout=1.0)


def served(path: Path, manners: Manners | None = None) -> RangeServer:
    return RangeServer({path.name: path}, manners)


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("variant", ["mp4", "webm", "ts", "flv"])
def test_frames_come_over_the_web(variant: str, ranges: bool) -> None:
    path = numbered(variant)
    with (
        served(path, Manners(ranges=ranges)) as server,
        open_video(server.address(path.name), settings=QUICK) as video,
    ):
        clip = video.frames_at(np.array([1.6, 0.4]))
        told = " ".join(video.warnings)
    assert [number_of(frame) for frame in clip.frames] == [40, 10]
    assert video.name == path.name
    assert ("answers no range requests" in told) is not ranges


def test_only_what_is_looked_at_travels(tmp_path: Path) -> None:
    pictures = (np.random.default_rng(n).integers(0, 255, (96, 160, 3)) for n in range(200))
    path = drawn.write(tmp_path / "long.mp4", (p.astype(np.uint8) for p in pictures))
    with served(path) as server, open_video(server.address(path.name)) as video:
        video.frames_at(np.array([4.0]))
        assert path.stat().st_size > 60 * BLOCK
        assert server.served.sent_bytes < path.stat().st_size / 3
        assert server.served.sent_bytes == video._opened.place.fetched_bytes  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("manners", "error", "words"),
    [
        (Manners(status=404), VideoNotFound, "is not on 127.0.0.1; check the address"),
        (Manners(status=403), VideoUnreachable, "403 Forbidden"),
        (Manners(status=500), VideoUnreachable, "try again later"),
        (Manners(hangs=True), VideoUnreachable, "did not come within 1 s"),
        (Manners(drips=0.05), VideoUnreachable, "did not come within 1 s"),
        (Manners(drips=0.05, ranges=False), VideoUnreachable, "did not come within 1 s"),
        (Manners(breaks_after=0), VideoUnreachable, "cannot be fetched"),
        (Manners(tag_changes_after=1), VideoUnreadable, "changed while it was read"),
    ],
)
def test_a_server_that_errs_is_told_of_in_time(
    manners: Manners, error: type[Exception], words: str
) -> None:
    path = numbered("mp4", 600)
    started = time.monotonic()
    with (
        served(path, manners) as server,
        pytest.raises(error, match=words) as caught,
        open_video(server.address(path.name), settings=QUICK) as video,
    ):
        video.frames_at(np.linspace(0, 23, 40))
    assert "\n" not in str(caught.value)
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    ("status", "is_refused"),
    [
        *((400, True), (401, True), (403, True), (405, True), (451, True)),
        *((408, False), (425, False), (429, False), (500, False), (503, False)),
    ],
)
def test_who_refuses_for_good_is_told_from_who_may_yet_answer(
    status: int, is_refused: bool
) -> None:
    with (
        served(numbered("mp4"), Manners(status=status)) as server,
        pytest.raises(VideoUnreachable, match=str(status)) as caught,
    ):
        open_video(server.address("v.mp4"), settings=QUICK)
    assert isinstance(caught.value.__cause__, PermissionError) is is_refused
    assert ("later" in str(caught.value) or status == 429) is not is_refused


def test_who_breaks_off_may_yet_answer() -> None:
    path = numbered("mp4", 600)
    for manners in (Manners(breaks_after=0), Manners(hangs=True)):
        with served(path, manners) as server, pytest.raises(VideoUnreachable) as caught:
            open_video(server.address(path.name), settings=QUICK)
        assert not isinstance(caught.value.__cause__, PermissionError)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("at_once", [True, False])
def test_a_full_disk_of_ours_is_not_the_videos_fault(
    monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    def full(**_: object) -> object:
        if at_once:
            raise OSError(errno.ENOSPC, "No space left on device")
        return Path("/dev/full").open("w+b")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    path = numbered("mp4")
    with (
        served(path, Manners(ranges=False)) as server,
        pytest.raises(OutputError, match=r"is full: .* TMPDIR"),
    ):
        open_video(server.address(path.name), settings=QUICK)


def test_a_server_that_breaks_off_later_is_an_error_not_the_end() -> None:
    """The decoder takes a failed read for the end of the file; we must not."""
    path = numbered("mp4", 600)
    with served(path) as server, open_video(server.address(path.name), settings=QUICK) as video:
        video.frames_at(np.array([0.0]))
        server.manners.status = 503
        with pytest.raises(VideoUnreachable, match="503"):
            video.frames_at(np.array([20.0]))


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("http://127.0.0.1:1/x.mp4", VideoUnreachable),
        ("http://nowhere.invalid/x.mp4", VideoUnreachable),
        ("rtsp://127.0.0.1/x.mp4", VideoUnreadable),
        ("zip://x.mp4::http://127.0.0.1/x.zip", VideoUnreadable),
        ("memory://nothing.mp4", VideoNotFound),
    ],
)
def test_an_address_that_leads_nowhere(address: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        open_video(address, settings=QUICK)


def test_a_store_without_its_package_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(protocol: str) -> None:
        raise ImportError(f"Install something to access {protocol}")

    monkeypatch.setattr(fsspec, "filesystem", absent)
    with pytest.raises(MissingExtra, match=r"pip install 'gifworthy\[s3\]'"):
        open_video("s3://bucket/talk.mp4")


def test_an_object_store_is_read_in_ranges() -> None:
    store = fsspec.filesystem("memory")
    store.pipe_file("/bucket/talk.mp4", numbered("mp4").read_bytes())
    with open_video("memory://bucket/talk.mp4") as video:
        clip = video.frames_at(np.array([1.0]))
        assert video.name == "talk.mp4"
    assert number_of(clip.frames[0]) == 25


def test_secrets_of_an_address_are_not_told() -> None:
    with pytest.raises(VideoUnreachable) as caught:
        open_video("http://me:hunter2@127.0.0.1:1/talk.mp4?token=abc123", settings=QUICK)
    assert "hunter2" not in str(caught.value)
    assert "abc123" not in str(caught.value)


class Ten:
    """Ten blocks that count how they are fetched."""

    size_bytes = 10 * BLOCK - 5
    tag = "x"
    head = b""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []

    def fetch(self, ranges):  # type: ignore[no-untyped-def]
        self.asked += ranges
        return [bytes(place // BLOCK for place in range(a, b)) for a, b in ranges]

    def close(self) -> None:
        pass


def test_a_cursor_reads_across_blocks_and_fetches_each_once() -> None:
    ten = Ten()
    cursor = RemoteCursor(RemotePlace("ten", ten))
    cursor.seek(BLOCK - 2)
    assert cursor.read(4) == bytes([0, 0, 1, 1])
    cursor.seek(-7, 2)
    assert cursor.read(100) == bytes([9] * 7)
    assert cursor.read(100) == b""
    cursor.seek(0)
    cursor.read(3)
    assert ten.asked == [(0, 2 * BLOCK), (9 * BLOCK, 10 * BLOCK - 5)]


def test_expected_ranges_are_fetched_together_and_kept() -> None:
    ten = Ten()
    place = RemotePlace("ten", ten)
    place.expect([(5 * BLOCK + 3, 6 * BLOCK), (6 * BLOCK, 6 * BLOCK + 1), (0, 9)])
    assert ten.asked == [(0, BLOCK), (5 * BLOCK, 7 * BLOCK)]
    place.bytes_at(6 * BLOCK, 10)
    assert len(ten.asked) == 2


def test_chosen_key_frames_travel_together() -> None:
    path = numbered("mp4", 600)
    with (
        served(path) as server,
        open_video(server.address(path.name)) as video,
        video._opened.again() as source,
    ):
        chosen = [int(number) for number in np.flatnonzero(source.index.keys)[::7]]
        source.expect(chosen)
        for number in chosen:
            assert source.go_to_key(number)
            packet = next(packet for packet in source.packets() if packet.is_keyframe)
            assert packet.pos == source.index.positions[number]
            assert packet.size == source.index.sizes[number]
    assert len(chosen) == 8
