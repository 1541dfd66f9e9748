"""Which videos are known, in 16 bytes each: a hundred million fit into the memory of one machine."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from gifworthy.batch.stamps import PLACE_BYTES, STAMP_BYTES, STATE_BYTES

FRESH = 1 << 16
Stamps = NDArray[np.bytes_]
KIND = np.dtype(f"S{STAMP_BYTES}")


class Known:
    """A set of stamps, one for each place.

    They lie sorted in one array; what was added lately waits in a dictionary until it is worth merging.
    What was met costs a byte more each, and must not be mixed with adding.
    """

    def __init__(self, stamps: Stamps | None = None) -> None:
        self._sorted = np.zeros(0, KIND) if stamps is None else stamps.astype(KIND)
        self._sorted.sort()
        self._fresh: dict[bytes, bytes] = {}
        self._met: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self._sorted) + len(self._fresh)

    def state_of(self, stamp: bytes) -> bytes | None:
        """What is known of the state of a stamp's place; None for a place that is not known."""
        if (fresh := self._fresh.get(stamp[:PLACE_BYTES])) is not None:
            return fresh
        at = self._number(stamp)
        return None if at is None else self._at(at)[PLACE_BYTES:]

    def met(self, stamp: bytes) -> bool:
        """Whether a stamp that is known is met for a second time."""
        if self._met is None:
            self._merge()
            self._met = np.zeros(len(self._sorted), np.bool_)
        at = self._number(stamp)
        assert at is not None, "it was known"
        before = bool(self._met[at])
        self._met[at] = True
        return before

    def _number(self, stamp: bytes) -> int | None:
        """Where the place of a stamp lies among what is sorted."""
        if not len(self._sorted):
            return None
        place = stamp[:PLACE_BYTES]
        at = int(np.searchsorted(self._sorted, np.array(place + bytes(STATE_BYTES), KIND)))
        return at if at < len(self._sorted) and self._at(at)[:PLACE_BYTES] == place else None

    def _at(self, number: int) -> bytes:
        return bytes(self._sorted[number]).ljust(STAMP_BYTES, b"\0")

    def __contains__(self, stamp: bytes) -> bool:
        return self.state_of(stamp) == stamp[PLACE_BYTES:]

    def add(self, stamp: bytes) -> None:
        """Know a stamp; what was known of its place is forgotten."""
        assert self._met is None, "a merge would move what was met"
        self._fresh[stamp[:PLACE_BYTES]] = stamp[PLACE_BYTES:]
        if len(self._fresh) >= FRESH:
            self._merge()

    def _merge(self) -> None:
        """Put in what waits; nothing of the size of it all is made but the new array."""
        added = np.sort(np.array([p + s for p, s in self._fresh.items()], KIND))
        old = self._number_of_each(added)
        if len(old):
            self._sorted = np.delete(self._sorted, old)
        self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, added), added)
        self._fresh.clear()

    def _number_of_each(self, stamps: Stamps) -> NDArray[np.intp]:
        """Where the places of some stamps lie among what is sorted, as far as they do."""
        named = places(stamps)
        at = np.searchsorted(self._sorted, named.astype(KIND))
        there = at < len(self._sorted)
        there[there] = places(self._sorted[at[there]]) == named[there]
        return at[there]


class Names:
    """A set of names, in eight bytes each: two of 100 million are taken for one once in 3,700 times."""

    def __init__(self) -> None:
        self._sorted = np.zeros(0, np.uint64)
        self._fresh: set[int] = set()

    def add(self, name: str) -> bool:
        """Take a name; whether it was free."""
        data = name.encode(errors="surrogatepass")
        number = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
        at = int(np.searchsorted(self._sorted, np.uint64(number)))
        if number in self._fresh or (at < len(self._sorted) and self._sorted[at] == number):
            return False
        self._fresh.add(number)
        if len(self._fresh) >= FRESH:
            added = np.sort(np.fromiter(self._fresh, np.uint64))
            self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, added), added)
            self._fresh.clear()
        return True


def places(stamps: Stamps) -> Stamps:
    """Only what names the place, of each stamp."""
    letters = np.ascontiguousarray(stamps.astype(KIND)).view(np.uint8).reshape(-1, STAMP_BYTES)
    return np.ascontiguousarray(letters[:, :PLACE_BYTES]).view(f"S{PLACE_BYTES}").ravel()
