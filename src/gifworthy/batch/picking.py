"""Which of the videos that were found are to be done: what is finished is passed over unread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from gifworthy.batch.known import Known
from gifworthy.batch.orders import Item
from gifworthy.batch.running import Tally
from gifworthy.batch.sources import Found
from gifworthy.batch.stamps import local_state, place_number, remote_state, stamp_of

ASKERS, AHEAD = 16, 64
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


def unfinished(
    found: Iterator[Found], known: Known, failed: Known, tally: Tally
) -> Iterator[Item | None]:
    """What is to be done, once each; None now and then while there is nothing but finished videos.

    Args: known: what need not be done again; failed: what of that got no cover.
    """
    passed, begun = 0, Known()
    for one in found:
        assert one.state is not None, "a state was asked for before"
        if not one.source:
            tally.nameless += 1
            continue
        stamp = stamp_of(one.source, one.state)
        is_finished, is_begun = stamp in known, stamp in begun
        if is_finished or is_begun:
            tally.skipped += is_finished
            tally.failed_before += is_finished and stamp in failed
            tally.repeated += is_begun
            passed += 1
            if passed % BREATH == 0:
                yield None
            continue
        begun.add(stamp)
        yield Item(one.source, stamp.hex(), one.group, name=one.name)


def stated(found: Iterator[Found], shard: Shard) -> Iterator[Found]:
    """The videos of a shard, each with its state; remote places are asked several at a time."""
    waiting: deque[tuple[Found, Future[str]]] = deque()
    with ThreadPoolExecutor(ASKERS, "asker") as askers:
        for one in found:
            if not shard.holds(one.source):
                continue  # what has no name is of one shard too, and counted once
            if one.state is not None:
                yield one
                continue
            if "://" not in one.source:
                yield replace(one, state=local_state(one.source))
                continue
            waiting.append((one, askers.submit(remote_state, one.source)))
            if len(waiting) >= AHEAD:
                yield _with_state(*waiting.popleft())
        while waiting:
            yield _with_state(*waiting.popleft())


def _with_state(one: Found, state: Future[str]) -> Found:
    return replace(one, state=state.result())
