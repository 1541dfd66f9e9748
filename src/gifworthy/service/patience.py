"""How long somebody who answers may keep us waiting: every wait ends, and so does their sum.

A limit for each wait alone is none: who sends one byte before each of them ends is waited for without end.
"""

from __future__ import annotations

import io
import socket
import time
from dataclasses import dataclass, field

SLOWEST = 1 << 16
"""Bytes a second, on the whole, that the body of an answer must come at."""
LONGEST = 1800.0
"""Seconds that a body may take, however it comes."""


@dataclass
class Patience:
    """What is left for one answer.

    seconds: until it begins, and for each wait. came: bytes of its body so far, as its reader counts them:
    what is no content (heads, lengths of chunks, trailers) buys no time.
    """

    seconds: float
    came: int = 0
    _since: float = field(default_factory=time.monotonic)

    def begin_body(self) -> None:
        """The answer has begun: from now on its body is waited for."""
        self._since = time.monotonic()

    def left(self) -> float:
        """Seconds that may be waited now. Raises: TimeoutError when there are none."""
        whole = min(LONGEST, self.seconds + self.came / SLOWEST)
        left = self._since + whole - time.monotonic()
        if left <= 0:
            raise TimeoutError("it is too slow")
        return min(left, self.seconds)


class Line:
    """A connection on which every wait has an end: as much of a socket as `http.client` uses."""

    def __init__(self, reached: socket.socket, patience: Patience) -> None:
        self._reached, self._patience = reached, patience

    def sendall(self, data: bytes) -> None:
        """Send it all. Raises: OSError."""
        self._reached.settimeout(self._patience.left())
        self._reached.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What comes; it stays open until it is closed itself, also when the line was closed before."""
        return io.BufferedReader(_Coming(self._reached, self._patience))

    def close(self) -> None:
        """End it, once nobody reads from it any more."""
        self._reached.close()


class _Coming(io.RawIOBase):
    def __init__(self, reached: socket.socket, patience: Patience) -> None:
        self._reached, self._patience = reached, patience
        self._file = reached.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int | None:  # type: ignore[override]
        self._reached.settimeout(self._patience.left())
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()
