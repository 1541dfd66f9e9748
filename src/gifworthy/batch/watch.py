"""What a process costs, seen from outside: one that hangs, crashes or swells tells nothing itself."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from gifworthy.batch.orders import Spent


@dataclass
class Watch:
    """What a process costs from now on. opened: when its video was open; until then it was opening."""

    pid: int
    begun: float = field(default_factory=time.monotonic)
    opened: float | None = None
    before: float = field(init=False)
    read: int = field(init=False)

    def __post_init__(self) -> None:
        self.before, self.read = processor_of(self.pid), read_of(self.pid)

    def open(self) -> None:
        """Its video is open."""
        self.opened = time.monotonic()

    def spent(self) -> Spent:
        """So far. What came after opening counts as choosing: nobody told when that was done."""
        now = time.monotonic()
        opened = now if self.opened is None else self.opened
        return Spent(
            opening=opened - self.begun,
            choosing=now - opened,
            processor=max(0.0, processor_of(self.pid) - self.before),
            read=max(0, read_of(self.pid) - self.read),
        )


def memory_of(pid: int) -> int:
    """Bytes of memory that a process uses; 0 where nobody counts, or it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_of(pid: int) -> float:
    """Seconds of the processor that a process has used; 0 where nobody counts, or it is gone."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = int(facts[11]) + int(facts[12])
    except (OSError, ValueError, IndexError):
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK")


def read_of(pid: int) -> int:
    """Bytes that a process has read, from whatever it was; 0 where nobody counts, or it is gone."""
    try:
        facts = Path(f"/proc/{pid}/io").read_text()
        return int(facts.partition("rchar: ")[2].split()[0])
    except (OSError, ValueError, IndexError):
        return 0
