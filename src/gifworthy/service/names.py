"""How the files of a server are called: a tenant, a kind, and what we made up ourselves."""

from __future__ import annotations

import json
from collections.abc import Mapping

from gifworthy.records.catalogue import StoredCover, StoredVideo
from gifworthy.types import EFFORTS


def video(tenant: str, content: str) -> str:
    """The video itself."""
    return f"{tenant}/videos/{content}"


def scan(of: StoredVideo, effort: str) -> str:
    """What one pass over it saw."""
    return f"{of.tenant}/scans/{of.content}_{effort}.npz"


def ranking(of: StoredVideo) -> str:
    """Its pieces with their scores."""
    return f"{of.tenant}/rankings/{of.content}.json"


def strip(of: StoredVideo) -> str:
    """Its stills side by side."""
    return f"{of.tenant}/strips/{of.content}.jpg"


def cover(of: StoredCover, suffix: str) -> str:
    """A cover, or with `.jpg` its still."""
    if of.viewer:
        return f"{of_viewer(of.tenant, of.viewer)}/{of.key}{suffix}"
    return f"{of.tenant}/covers/{of.key}{suffix}"


def files_of(of: StoredCover) -> tuple[str, ...]:
    """Both files of a cover."""
    return tuple(cover(of, suffix) for suffix in dict.fromkeys((of.suffix, ".jpg")))


def of_viewer(tenant: str, viewer: str) -> str:
    """Where all files of one viewer lie, and nobody else's."""
    return f"{tenant}/viewers/{viewer}"


def as_bytes(record: Mapping[str, object]) -> bytes:
    """A JSON file."""
    return json.dumps(record, allow_nan=False).encode()


def all_of(of: StoredVideo) -> tuple[str, ...]:
    """Every file of a video but its covers."""
    scans = tuple(scan(of, effort) for effort in EFFORTS)
    return (video(of.tenant, of.content), ranking(of), strip(of), *scans)
