"""Name -> part. Every name of a shelf is in sight; nothing is imported until it is chosen."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar, cast

from gifworthy.errors import MissingExtra, UnknownName

Part = TypeVar("Part")


class Registry(Mapping[str, Part], Generic[Part]):
    """A shelf of parts of one kind, each named by `module:attribute`.

    Other packages add to it with an entry point in the group `gifworthy.<kind>s`; a name of ours is
    never replaced by theirs.

    Example:
        SCORERS = Registry[LoadableScorer]("scorer", {"signals": "gifworthy.scorers.signals:Signals"})
        scorer = SCORERS["signals"].load(settings)
    """

    def __init__(self, kind: str, places: Mapping[str, str]) -> None:
        self.kind = kind
        self._places = dict(places)

    def __getitem__(self, name: str) -> Part:
        """The part of that name.

        Raises: UnknownName, with the nearest names; MissingExtra when another package's part needs a
            library that is not installed.
        """
        if place := self._places.get(name):
            module, _, attribute = place.partition(":")
            return cast(Part, getattr(import_module(module), attribute))
        if entry := self._entries().get(name):
            return cast(Part, self._loaded(entry))
        raise UnknownName(self._unknown(name))

    def __iter__(self) -> Iterator[str]:
        yield from self._places
        yield from sorted(self._entries())

    def __len__(self) -> int:
        return len(self._places) + len(self._entries())

    def __contains__(self, name: object) -> bool:
        return name in self._places or name in self._entries()

    def _entries(self) -> dict[str, EntryPoint]:
        found = entry_points(group=f"gifworthy.{self.kind}s")
        return {entry.name: entry for entry in found if entry.name not in self._places}

    def _loaded(self, entry: EntryPoint) -> object:
        try:
            return entry.load()
        except ImportError as error:
            raise MissingExtra(
                f"the {self.kind} {entry.name!r} ({entry.value}) cannot be loaded: {error}; "
                f"install what it needs"
            ) from error

    def _unknown(self, name: str) -> str:
        return unknown(self.kind, name, list(self))


def unknown(kind: str, name: str, names: list[str]) -> str:
    """What to tell somebody who asked for a name that does not exist."""
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(names)}"
    return f"there is no {kind} named {name!r}; {hint}"
