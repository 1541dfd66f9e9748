"""Work on a video nobody vouches for, in a process of its own: it may hang, swell or crash, and harms nobody.

One piece of work, one process: the service asks for it rarely, of anybody's videos. `batch` keeps its
children for many videos, since it has many, and watches them in its own way.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import logging
import multiprocessing
import os
import resource
import select
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Generic, TypeVar, cast

from gifworthy.errors import GifworthyError, WorkCrashed, WorkTooLarge, WorkTooLong
from gifworthy.settings import Told

Result = TypeVar("Result")
Task = Callable[[Told], Result]
GoOn = Callable[[float], bool]

PRELOADED = ("gifworthy.pipeline", "gifworthy.render", "av", "cv2")
"""Imported once, in the process that the others are forked from."""
LISTENING = 0.25
"""Seconds between two questions whether to go on."""
_DIE_WITH_PARENT = 1
_NEW_USERS, _NEW_NETWORK = 0x10000000, 0x40000000
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """What one piece of work may take.

    seconds: by the clock. memory_bytes: that it may claim for itself. network: whether it may reach one;
    if not, it has none where the system permits that (Linux, as root or with user namespaces).
    """

    seconds: float = 600.0
    memory_bytes: int = 4 << 30
    network: bool = True


class Stopped(Exception):
    """The one who waited did not want the result any more."""


def always(_: float) -> bool:
    """Go on."""
    return True


def run_isolated(task: Task[Result], limits: Limits, go_on: GoOn = always) -> Result:
    """Run a task in a new process, within limits; nothing of it is left, however it ends.

    Args:
        task: what to do; a function of a module, or a `functools.partial` of one. It is told how to tell
            how far it has come.
        go_on: hears four times a second how far that is, 0..1; False ends the work.
    Returns: what the task returned.
    Raises: what the task raised, when it is an error of ours or a ValueError; WorkTooLong, WorkTooLarge,
        WorkCrashed; Stopped when `go_on` said so.
    """
    hearing, telling = multiprocessing.Pipe(duplex=False)
    process = cast(
        BaseProcess, _context(task).Process(target=_run, args=(task, limits, telling), daemon=True)
    )
    process.start()
    telling.close()
    try:
        return _heard(_Call(process, hearing, limits, go_on))
    finally:
        process.kill()
        process.join()
        process.close()
        hearing.close()


@dataclass
class _Call(Generic[Result]):
    process: BaseProcess
    hearing: Connection
    limits: Limits
    go_on: GoOn
    share: float = 0.0


def _heard(call: _Call[Result]) -> Result:
    deadline = time.monotonic() + call.limits.seconds
    while True:
        if call.hearing.poll(LISTENING):
            try:
                kind, value = call.hearing.recv()
            except EOFError:
                raise WorkCrashed(_epitaph(call.process)) from None
            if kind == "done":
                return cast(Result, value)
            if kind == "failed":
                raise value
            call.share = value
        if time.monotonic() > deadline:
            raise WorkTooLong(
                f"it was not done after {call.limits.seconds:g} seconds; give a shorter video, or more time"
            )
        if not call.go_on(call.share):
            raise Stopped


def _epitaph(process: BaseProcess) -> str:
    process.join(5)
    code = process.exitcode
    if code is not None and code < 0:
        how = f"was killed by {signal.Signals(-code).name}"
    else:
        how = f"ended with code {code}"
    return f"the process that worked on it {how}; the video may be damaged in a way that breaks the decoder"


def _context(task: Task[Result]) -> ForkServerContext:
    """New processes are forked from one that has our modules loaded and has opened nothing.

    The first task's module is loaded there too: what that imports is paid once, and not for each video.
    """
    context = multiprocessing.get_context("forkserver")
    own: str = getattr(task, "func", task).__module__
    context.set_forkserver_preload([*PRELOADED, own])
    return context


def _run(task: Task[object], limits: Limits, telling: Connection) -> None:
    _confine(limits)
    threading.Thread(target=_die_when_nobody_waits, args=(telling.fileno(),), daemon=True).start()
    last = 0.0

    def tell(share: float) -> None:
        nonlocal last
        if time.monotonic() - last >= LISTENING:
            last = time.monotonic()
            telling.send(("progress", share))

    with contextlib.suppress(BrokenPipeError):
        try:
            telling.send(("done", task(tell)))
        except BaseException as error:
            telling.send(("failed", _told(error, limits)))


def _die_when_nobody_waits(telling: int) -> None:
    """End at once when the other end of the pipe is gone: who waited was killed."""
    poller = select.poll()
    poller.register(telling, 0)
    poller.poll()
    os.kill(os.getpid(), signal.SIGKILL)


def _told(error: BaseException, limits: Limits) -> Exception:
    """What goes to who waits. The words of an error that is none of ours may name anything, and stay here."""
    memory = isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM
    if memory or "cannot allocate" in str(error).lower():
        return WorkTooLarge(
            f"it needs more than {limits.memory_bytes >> 20} MiB of memory; give a smaller video, "
            f"or allow more"
        )
    if isinstance(error, GifworthyError | ValueError):
        return type(error)(str(error)) if type(error).__init__ is Exception.__init__ else error
    log.error("work broke off\n%s", "".join(traceback.format_exception(error)))
    return WorkCrashed(
        f"it broke off in a way that nobody foresaw ({type(error).__name__}); the log has all of it"
    )


def _confine(limits: Limits) -> None:
    """Set this process's bounds, which it cannot widen again."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # who started us decides what an interruption means
    processor_seconds = int(limits.seconds * (os.cpu_count() or 1)) + 60
    for kind, most in (
        (resource.RLIMIT_DATA, limits.memory_bytes),
        (resource.RLIMIT_CPU, processor_seconds),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hardest = resource.getrlimit(kind)
        if hardest == resource.RLIM_INFINITY or most < hardest:
            resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":
        _confine_more(limits)


def _confine_more(limits: Limits) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    if limits.network:
        return
    if library.unshare(_NEW_NETWORK) and library.unshare(_NEW_USERS | _NEW_NETWORK):
        log.info(
            "this system gives no process without a network: %s", os.strerror(ctypes.get_errno())
        )
