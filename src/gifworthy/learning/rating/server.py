"""The page's HTTP: for the browsers of this machine alone.

It listens on 127.0.0.1 only. A page from elsewhere that a rater has open cannot use it either: the Host
header must name this machine (so that no name of another's leads here), answers must come as JSON from
this very page, and only the page's own script runs. No request names a file.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from gifworthy.errors import GifworthyError, OutputError
from gifworthy.learning.rating.site import Site

HOST = "127.0.0.1"
MOST_BYTES = 10_000
_CLIP = re.compile(r"/clip/(\d{1,9})")


class RatingServer(ThreadingHTTPServer):
    """Serves one site until it is shut down."""

    daemon_threads = True

    def __init__(self, site: Site, port: int = 0) -> None:
        """port: 0 for any that is free. Raises: OutputError when it is taken."""
        self.site = site
        try:
            super().__init__((HOST, port), _Visit)
        except OSError as error:
            raise OutputError(
                f"port {port} cannot be had: {error.strerror or error}; give another with --port"
            ) from error

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_port}/"


class _Visit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "gifworthy", ""
    timeout = 60

    def do_GET(self) -> None:
        if not self._is_ours():
            return
        place = urlsplit(self.path)
        if place.path == "/":
            nonce = secrets.token_urlsafe(16)
            self._reply(200, "text/html; charset=utf-8", self._site.page(nonce), nonce)
        elif place.path == "/questions":
            rater = parse_qs(place.query).get("rater", [self._site.rater])[0]
            self._told(lambda: self._site.asked(rater))
        elif place.path == "/agreement":
            self._told(self._site.agreement)
        elif found := _CLIP.fullmatch(place.path):
            self._told(lambda: self._site.clip(int(found[1])), "image/webp")
        else:
            self._refuse(404, "there is nothing here")

    def do_POST(self) -> None:
        if not self._is_ours() or not self._is_from_page():
            return
        if urlsplit(self.path).path != "/answer":
            self._refuse(404, "there is nothing here")
            return
        told = self._body()
        if told is not None:
            self._told(lambda: self._site.answer(told))

    @property
    def _site(self) -> Site:
        return cast(RatingServer, self.server).site

    @property
    def _hosts(self) -> tuple[str, str]:
        port = cast(RatingServer, self.server).server_port
        return f"{HOST}:{port}", f"localhost:{port}"

    def _is_ours(self) -> bool:
        """Whether the browser means this machine; another's name that leads here is refused."""
        if self.headers.get("Host") in self._hosts:
            return True
        self._refuse(421, f"this is {self._hosts[0]} and nothing else")
        return False

    def _is_from_page(self) -> bool:
        origin = self.headers.get("Origin")
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if origin not in (None, *(f"http://{host}" for host in self._hosts)):
            self._refuse(403, "answers are taken from this machine's page only")
        elif kind != "application/json":
            self._refuse(415, "answers are taken as application/json")
        else:
            return True
        return False

    def _body(self) -> dict[str, object] | None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            self._refuse(413, f"an answer has at most {MOST_BYTES} bytes")
            return None
        try:
            told = json.loads(self.rfile.read(int(length)))
        except ValueError:
            told = None
        if not isinstance(told, dict):
            self._refuse(400, "an answer is one JSON object")
            return None
        return told

    def _told(self, say: Callable[[], bytes], kind: str = "application/json") -> None:
        try:
            data = say()
        except ValueError as error:
            self._refuse(400, str(error))
        except (GifworthyError, OSError) as error:
            self._refuse(500, str(error))
        else:
            self._reply(200, kind, data)

    def _refuse(self, status: int, why: str) -> None:
        """What is wrong, in words; the connection ends, since the rest of the request is not read."""
        self.close_connection = True
        self._reply(status, "application/json", json.dumps({"error": why}).encode())

    def _reply(self, status: int, kind: str, data: bytes, nonce: str = "none") -> None:
        rules = (
            f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
            f"img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
            f"frame-ancestors 'none'"
        )
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Content-Security-Policy", rules)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header(
            "Cache-Control", "private, max-age=3600" if kind == "image/webp" else "no-store"
        )
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a terminal full of requests hides what matters."""
        del format, args
