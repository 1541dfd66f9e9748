"""How much of a long video on the web does a cover made of it fetch?

    python -m benchmarks remote_reads

One hour of 720p is made by joining copies of a real clip without coding it anew (an MP4 with its index in
front, as it is put on the web, and one with the index behind, as a camera writes it). A server on
this machine answers range requests and counts the bytes. The share fetched is counted for opening, for
the scan of `--effort fast`, and for a whole `make`; so are the requests, each of which costs a way there and
back.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import av
from benchmarks.material import SHARED, video
from benchmarks.table import Row, markdown

from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import Style
from gifworthy.video import open_video

HOUR = 3600.0
CLIP = SHARED / "sam2_02_cups.mp4"
SETTINGS = Settings(threads=2)


@dataclass(frozen=True)
class Fetched:
    """What a piece of work fetched. share: of the file's size, 0..1."""

    requests: int
    share: float

    def __str__(self) -> str:
        return f"{self.share:.1%} in {self.requests} requests"


def main() -> None:
    """Measure and print the table."""
    clip = CLIP if CLIP.exists() else video(1, 720)
    rows = []
    with tempfile.TemporaryDirectory(prefix="remote-") as folder:
        for place in ("in front", "behind"):
            film = joined(clip, Path(folder) / "film.mp4", HOUR, index_in_front=place == "in front")
            rows += measured(
                film, f"1 h of 720p MP4, {film.stat().st_size / 1e6:.0f} MB, index {place}"
            )
    print(markdown("Bytes read over HTTP", "python -m benchmarks remote_reads", rows))


def measured(film: Path, title: str) -> list[Row]:
    """Rows for opening, scanning and making."""
    with Server(film) as server:
        whole = Row(title, "file size", str(server.count(_make)), "20 %", "6 %")
        parts = [
            Row("- opening alone", "file size", str(server.count(_open))),
            Row("- with the scan, `fast`", "file size", str(server.count(_scan))),
        ]
    return [whole, *parts]


def _open(address: str) -> None:
    with open_video(address, "fast", settings=SETTINGS):
        pass


def _scan(address: str) -> None:
    with open_video(address, "fast", settings=SETTINGS) as video:
        assert len(video.scan)


def _make(address: str) -> None:
    CoverMaker.load(Plan(effort="fast"), SETTINGS).make(address, Style())


def joined(clip: Path, target: Path, seconds: float, *, index_in_front: bool) -> Path:
    """Copies of a clip one after the other, packet by packet, until they last so long."""
    options = {"movflags": "faststart"} if index_in_front else {}
    with av.open(str(target), "w", options=options) as out:
        shift = Fraction(0)
        streams: dict[int, object] = {}
        while shift < seconds:
            shift += _copied(clip, out, streams, shift)
    return target


def _copied(
    clip: Path, out: av.container.OutputContainer, streams: dict[int, object], shift: Fraction
) -> Fraction:
    """Copy every packet, later by `shift` seconds; the clip's length in seconds."""
    with av.open(str(clip)) as source:
        kept = (*source.streams.video[:1], *source.streams.audio[:1])
        for stream in kept:
            if stream.index not in streams:
                streams[stream.index] = out.add_stream_from_template(stream)
        for packet in source.demux(*kept):
            if packet.dts is None or packet.pts is None or packet.time_base is None:
                continue
            later = round(shift / packet.time_base)
            packet.pts, packet.dts = packet.pts + later, packet.dts + later
            packet.stream = streams[packet.stream_index]  # type: ignore[assignment]
            out.mux(packet)
        return Fraction(source.duration or 0, av.time_base)


class Server:
    """Serves one file in ranges and counts the bytes and the requests."""

    def __init__(self, film: Path) -> None:
        self.film = film
        self.requests = self.sent = 0
        handler = type("Bound", (_Answer,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    def count(self, work: Callable[[str], None]) -> Fetched:
        """What a piece of work fetches."""
        self.requests = self.sent = 0
        work(f"http://127.0.0.1:{self._server.server_address[1]}/film.mp4")
        return Fetched(self.requests, self.sent / self.film.stat().st_size)

    def __enter__(self) -> Server:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of: ClassVar[Server]

    def log_message(self, format: str, *values: object) -> None:
        """The table is enough."""

    def do_GET(self) -> None:
        size = self.server_of.film.stat().st_size
        match = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        first, last = (int(match[1]), min(int(match[2]), size - 1)) if match else (0, size - 1)
        with self.server_of.film.open("rb") as file:
            file.seek(first)
            data = file.read(last - first + 1)
        self.send_response(206 if match else 200)
        self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        self.server_of.requests += 1
        self.server_of.sent += len(data)
