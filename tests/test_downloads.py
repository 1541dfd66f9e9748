"""Large files over a loopback server that does what servers do."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gifworthy.downloads import Remote, check_hash, download
from gifworthy.errors import OutputError, WeightsBroken, WeightsUnreachable

DATA = bytes(range(256)) * 12_000  # three megabytes
HASH = hashlib.sha256(DATA).hexdigest()


@dataclass
class Server:
    """What is served, how, and what was asked."""

    data: bytes = DATA
    breaks_after: int | None = None
    ranges: bool = True
    status: int = 200
    tag: str | None = '"one"'
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def server() -> Iterator[Server]:
    served = Server()
    handler = type("Handler", (_Handler,), {"served": served})
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{http.server_address[1]}/net.pth"
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    yield served
    http.shutdown()
    http.server_close()


class _Handler(BaseHTTPRequestHandler):
    served: Server

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        served, wanted = self.served, self.headers.get("Range", "")
        served.asked.append(wanted)
        if served.status != 200:
            return self.send_error(served.status)
        first = int(re.findall(r"\d+", wanted)[0]) if wanted and served.ranges else 0
        if (self.headers.get("If-Range") or served.tag) != served.tag:
            first = 0
        if first >= len(served.data):
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(served.data)}")
            self.send_header("Content-Length", "0")
            return self.end_headers()
        body = served.data[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(body)))
        if first:
            self.send_header("Content-Range", f"bytes {first}-/{len(served.data)}")
        if served.tag:
            self.send_header("ETag", served.tag)
        self.end_headers()
        self.wfile.write(body if served.breaks_after is None else body[: served.breaks_after])
        return None


def part_of(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def test_a_file_comes_whole_and_progress_is_told(server: Server, tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    place = tmp_path / "made" / "net.pth"
    download(Remote(server.url, HASH[:8]), place, lambda have, total: told.append((have, total)))
    assert place.read_bytes() == DATA
    assert told[0] == (0, len(DATA))
    assert told[-1] == (len(DATA), len(DATA))
    assert [path.name for path in place.parent.iterdir()] == ["net.pth"]


def test_what_broke_off_is_gone_on_from(server: Server, tmp_path: Path) -> None:
    place, server.breaks_after = tmp_path / "net.pth", 2_000_000
    with pytest.raises(WeightsUnreachable, match="run this again to go on"):
        download(Remote(server.url, HASH[:8]), place)
    assert not place.exists()
    have = part_of(place).stat().st_size
    assert 0 < have <= 2_000_000
    server.breaks_after = None
    download(Remote(server.url, HASH[:8]), place)
    assert place.read_bytes() == DATA
    assert server.asked == ["", f"bytes={have}-"]


def test_a_server_without_ranges_is_read_from_the_start(server: Server, tmp_path: Path) -> None:
    place, server.ranges = tmp_path / "net.pth", False
    part_of(place).write_bytes(DATA[:1000])
    download(Remote(server.url, HASH[:8]), place)
    assert place.read_bytes() == DATA


def test_another_file_is_not_joined_to_half_of_the_old_one(server: Server, tmp_path: Path) -> None:
    place, server.breaks_after = tmp_path / "net.pth", 100_000
    with pytest.raises(WeightsUnreachable):
        download(Remote(server.url), place)
    server.data, server.tag, server.breaks_after = b"new" * 100_000, '"two"', None
    download(Remote(server.url), place)
    assert place.read_bytes() == server.data


def test_halves_that_nothing_vouches_for_are_not_joined(server: Server, tmp_path: Path) -> None:
    """No hash was published and the server names no version."""
    place, server.tag = tmp_path / "net.pth", None
    part_of(place).write_bytes(b"other" * 1000)
    download(Remote(server.url), place)
    assert place.read_bytes() == DATA


def test_a_file_that_was_whole_but_not_yet_in_place(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    part_of(place).write_bytes(DATA)
    download(Remote(server.url, HASH[:8]), place)
    assert place.read_bytes() == DATA


def test_a_part_longer_than_the_file_is_begun_again(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    part_of(place).write_bytes(DATA + b"more")
    download(Remote(server.url, HASH[:8]), place)
    assert place.read_bytes() == DATA


def test_something_else_than_was_published_is_thrown_away(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    with pytest.raises(WeightsBroken, match=f"begins with {HASH[:8]}, not 12345678"):
        download(Remote(server.url, "12345678"), place)
    assert not list(tmp_path.glob("net.pth*"))


def test_no_such_file_is_said(server: Server, tmp_path: Path) -> None:
    server.status = 404
    place = tmp_path / "net.pth"
    with pytest.raises(WeightsUnreachable, match="answers 404") as caught:
        download(Remote(server.url), place)
    assert f"put it at {place} by hand" in str(caught.value)


def test_no_network_is_said_in_one_line_with_the_place(tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    with pytest.raises(WeightsUnreachable, match="cannot be reached") as caught:
        download(Remote("http://127.0.0.1:9/net.pth", timeout=2.0), place)
    assert str(place) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_two_at_one_file_do_not_mix(server: Server, tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl", reason="this system has no file locks")
    place = tmp_path / "net.pth"
    with part_of(place).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(WeightsUnreachable, match="by another process"):
            download(Remote(server.url), place)
    assert not server.asked


def test_a_place_that_cannot_be_written_is_said(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="GIFWORTHY_WEIGHTS"):
        download(Remote(server.url), tmp_path / "file" / "net.pth")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_said(server: Server, tmp_path: Path) -> None:
    place = tmp_path / "net.pth"
    part_of(place).symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        download(Remote(server.url), place)


def test_a_file_put_there_by_hand_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "net.pth").write_bytes(DATA)
    assert check_hash(tmp_path / "net.pth", HASH[:8]) == HASH
    assert check_hash(tmp_path / "net.pth", None) == HASH
    with pytest.raises(WeightsBroken, match="remove it and fetch it again"):
        check_hash(tmp_path / "net.pth", "00000000")
