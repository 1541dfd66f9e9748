"""A real `gifworthy serve` in processes of its own, to be looked at, loaded and killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 60.0


class Running:
    """One server on a port that was free. Args: folder: where it keeps everything. more: further flags."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.folder, self._more = folder, more
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin, and wait until it answers."""
        words = ["serve", "--folder", str(self.folder), "--port", str(self.port), *self._more]
        log = (self.folder / "serve.log").open("ab")
        self._server = subprocess.Popen([sys.executable, "-m", "gifworthy", *words], stderr=log)
        log.close()
        patience = time.monotonic() + PATIENCE
        while not self._answers():
            assert self._server.poll() is None, (self.folder / "serve.log").read_text()[-2000:]
            assert time.monotonic() < patience, "the server does not answer"
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as a person would."""
        assert self._server is not None
        self._server.terminate()
        self._server.wait(PATIENCE)

    def kill(self, process: int) -> None:
        """End one of its processes without a word; the server itself can be started again."""
        os.kill(process, signal.SIGKILL)
        if self._server is not None and process == self._server.pid:
            self._server.wait(PATIENCE)

    @property
    def identity(self) -> int:
        """The server's own process."""
        assert self._server is not None
        return self._server.pid

    @property
    def is_alive(self) -> bool:
        """Whether the server's own process runs."""
        return self._server is not None and self._server.poll() is None

    def processes(self) -> list[int]:
        """The server's process and everything that was started by it, workers and their children."""
        found, asked = [], [self.identity]
        while asked:
            parent = asked.pop()
            found.append(parent)
            for task in Path(f"/proc/{parent}/task").glob("*/children"):
                try:
                    asked += [int(word) for word in task.read_text().split()]
                except OSError:
                    continue
        return found

    def _answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0
