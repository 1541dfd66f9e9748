"""Which files and folders a batch wrote itself: covers are no videos."""

from __future__ import annotations

import os
import re
from pathlib import Path

from gifworthy.batch.keys import ANALYSES, COVERS


def written_below(folder: Path, out: str) -> frozenset[str]:
    """Folders below one, spelt as it is, that hold what a batch wrote: all of `out`, if that lies below.

    Where it does not (`-o` names the folder itself), only what is ours there: others may lie beside it.
    """
    if not out or "://" in out:
        return frozenset()
    there, place = os.path.realpath(out), os.path.realpath(folder)
    ours = [f"/{kind}/{number:02x}" for kind in (ANALYSES, COVERS) for number in range(256)]
    if there.startswith(f"{place.rstrip('/')}/"):
        ours = [""]
    return frozenset(os.path.join(folder, os.path.relpath(there + one, place)) for one in ours)  # noqa: PTH118


def is_cover(path: str, out: str) -> bool:
    """Whether a batch that writes to `out` made it."""
    place, _, name = os.path.abspath(path).rpartition(f"/{COVERS}/")  # noqa: PTH100
    is_named_so = out and re.fullmatch("[0-9a-f]{2}/[^/]+", name)
    return bool(is_named_so) and os.path.realpath(place) == os.path.realpath(out)
