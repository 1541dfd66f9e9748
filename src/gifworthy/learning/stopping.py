"""Ctrl-C in a training: the step under way is finished and saved before anything stops."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class Stopping:
    """While it is open, the first Ctrl-C is only noted; the second one stops at once.

    Where Ctrl-C is ignored, or a program around us takes it in a way of its own, that is left as it is;
    so it is outside the main thread, which alone is told of signals.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._is_listening = False

    def __enter__(self) -> Stopping:
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._note)
            self._is_listening = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._is_listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.is_asked = True
        signal.signal(signal.SIGINT, signal.default_int_handler)
