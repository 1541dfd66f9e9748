"""What a video is called where its files are named, and the group it is of, by its place alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gifworthy.batch.keys import file_name, sign_of
from gifworthy.batch.known import Names
from gifworthy.decoding.addresses import bare

if TYPE_CHECKING:
    from gifworthy.batch.sources import Found

ENDINGS = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".ts", ".m2ts", ".mts"),
    *(".mpg", ".mpeg", ".wmv", ".asf", ".3gp", ".ogv", ".vob", ".f4v"),
)


def told_apart(found: Iterable[Found]) -> Iterator[Found]:
    """The same videos; of those with one name, such as `a.mkv` and `a.mp4`, the later ones get another.

    It holds eight bytes a video: asked for only where something is kept by that name.
    """
    taken = Names()
    for one in found:
        if not one.name or taken.add(one.name):
            yield one
            continue
        names = (one.name + _ending(one.source), f"{one.name}-{sign_of(one.source)}")
        yield replace(one, name=next((name for name in names if taken.add(name)), names[-1]))


def _ending(source: str) -> str:
    """The ending of a file; an address has none that would tell it from another."""
    return "" if "://" in source else os.path.splitext(source)[1]  # noqa: PTH122


def name_of(place: str) -> str:
    """A place without scheme, leading slash and ending, as files may be named by it."""
    return file_name(os.path.splitext(place.rpartition("://")[2].lstrip("/"))[0])  # noqa: PTH122


def address_name(address: str) -> str:
    """A query may be a key, so no file is named by it; where it alone says which video, its hash is."""
    if not is_web(address) or bare(address) == address:
        return name_of(address)
    name = name_of(bare(address))
    return name if is_video(bare(address)) else f"{name}-{sign_of(address)}"


def group_of(address: str) -> str:
    """The folder of an address, without the keys that one may have."""
    return parent_of(bare(address) if is_web(address) else address)


def parent_of(address: str) -> str:
    """An address up to its last slash."""
    return address.rpartition("/")[0]


def is_web(address: str) -> bool:
    """Whether a web server is asked for it."""
    return address.lower().startswith(("http:", "https:"))


def is_video(name: str) -> bool:
    """Whether a file is taken for a video, by its ending."""
    return name.lower().endswith(ENDINGS)
