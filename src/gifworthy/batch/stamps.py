"""How a finished video is recognised without reading it: by its place, size and time or tag.

A stamp is 16 bytes: ten that name the place and six that change when what lies there does.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

PLACE_BYTES, STATE_BYTES = 10, 6
STAMP_BYTES = PLACE_BYTES + STATE_BYTES
AWAY = "error "
"""What the state of a video begins with that cannot be asked: it is away, for now or for good."""
TAGS = ("ETag", "etag", "LastModified", "Last-Modified", "mtime", "created")


def stamp_of(source: str, state: str) -> bytes:
    """The stamp of a video: `state` is what changes when the video does."""
    return _hash(source, PLACE_BYTES) + _hash(state, STATE_BYTES)


def local_state(path: str) -> str:
    """Size and time of a file; of one that is not there too, as it may come."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a hundred thousand of them
    except OSError as error:
        return f"{AWAY}{error.errno}"
    return f"{status.st_size} {status.st_mtime_ns}"


def is_missing(state: str) -> bool:
    """Whether a video was not there, or did not answer, when it was asked for its state."""
    return state.startswith(AWAY)


def _hash(text: str, size: int) -> bytes:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=size).digest()


def place_number(source: str) -> int:
    """A number that depends on a video's place alone."""
    return number_of(_hash(source, PLACE_BYTES))


def number_of(stamp: bytes) -> int:
    """The number of the place that a stamp is of."""
    return int.from_bytes(stamp[:8], "big")


def remote_state(source: str, timeout: float | None = None) -> str:
    """Size and tag of an object or a page; of one that cannot be asked too, as it may come.

    Args: timeout: seconds that the place may take to answer; None or 0 for as long as it likes.
    """
    import fsspec
    from fsspec.asyn import AsyncFileSystem, sync

    try:
        files, path = fsspec.core.url_to_fs(source)
        if isinstance(files, AsyncFileSystem):  # its own limits are minutes, and for each request
            facts = sync(files.loop, files._info, path, timeout=timeout)
        else:
            facts = files.info(path)
    except Exception as error:  # whoever opens it says what is wrong with it
        return f"{AWAY}{type(error).__name__}"
    return told_state(facts)


def told_state(facts: Mapping[str, object]) -> str:
    """Size and tag of what a storage tells of one of its objects."""
    tags = (facts.get(name) for name in TAGS)
    return f"{facts.get('size')} {next((tag for tag in tags if tag), '')}"
