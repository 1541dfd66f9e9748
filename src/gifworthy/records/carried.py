"""One viewer's history, taken along to where no database is: into the process that opens videos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gifworthy.records.histories import Pick, Singles, reader_key


@dataclass(frozen=True)
class Carried:
    """A copy of one viewer's history, of which it is the whole world.

    picks: the oldest first, each video a place that can be opened. known: how they look, by reader and
    pick, as `Histories.all_looks`. fresh: what was seen on the way, by what the reader is, to be kept.
    """

    picks: tuple[Pick, ...]
    known: Mapping[str, Mapping[str, Singles]]
    fresh: dict[str, dict[str, Singles]] = field(default_factory=dict)

    def of(self, viewer: str) -> tuple[Pick, ...]:
        """All picks; nobody else's are here."""
        del viewer
        return self.picks

    def looks(self, picks: Sequence[Pick], reader: str) -> dict[str, Singles]:
        """Vectors of picks as a reader saw them, by the picks' ids: those that are known, (D,) each."""
        known = {**self.known.get(reader_key(reader), {}), **self.fresh.get(reader, {})}
        return {pick.id: known[pick.id] for pick in picks if pick.id in known}

    def keep_looks(self, vectors: Mapping[str, Singles], reader: str) -> None:
        """Take home how picks look."""
        self.fresh.setdefault(reader, {}).update(vectors)
