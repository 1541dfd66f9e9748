"""Which of the videos that were found are to be done: what is finished is passed over unread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import closing
from dataclasses import dataclass, replace
from queue import SimpleQueue
from threading import Thread

from gifworthy.batch.known import Known
from gifworthy.batch.orders import Item
from gifworthy.batch.running import Tally
from gifworthy.batch.sources import Found
from gifworthy.batch.stamps import (
    PLACE_BYTES,
    is_missing,
    local_state,
    number_of,
    place_number,
    remote_state,
    stamp_of,
)
from gifworthy.batch.storage import Storage
from gifworthy.errors import BatchError
from gifworthy.settings import Settings

ASKERS, AHEAD = 16, 64
GLANCE = 0.05
"""Seconds that the loop waits for an answer before it looks after what is at work."""
BREATH = 500
"""Videos passed over before the loop is let look after what is at work."""


@dataclass(frozen=True)
class Shard:
    """One part of `of` that a catalogue is divided into; number 1..of. Videos are dealt by name."""

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ValueError(
                f"a shard is K/N with K in 1..N, such as 2/10, not {self.number}/{self.of}"
            )

    @property
    def name(self) -> str:
        """The folder of the table that it writes; "" for the whole."""
        return "" if self.of == 1 else f"shard={self.number:04}-of-{self.of:04}"

    def holds(self, source: str) -> bool:
        """Whether a video is of this part."""
        return self.of == 1 or place_number(source) % self.of == self.number - 1

    def holds_stamp(self, stamp: bytes) -> bool:
        """Whether the video that a stamp is of is of this part."""
        return self.of == 1 or number_of(stamp) % self.of == self.number - 1


def check_shards(storage: Storage, look: str, shard: Shard) -> None:
    """Refuse to deal otherwise what was dealt before: some videos would get two rows.

    Args: look: the folder of the table that all shards share. Raises: BatchError.
    """
    for name in storage.names(look, ".parquet"):
        folder = name.removeprefix(f"{look}/").partition("/")[0]
        of = int(folder.rpartition("-of-")[2]) if folder.startswith("shard=") else 1
        if of != shard.of:
            before = "without --shard" if of == 1 else f"as shards K/{of}"
            now = "all at once" if shard.of == 1 else f"as {shard.number}/{shard.of}"
            raise BatchError(
                f"{storage.address} holds these covers {before}; {now}, some videos would be done "
                f"twice: go on {before}, or write to another place"
            )


def unfinished(
    found: Iterator[Found | None], known: Known, failed: Known, tally: Tally
) -> Iterator[Item | None]:
    """What is to be done, once each; None now and then while there is nothing but finished videos.

    Args: found: as `stated` gives it; known: what need not be done again; failed: what of that got no cover.
    """
    passed, begun = 0, Known()
    for one in found:
        if one is None:
            yield None
            continue
        assert one.state is not None, "a state was asked for before"
        if not one.source:
            tally.nameless += 1
            continue
        stamp = stamp_of(one.source, one.state)
        if _is_to_be_done(stamp, is_missing(one.state), known, failed, begun, tally):
            begun.add(stamp)
            yield Item(one.source, stamp.hex(), one.group, name=one.name)
            continue
        passed += 1
        if passed % BREATH == 0:
            yield None


def _is_to_be_done(
    stamp: bytes, is_missing: bool, known: Known, failed: Known, begun: Known, tally: Tally
) -> bool:
    """Whether a video is begun; if not, it is counted for what it is."""
    if stamp in begun:
        tally.repeated += 1
        return False
    state = known.state_of(stamp)
    is_finished = state == stamp[PLACE_BYTES:]
    has_cover = state is not None and failed.state_of(stamp) is None
    if not is_finished and not (is_missing and has_cover):
        return True
    if known.met(stamp):
        tally.repeated += 1
    elif is_finished:
        tally.skipped += 1
        tally.failed_before += stamp in failed
    else:
        tally.missing += 1
    return False


def stated(
    found: Iterator[Found], shard: Shard, timeout: float = Settings.timeout
) -> Iterator[Found | None]:
    """The videos of a shard, each with its state; None while the next has not answered.

    Remote places are asked several at a time. Args: timeout: seconds that one may take.
    """
    waiting: deque[tuple[Found, Future[str]]] = deque()
    with closing(_Askers(timeout)) as askers:
        for one in found:
            if not shard.holds(one.source):
                continue  # what has no name is of one shard too, and counted once
            if one.state is not None:
                yield one
                continue
            if "://" not in one.source:
                yield replace(one, state=local_state(one.source))
                continue
            waiting.append((one, askers.ask(one.source)))
            if len(waiting) >= AHEAD:
                yield from _with_state(*waiting.popleft())
        while waiting:
            yield from _with_state(*waiting.popleft())


def _with_state(one: Found, state: Future[str]) -> Iterator[Found | None]:
    while not wait([state], GLANCE).done:
        yield None
    yield replace(one, state=state.result())


class _Askers:
    """Threads that ask remote places for the state of a video.

    Not an executor: Python waits for its threads at every exit, and no exit shall wait for a server.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._wanted: SimpleQueue[tuple[str, Future[str]] | None] = SimpleQueue()
        self._threads = 0
        self._is_over = False

    def ask(self, source: str) -> Future[str]:
        """The state of a video, in a while."""
        if self._threads < ASKERS:
            self._threads += 1
            Thread(target=self._answer, name="asker", daemon=True).start()
        state = Future[str]()
        self._wanted.put((source, state))
        return state

    def close(self) -> None:
        """Ask nobody more, and wait for nobody."""
        self._is_over = True
        for _ in range(self._threads):
            self._wanted.put(None)

    def _answer(self) -> None:
        while (wanted := self._wanted.get()) is not None and not self._is_over:
            source, state = wanted
            try:
                state.set_result(remote_state(source, self._timeout))
            except Exception as error:  # who waits for the answer must not wait for ever
                state.set_exception(error)
