"""Who answers a drop at a time is not waited for, neither for an answer's beginning nor for its body."""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gifworthy.errors import VideoUnreachable
from gifworthy.isolation import Stopped
from gifworthy.service.intake import Room, take
from gifworthy.service.patience import Patience
from gifworthy.service.reaching import Reach
from gifworthy.service.storage import open_storage

OK = b"HTTP/1.1 200 OK\r\n"
HASTY = Reach(1.0, private=True)
"""A drop comes well within these seconds, so that no single wait ever ends."""
PAUSE = 0.1
SLOW = r"slow|timed out"
PATIENCE = 8.0
"""Seconds within which all of these must be over."""
DRIPS = {
    "a status that has no end": (b"HTTP/1.1 200 ", b"O"),
    "a header that has no end": (OK + b"X-A: ", b"a"),
    "headers that have no end": (OK, b"X: a\r\n"),
    "answers that say: go on": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
BODIES = {
    "a body of a length": (OK + b"Content-Length: 1000000\r\n\r\n", b"a"),
    "a body of no length": (OK + b"\r\n", b"a"),
    "chunks": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
    "the length of a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "a trailer": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: a\r\n"),
}


@contextmanager
def dripping(head: bytes, drop: bytes) -> Iterator[str]:
    """A server that begins with `head`, and then sends a drop after each pause."""
    over = threading.Event()

    def drip(line: socket.socket) -> None:
        with line:
            try:
                line.recv(1 << 16)
                line.sendall(head)
                while not over.wait(PAUSE):
                    line.sendall(drop)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=drip, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/film.mp4"
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < PATIENCE


@pytest.mark.parametrize("name", DRIPS)
def test_a_beginning_that_drips_is_given_up(name: str) -> None:
    with dripping(*DRIPS[name]) as url, pytest.raises(VideoUnreachable, match=SLOW):
        HASTY.post(url, b"{}", {})


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_drips_is_given_up(name: str) -> None:
    with dripping(*BODIES[name]) as url:
        assert HASTY.post(url, b"{}", {}) == 200
        with HASTY.get(url) as answer, pytest.raises(VideoUnreachable, match=SLOW):
            list(answer.pieces())


def test_a_secured_line_that_drips_is_given_up() -> None:
    """A record of a handshake is announced, and comes a byte at a time."""
    with dripping(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc", b"a") as url:
        secured = url.replace("http:", "https:")
        with pytest.raises(VideoUnreachable, match=SLOW), HASTY.get(secured):
            pass


def test_redirects_share_one_patience() -> None:
    """Each comes after half of it."""
    moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /on\r\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        lines = []

        def lead_on() -> None:
            with suppress(OSError):
                while True:
                    line, _ = server.accept()
                    lines.append(line)
                    time.sleep(0.6)
                    line.sendall(moved + b"\r\n")

        threading.Thread(target=lead_on, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(VideoUnreachable, match=SLOW), HASTY.get(url):
            pass
    assert len(lines) <= 2
    for line in lines:
        line.close()


def test_who_fetches_is_asked_whether_to_go_on_while_it_drips(tmp_path: Path) -> None:
    asked = itertools.count()

    def go_on(_: float) -> bool:
        return next(asked) < 3

    room = Room(tmp_path / "incoming", 1 << 20, go_on)
    with (
        dripping(*BODIES["a body of a length"]) as url,
        Reach(5, private=True).get(url) as answer,
        pytest.raises(Stopped),
    ):
        take(answer, "film.mp4", "ours", open_storage(tmp_path / "files"), room)
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_comes_buys_time_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("gifworthy.service.patience.time.monotonic", lambda: now)
    patience = Patience(20.0, _since=now)
    assert patience.left() == 20
    now += 19
    assert patience.left() == 1
    patience.begin_body()
    assert patience.left() == 20
    patience.came = 10 << 16
    now += 29
    assert patience.left() == 1
    patience.came = 1 << 40
    assert patience.left() == 20
    now += 1771
    with pytest.raises(TimeoutError):
        patience.left()
