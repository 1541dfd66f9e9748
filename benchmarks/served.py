"""A server to put load on, in processes of its own: the real application, with plain files beside it.

python -m benchmarks.served FOLDER PORT WORKERS WAITING     # `Served` types this
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.catalogues import below

PATIENCE = 60.0


@dataclass
class Served:
    """One server. workers: processes that work on videos. waiting: jobs that may wait at once.

    Args: folder: where it keeps everything; the files of `folder/plain` are at `/plain`.
    """

    folder: Path
    workers: int = 2
    waiting: int = 1000
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """The web process."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    def start(self) -> None:
        """Begin, and wait until it answers."""
        (self.folder / "plain").mkdir(exist_ok=True)
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = int(free.getsockname()[1])
        words = [str(self.folder), str(self.port), str(self.workers), str(self.waiting)]
        self._process = subprocess.Popen([sys.executable, "-m", "benchmarks.served", *words])
        until = time.monotonic() + PATIENCE
        while not self._listens():
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)

    def kill(self) -> None:
        """End the web process without a word."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """End it as a person would."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(PATIENCE)

    def memory(self) -> float:
        """MB of the web process that are really used."""
        return _resident(self.pid)

    def family(self) -> float:
        """MB of everything it started, videos at work included."""
        return sum(_resident(pid) for pid in below(self.pid))

    def _listens(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def serving(workers: int = 2, waiting: int = 1000) -> Iterator[Served]:
    """A server in a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="gifworthy-load-") as folder:
        server = Served(Path(folder), workers, waiting)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Scale:
    """Weighs a server every so often, from when it is entered until it is left.

    weights: seconds since then, and MB of the web process and of its workers.
    """

    def __init__(self, server: Served, seconds: float = 1.0) -> None:
        self.weights: list[tuple[float, float, float]] = []
        self._server, self._seconds = server, seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._weigh, daemon=True)

    def __enter__(self) -> Scale:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def between(self, first: float, last: float) -> float:
        """The web process's mean MB between two shares of the time."""
        end = self.weights[-1][0]
        chosen = [web for at, web, _ in self.weights if first * end <= at <= last * end]
        return sum(chosen) / len(chosen)

    @property
    def most(self) -> float:
        """The web process's most MB."""
        return max(web for _, web, _ in self.weights)

    def _weigh(self) -> None:
        began = time.monotonic()
        while True:
            weight = (self._server.memory(), self._server.family())
            self.weights.append((time.monotonic() - began, *weight))
            if self._over.wait(self._seconds):
                return


def small_clips(count: int, padding: int = 0) -> Iterator[bytes]:
    """Videos of a second, no two alike: one drawn clip with a box of its own at its end.

    Args: padding: bytes in that box, so that uploads weigh something.
    """
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import drawn

    with tempfile.TemporaryDirectory() as folder:
        place = drawn.write(Path(folder) / "clip.mp4", drawn.moving(1, 15, 96, 64))
        data = place.read_bytes()
    for _ in range(count):
        yield with_note(data, os.urandom(16) + bytes(padding))


def with_note(video: bytes, note: bytes) -> bytes:
    """The same MP4 with a box that players pass over: other bytes, the same pictures."""
    return video + (8 + len(note)).to_bytes(4, "big") + b"free" + note


def _resident(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _serve(folder: Path, port: int, workers: int, waiting: int) -> None:
    import uvicorn
    from fastapi.staticfiles import StaticFiles

    from gifworthy.service.app import create_app
    from gifworthy.service.config import Bounds, Config
    from gifworthy.service.house import House
    from gifworthy.service.serving import Crew

    config = Config(folder, port=port, workers=workers, bounds=Bounds(waiting=waiting))
    house = House.open(config)
    app = create_app(house)
    app.mount("/plain", StaticFiles(directory=folder / "plain"))
    with closing(house.database), Crew(config):
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="error", server_header=False)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), *map(int, sys.argv[2:]))
