"""What a plan's net read of each video, kept as `gifworthy train --features` takes it.

    features/CHOICE/NAME.npy            (N, D) a vector for each segment
    features/CHOICE/NAME.segments.npy   (N, 2) start and end in seconds; written last, nothing counts without
    features/CHOICE/NAME.video          of what they are: the video's place and its content

A name is a place's, and what lies at a place may change: only the third file tells.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.batch.keys import FEATURES, file_name
from gifworthy.batch.orders import Item
from gifworthy.batch.stamps import PLACE_BYTES
from gifworthy.batch.storage import Storage
from gifworthy.types import Segment

VECTORS, SPANS, OWNER = ".npy", ".segments.npy", ".video"


@dataclass(frozen=True)
class Vectors:
    """The vectors of one choice. choice: as `choice_of` names it."""

    storage: Storage
    choice: str

    def find(self, item: Item, content: str) -> str | None:
        """Where those of a video lie; None when there are none, or of what lay there before.

        Those that say not whose they are come from a version that did not, and are believed.
        """
        name, owner = self._named(item)
        if owner not in ("", _owner(item, content)):
            return None
        whole = self.storage.read(f"{name}{SPANS}") is not None
        return f"{name}{VECTORS}" if whole else None

    def write(
        self, item: Item, content: str, vectors: NDArray[np.generic], spans: Sequence[Segment]
    ) -> str:
        """Put them where `find` finds them. Killed in the midst, it leaves none rather than wrong ones."""
        name, owner = self._named(item)
        if owner != _owner(item, content):
            self.storage.delete(f"{name}{SPANS}")
            self.storage.write(f"{name}{OWNER}", _owner(item, content).encode())
        pairs = np.array([(span.start, span.end) for span in spans])
        self.storage.write(f"{name}{VECTORS}", _as_file(vectors))
        self.storage.write(f"{name}{SPANS}", _as_file(pairs))
        return f"{name}{VECTORS}"

    def _named(self, item: Item) -> tuple[str, str]:
        """The name of a video's files, and whose they are; another name where another video has it."""
        place = _place(item)
        name = f"{FEATURES}/{self.choice}/{file_name(item.name)}"
        owner = self._owner_of(name)
        if owner and not owner.startswith(place):
            name = f"{name}-{place[:8]}"
            owner = self._owner_of(name)
        return name, owner

    def _owner_of(self, name: str) -> str:
        return (self.storage.read(f"{name}{OWNER}") or b"").decode(errors="replace")


def _place(item: Item) -> str:
    return item.stamp[: 2 * PLACE_BYTES]


def _owner(item: Item, content: str) -> str:
    return f"{_place(item)} {content}"


def _as_file(array: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()
