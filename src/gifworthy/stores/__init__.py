"""Have we done this before? Each part on this shelf keeps bytes under keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gifworthy.protocols import Store
from gifworthy.registry import Registry

STORES: Registry[Callable[..., Store]] = Registry(
    "store",
    {
        "folder": "gifworthy.stores.folder:Folder",
        "objects": "gifworthy.stores.objects:Objects",
    },
)


def open_store(place: str | Path, most_bytes: int | None = None) -> Store:
    """The store at a place: a folder of this machine, or an address such as `s3://bucket/cache`.

    Args: most_bytes: a folder forgets what was not asked for longest when it grows above this; an
    object storage has rules of its own for that.
    """
    if isinstance(place, str) and "://" in place:
        return STORES["objects"](place)
    return STORES["folder"](Path(place), most_bytes)
