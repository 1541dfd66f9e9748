"""A web server on this machine for tests: range requests, and everything a server can do wrong."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self


@dataclass
class Manners:
    """How a server behaves. ranges: answers range requests. status: answers with that code instead.

    hangs: never answers. drips: seconds between bytes. tag: the ETag; another after `tag_changes_after`
    answers. breaks_after: answers that come whole before bodies are cut short.
    """

    ranges: bool = True
    status: int = 0
    hangs: bool = False
    drips: float = 0.0
    tag: str = '"first"'
    tag_changes_after: int = 10**9
    breaks_after: int = 10**9


@dataclass
class Served:
    """What has been asked of a server."""

    requests: int = 0
    sent_bytes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class RangeServer:
    """Serves files by name on a loopback port, while it is open."""

    def __init__(self, files: Mapping[str, Path | bytes], manners: Manners | None = None) -> None:
        self.manners = manners or Manners()
        self.served = Served()
        handler = type("Bound", (_Answer,), {"files": dict(files), "server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True

    def address(self, name: str) -> str:
        """Where a file is served."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/{name}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    files: ClassVar[dict[str, Path | bytes]] = {}
    server_of: ClassVar[RangeServer]

    def log_message(self, format: str, *values: object) -> None:
        """Tests are quiet."""

    def do_GET(self) -> None:
        manners, served = self.server_of.manners, self.server_of.served
        with served.lock:
            served.requests += 1
            number = served.requests
        if manners.hangs:
            time.sleep(30)
        name = self.path.lstrip("/").partition("?")[0]
        if manners.status or name not in self.files:
            self.send_error(manners.status or 404)
            return
        self._send(self._whole(name), manners, number)

    def _whole(self, name: str) -> bytes:
        content = self.files[name]
        return content if isinstance(content, bytes) else content.read_bytes()

    def _send(self, data: bytes, manners: Manners, number: int) -> None:
        match = re.match(r"bytes=(\d+)-(\d+)", self.headers.get("Range") or "")
        size = len(data)
        if match and manners.ranges:
            first, last = int(match[1]), min(int(match[2]), size - 1)
            data = data[first : last + 1]
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", manners.tag if number <= manners.tag_changes_after else '"other"')
        self.end_headers()
        self._body(data, manners, number)

    def _body(self, data: bytes, manners: Manners, number: int) -> None:
        if number > manners.breaks_after:
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return
        if manners.drips:
            for place in range(len(data)):
                self.wfile.write(data[place : place + 1])
                time.sleep(manners.drips)
        self.wfile.write(data)
        with self.server_of.served.lock:
            self.server_of.served.sent_bytes += len(data)
