"""Which addresses are reached when somebody else gives them, and what comes from there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.errors import VideoUnreachable
from gifworthy.service.house import House
from gifworthy.service.patience import Patience
from gifworthy.service.reaching import NotPublic, Reach, is_public
from gifworthy.service.workers import Worker
from queue_work import do_all

AT_HOME = Reach(5, private=True)


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/film.mp4":
            self._answer(200, drawn.pieces().read_bytes())
        elif self.path == "/round":
            self._answer(302, b"", "/round")
        elif self.path == "/on":
            self._answer(302, b"", "/film.mp4")
        else:
            self._answer(404, b"")

    def _answer(self, status: int, data: bytes, place: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if place:
            self.send_header("Location", place)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def answering() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "64:ff9b::7f00:1",
        "64:ff9b::10.1.2.3",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "2001:0:808:808::f5ff:fffe",
        "::127.0.0.1",
        "::10.0.0.1",
        "::ffff:0:10.0.0.1",
        "ff02::1",
        "fec0::1",
        "not an address",
    ],
)
def test_what_is_not_in_the_open_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_what_is_in_the_open_is_public() -> None:
    assert is_public("8.8.8.8")
    assert is_public("2606:4700:4700::1111")
    assert is_public("64:ff9b::8.8.8.8")


@pytest.mark.parametrize(
    "url",
    [
        "http://[64:ff9b::7f00:1]/",
        "http://127.0.0.1/film.mp4",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://localhost/",
        "http://db.internal./",
        "https://[::1]:8443/",
        "https://8.8.8.8:22/",
    ],
)
def test_what_is_seen_not_to_be_public_is_refused_before_it_is_ordered(
    client: TestClient, url: str
) -> None:
    for answer in (
        client.post("/v1/videos/from-url", json={"url": url}),
        client.post("/v1/videos/vid_1/covers", params={"webhook": url}, json={}),
    ):
        assert (answer.status_code, answer.json()["error"]["type"]) == (422, "NotPublic")
        assert not answer.json()["error"]["retryable"]
    assert client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "http://",
        "http://u:p@example.org/",
        "//x",
        "http://x:99999/",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="address"):
        AT_HOME.check(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1"])
def test_this_machine_is_not_reached(host: str) -> None:
    with pytest.raises(VideoUnreachable), Reach(5).get(f"http://{host}/film.mp4"):
        pass


def test_a_name_with_one_private_address_among_public_ones_is_not_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = [(2, 1, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with (
        pytest.raises(NotPublic, match="no public address"),
        Reach(5).get("http://two-faced.example/"),
    ):
        pass


def test_the_address_that_was_checked_is_the_one_that_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_up, reached = [], []

    def look_up(host: str, *_: object, **__: object) -> list[object]:
        looked_up.append(host)
        return [(2, 1, 6, "", ("8.8.8.8" if len(looked_up) == 1 else "127.0.0.1", 80))]

    def connect(place: tuple[str, int], *_: object) -> socket.socket:
        reached.append(place)
        raise OSError("far enough")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(VideoUnreachable), Reach(5).get("http://rebinding.example/"):
        pass
    assert (looked_up, reached) == (["rebinding.example"], [("8.8.8.8", 80)])


def test_a_redirect_into_our_own_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = Reach._connected

    def connected(self: Reach, url: str, patience: Patience) -> object:
        asked.append(url)
        return plain(AT_HOME if len(asked) == 1 else self, url, patience)

    monkeypatch.setattr(Reach, "_connected", connected)
    with answering() as place, pytest.raises(NotPublic), Reach(5).get(f"{place}/on"):
        pass
    assert len(asked) == 2


def test_redirects_end(client: TestClient) -> None:
    with answering() as place:
        with AT_HOME.get(f"{place}/on") as answer:
            data = drawn.pieces().read_bytes()
            assert (b"".join(answer.pieces()), answer.size) == (data, len(data))
        with pytest.raises(VideoUnreachable, match="more than 5"), AT_HOME.get(f"{place}/round"):
            pass


def test_a_video_is_fetched(client: TestClient, worker: Worker, house: House) -> None:
    bounds = replace(worker.config.bounds, reach=AT_HOME)
    worker = replace(worker, config=replace(worker.config, bounds=bounds))
    house.config = worker.config
    with answering() as place:
        ordered = client.post("/v1/videos/from-url", json={"url": f"{place}/on", "name": "f.mp4"})
        do_all(worker)
    job = client.get(ordered.headers["location"]).json()
    assert job["state"] == "completed"
    video = client.get(f"/v1/videos/{job['video']}").json()
    assert (video["state"], video["name"]) == ("ready", "f.mp4")


def test_what_may_not_be_reached_is_not_tried_again(
    client: TestClient, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered = client.post("/v1/videos/from-url", json={"url": "http://two-faced.example/film.mp4"})
    entries = [(2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    do_all(worker)
    job = client.get(ordered.headers["location"]).json()
    assert (job["state"], job["error"]["type"]) == ("errored", "NotPublic")
