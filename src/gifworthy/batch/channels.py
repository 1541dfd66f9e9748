"""Intros and outros: what several videos of a group show in their first or last minute.

A moment is shared when at least `FEWEST` other videos of its group, and a twentieth of those that are looked
at, show a picture whose hash differs in at most `RADIUS` of 64 bits. Shared moments that follow one another
for a second make a span. A video whose cover, chosen freely, shows such a span gets another one, chosen with
the span excluded by the gate.

What a video must avoid is a function of the set of videos alone, not of the order in which they came or of
when the work was interrupted: so a second run changes nothing, and one video more changes only what it must.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gifworthy.batch.earlier import item_of
from gifworthy.batch.ends import Hashes, read_ends
from gifworthy.batch.orders import Item
from gifworthy.types import Floats, Segment

REFERENCES = 100
"""Videos of a group that the others are compared with: those with the smallest content keys."""
FEWEST, SHARE = 2, 0.05
RADIUS = 4
BITS = 64
LEAST_SECONDS, GAP = 1.0, 0.6
TOUCHED = 0.25
MOST_BYTES = 1 << 28
"""Of hashes that are held at once; more groups are looked at one after the other."""
GROUP_BYTES, CONTENT_BYTES = 8, 16
PAIR = np.dtype(f"S{GROUP_BYTES + CONTENT_BYTES}")
"""A video as the groups know it: a hash of its group's name, then its content key."""
FRESH = 1 << 16
PAIR_COST = 200
"""Bytes that a pair of a reference takes as Python holds it."""
COLUMNS = ("source", "stamp", "group", "content", "avoided", "shown", "features", "error", "ends")
Signs = NDArray[np.float32]
Parts = Callable[[tuple[str, ...]], Iterator[pa.Table]]
"""Gives columns of a table, part by part, as often as it is asked."""


@dataclass(frozen=True)
class References:
    """The hashes of a group's reference videos.

    signs: (R, 64) each bit as 1 or -1. starts: (V,) where each video's begin. contents: (V,) its key.
    """

    signs: Signs
    starts: NDArray[np.intp]
    contents: tuple[str, ...]

    @classmethod
    def of(cls, ends: Mapping[str, Hashes]) -> References:
        """Args: ends: content key -> hashes, at least one each."""
        uniques = [np.unique(hashes) for hashes in ends.values()]
        lengths = [len(hashes) for hashes in uniques]
        starts = np.cumsum([0, *lengths[:-1]])
        return cls(signs_of(np.concatenate(uniques)), starts.astype(np.intp), tuple(ends))

    def shown_by(self, hashes: Hashes, content: str) -> NDArray[np.intp]:
        """How many reference videos, other than this one, show each picture: (M,)."""
        like = signs_of(hashes) @ self.signs.T >= BITS - 2 * RADIUS
        by_video = np.logical_or.reduceat(like, self.starts, axis=1)
        others = np.array([own != content for own in self.contents])
        return np.asarray(by_video[:, others].sum(axis=1))

    @property
    def fewest(self) -> int:
        """How many others must show a picture."""
        return max(FEWEST, int(np.ceil(SHARE * len(self.contents))))


def signs_of(hashes: Hashes) -> Signs:
    """(M, 64) of 1 and -1: their products count the bits in which two hashes agree."""
    bytes_of = hashes.astype(">u8").view(np.uint8).reshape(-1, 8)
    return np.unpackbits(bytes_of, axis=1).astype(np.float32) * 2 - 1


def shared_spans(times: Floats, shared: NDArray[np.bool_]) -> tuple[Segment, ...]:
    """Moments that are shared and follow one another, for a second at least.

    A span begins and ends at such moments: one that reached into the next shot would have it refused whole.
    """
    spans: list[tuple[float, float]] = []
    for time in times[shared].tolist():
        if spans and time - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], time)
        else:
            spans.append((time, time))
    return tuple(Segment(a, b) for a, b in spans if b - a >= LEAST_SECONDS)


def shows(spans: Iterable[Segment], shown: Iterable[Segment]) -> bool:
    """Whether a cover shows one of the spans."""
    return any(a.shared_with(b) > TOUCHED for a in spans for b in shown)


