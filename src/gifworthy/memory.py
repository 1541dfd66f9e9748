"""Memory that was freed goes back to the system."""

from __future__ import annotations

import ctypes
import sys


def let_go() -> None:
    """Hand freed memory back: glibc keeps it for what may come, until it is told not to.

    Worth its millisecond after something large and rare, such as a report over a million events.
    """
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)
