"""Figures for Prometheus, on request: one page of text at a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gifworthy.batch.running import Tally
from gifworthy.errors import OutputError

TYPE = "text/plain; version=0.0.4; charset=utf-8"


def as_prometheus(tally: Tally) -> str:
    """A tally in Prometheus' text format."""
    lines = [
        *_figure("videos_skipped", "counter", "finished by earlier runs", tally.skipped),
        *_figure(
            "videos_failed_before",
            "counter",
            "of these, without a cover",
            tally.failed_before,
        ),
        *_figure("videos_repeated", "counter", "named more than once", tally.repeated),
        *_figure("videos_missing", "counter", "covered, but not there now", tally.missing),
        *_figure("videos_left_out", "counter", "by --render: without a cover", tally.uncovered),
        *_figure("covers_made", "counter", "covers made by this run", tally.made),
        *_figure("videos_scanned", "counter", "videos looked over by this run", tally.scanned),
        *_figure("covers_mended", "counter", "made anew without the intro", tally.mended),
        *_figure("retries", "counter", "tries that will be repeated", tally.retried),
        *_figure("written_bytes", "counter", "covers and stills", tally.written),
        *_figure("processor_seconds", "counter", "of all workers", round(tally.processor, 3)),
    ]
    if tally.total is not None:
        lines += _figure("videos", "gauge", "videos of the catalogue", tally.total)
    lines += _heads("videos_failed", "counter", "videos without a cover, by error")
    lines += [
        f'gifworthy_batch_videos_failed{{error="{kind}"}} {count}'
        for kind, count in sorted(tally.failures.items())
    ]
    return "\n".join(lines) + "\n"


def _figure(name: str, kind: str, means: str, value: float) -> list[str]:
    return [*_heads(name, kind, means), f"gifworthy_batch_{name} {value}"]


def _heads(name: str, kind: str, means: str) -> list[str]:
    return [f"# HELP gifworthy_batch_{name} {means}", f"# TYPE gifworthy_batch_{name} {kind}"]


class Metrics:
    """What is told to who asks.

    tally: how far it has come, None before anything is known. address: where it is told, "" for nowhere.
    """

    tally: Tally | None = None
    address: str = ""

    def __call__(self, tally: Tally) -> None:
        """Some time has passed."""
        self.tally = tally


@contextmanager
def served(port: int | None) -> Iterator[Metrics]:
    """Answer at http://127.0.0.1:PORT/metrics while the work goes on; nowhere without a port.

    Args: port: 0 for any that is free. Raises: ValueError; OutputError when the port is taken.
    """
    metrics = Metrics()
    if port is None:
        yield metrics
        return

    if not 0 <= port <= 65535:
        raise ValueError(f"a port is 0 to 65535, not {port}")

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/metrics":
                self.send_error(404)
                return
            body = as_prometheus(metrics.tally or Tally()).encode()
            self.send_response(200)
            self.send_header("Content-Type", TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Answer)
    except OSError as error:
        raise OutputError(f"port {port} cannot be used: {error.strerror}; give another") from error
    metrics.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield metrics
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
