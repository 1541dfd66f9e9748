"""Work done ahead of who needs it, by a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")
_PATIENCE = 0.1


class _End:
    """What comes after the last item: nothing, or what went wrong."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def ahead(items: Iterator[Item], most: int) -> Iterator[Item]:
    """The same items, made by another thread while the last ones are still looked at.

    Decoding and looking both leave Python for most of their time, so that they share two processors
    well. When who asks goes away, the thread stops at its next item; what it raises is raised here.

    Args: most: how many items may wait; each is kept in memory.
    """
    waiting: Queue[Item | _End] = Queue(most)
    unwanted = Event()
    maker = Thread(target=_make, args=(items, waiting, unwanted), daemon=True)
    maker.start()
    try:
        while not isinstance(item := waiting.get(), _End):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        unwanted.set()
        maker.join()


def _make(items: Iterator[Item], waiting: Queue[Item | _End], unwanted: Event) -> None:
    end = _End()
    try:
        for item in items:
            if not _put(item, waiting, unwanted):
                return
    except BaseException as error:  # it belongs to who asked
        end = _End(error)
    _put(end, waiting, unwanted)


def _put(item: Item | _End, waiting: Queue[Item | _End], unwanted: Event) -> bool:
    """Wait for room as long as anybody wants the item."""
    while not unwanted.is_set():
        try:
            waiting.put(item, timeout=_PATIENCE)
        except Full:
            continue
        return True
    return False