class Groups:
    """What must be known of every group before anything can be compared: who the references are.

    One sorted array of pairs, at most `REFERENCES` of each group: 24 bytes a video, and once more for a
    moment while those that came are sorted in.
    """

    def __init__(self) -> None:
        self._chosen = np.zeros(0, PAIR)
        self._fresh: list[NDArray[np.bytes_]] = []
        self._waiting = 0

    def take(self, rows: pa.Table) -> None:
        """Keep the smallest content keys of each group."""
        pairs = _pairs_of(rows)
        self._fresh.append(pairs)
        self._waiting += len(pairs)
        if self._waiting >= max(FRESH, len(self._chosen) // 4):
            self._settle()

    def batches(self, bytes_each: float) -> Iterator[frozenset[bytes]]:
        """The references of groups that are worth looking at, as many at a time as memory holds.

        Args: bytes_each: of a video's hashes.
        """
        self._settle()
        begins = np.flatnonzero(_begins(self._chosen))
        some: set[bytes] = set()
        for begin, end in zip(begins, np.append(begins, len(self._chosen))[1:], strict=True):
            if end - begin <= FEWEST:
                continue
            own = self._chosen[begin:end].tolist()
            some.update(pair.ljust(PAIR.itemsize, b"\0") for pair in own)
            if len(some) * (bytes_each + PAIR_COST) >= MOST_BYTES:
                yield frozenset(some)
                some = set()
        if some:
            yield frozenset(some)

    def _settle(self) -> None:
        """Sort in what waits, each pair once, and leave out who is no reference of its group."""
        pairs = np.concatenate([self._chosen, *self._fresh])
        # What they were made of is let go before anything more is made.
        self._chosen, self._fresh, self._waiting = pairs, [], 0
        pairs.sort()
        again = np.append(np.zeros(min(1, len(pairs)), np.bool_), pairs[1:] == pairs[:-1])
        if again.any():
            pairs = pairs[~again]
        begins = np.append(np.flatnonzero(_begins(pairs)), len(pairs))
        keeps = np.ones(len(pairs), np.bool_)
        for large in np.flatnonzero(np.diff(begins) > REFERENCES):
            keeps[begins[large] + REFERENCES : begins[large + 1]] = False
        self._chosen = pairs if keeps.all() else pairs[keeps]


def _pairs_of(rows: pa.Table) -> NDArray[np.bytes_]:
    """(R,) of the rows that have a content."""
    there = rows.filter(rows["content"].is_valid())
    groups, contents = there["group"].to_pylist(), there["content"].to_pylist()
    signs = {group: _sign(group) for group in set(groups)}
    data = b"".join(
        signs[group] + bytes.fromhex(content)
        for group, content in zip(groups, contents, strict=True)
    )
    return np.frombuffer(data, PAIR)


def _begins(pairs: NDArray[np.bytes_]) -> NDArray[np.bool_]:
    """Which of the sorted pairs are the first of their group: (R,)."""
    letters = pairs.view(np.uint8).reshape(-1, PAIR.itemsize)
    groups = np.ascontiguousarray(letters[:, :GROUP_BYTES]).view(np.uint64).ravel()
    return np.append(np.ones(min(1, len(groups)), np.bool_), groups[1:] != groups[:-1])


def _sign(group: object) -> bytes:
    """What stands for the name of a group."""
    text = str(group or "").encode(errors="surrogatepass")
    return hashlib.blake2b(text, digest_size=GROUP_BYTES).digest()


def to_mend(parts: Parts) -> Iterator[Item | None]:
    """The videos whose cover shows what it must avoid, or avoids what it need not any more.

    They are found one after the other, also while the first are at work already: what is made anew has the
    same content, and changes nothing for the others. None after each part that was read, so that who asks
    may look after what is at work.
    """
    groups = Groups()
    held = count = 0
    for part in parts(("group", "content", "ends")):
        groups.take(part)
        held += part["ends"].nbytes
        count += len(part)
        yield None
    for some in groups.batches(held / max(1, count)):
        references = yield from _references(parts, some)
        for part in parts(COLUMNS):
            for row in part.to_pylist():
                own = references.get(_sign(row["group"]))
                if row["error"] is None and own is not None:
                    yield from _mended(row, own)
            yield None


def _references(
    parts: Parts, some: frozenset[bytes]
) -> Generator[None, None, dict[bytes, References]]:
    """By the sign of their group. Args: some: pairs of whole groups."""
    ends: dict[bytes, dict[str, Hashes]] = {}
    for part in parts(("group", "content", "ends")):
        for row in part.filter(part["content"].is_valid()).to_pylist():
            group = _sign(row["group"])
            if group + bytes.fromhex(row["content"]) in some:
                _, hashes = read_ends(row["ends"] or b"")
                if len(hashes):
                    ends.setdefault(group, {})[row["content"]] = hashes
        yield None
    return {
        group: References.of(dict(sorted(own.items())))
        for group, own in ends.items()
        if len(own) > FEWEST
    }


def _mended(row: dict[str, object], references: References) -> Iterator[Item]:
    """The item of a video that must be done again, if it must."""
    item = item_of(row)
    ends, content = row["ends"], str(row["content"])
    assert isinstance(ends, bytes)
    times, hashes = read_ends(ends)
    spans: tuple[Segment, ...] = ()
    if len(hashes):
        shared = references.shown_by(hashes, content) >= references.fewest
        spans = shared_spans(times, shared)
    wanted = spans if shows(spans, item.shown) else ()
    if wanted != item.avoid:
        yield replace(item, avoid=wanted)
