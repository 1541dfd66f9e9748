"""Intros and outros: what several videos of a group show in their first or last minute.

A moment is shared when at least `FEWEST` other videos of its group, and a twentieth of those that are looked
at, show a picture whose hash differs in at most `RADIUS` of 64 bits. Shared moments that follow one another
for a second make a span. A video whose cover, chosen freely, shows such a span gets another one, chosen with
the span excluded by the gate.

What a video must avoid is a function of the set of videos alone, not of the order in which they came or of
when the work was interrupted: so a second run changes nothing, and one video more changes only what it must.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

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


@dataclass
class Groups:
    """What must be known of every group before anything can be compared: who the references are."""

    chosen: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def take(self, rows: pa.Table) -> None:
        """Keep the smallest content keys of each group."""
        for group, content in zip(
            rows["group"].to_pylist(), rows["content"].to_pylist(), strict=True
        ):
            if content is None:
                continue
            kept = self.chosen.setdefault(group, [])
            entry = (-int(content, 16), content)
            if entry in kept:
                continue
            if len(kept) < REFERENCES:
                heapq.heappush(kept, entry)
            else:
                heapq.heappushpop(kept, entry)

    def batches(self, bytes_each: float) -> Iterator[frozenset[str]]:
        """Groups that are worth looking at, as many at a time as memory holds."""
        some: list[str] = []
        held = 0.0
        for group, kept in sorted(self.chosen.items()):
            if len(kept) <= FEWEST:
                continue
            some.append(group)
            held += len(kept) * bytes_each
            if held >= MOST_BYTES:
                yield frozenset(some)
                some, held = [], 0.0
        if some:
            yield frozenset(some)


def to_mend(parts: Parts) -> Iterator[Item]:
    """The videos whose cover shows what it must avoid, or avoids what it need not any more."""
    groups = Groups()
    held = count = 0
    for part in parts(("group", "content", "ends")):
        groups.take(part)
        held += part["ends"].nbytes
        count += len(part)
    for some in groups.batches(held / max(1, count)):
        references = _references(parts, groups, some)
        for part in parts(COLUMNS):
            for row in part.to_pylist():
                if row["error"] is None and row["group"] in references:
                    yield from _mended(row, references[row["group"]])


def _references(parts: Parts, groups: Groups, some: frozenset[str]) -> dict[str, References]:
    wanted = {content for group in some for _, content in groups.chosen[group]}
    ends: dict[str, dict[str, Hashes]] = {}
    for part in parts(("group", "content", "ends")):
        for row in part.to_pylist():
            if row["group"] in some and row["content"] in wanted:
                _, hashes = read_ends(row["ends"] or b"")
                if len(hashes):
                    ends.setdefault(row["group"], {})[row["content"]] = hashes
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
