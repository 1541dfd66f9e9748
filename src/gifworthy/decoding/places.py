"""Where a source lies: a file of this machine, or a remote place that is read in ranges."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from gifworthy.errors import VideoNotFound, VideoUnreadable
from gifworthy.settings import Settings

_SMALL = 8 << 20
_SAMPLE = 1 << 16
_SAMPLES = 18
_ADDRESS = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]+)://")


class Place(Protocol):
    """Where bytes lie. name: for people, without folders and secrets. size_bytes: the whole.

    notes: what a person should know about how the bytes come.
    """

    name: str
    size_bytes: int
    notes: tuple[str, ...]

    def for_decoder(self) -> object:
        """What the decoder opens: a name it understands, or something to read from."""
        ...

    def slice(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on."""
        ...

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Bytes [start, end) that will be read soon."""
        ...

    def content_key(self) -> str:
        """A name for the content: the same for the same bytes, told without reading them all."""
        ...

    def raise_if_broken(self) -> None:
        """Raises: the VideoError that a read ran into, or that the bytes changed meanwhile."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


class LocalFile:
    """A file of this machine, which must stay as it is while it is read."""

    notes: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise VideoNotFound(f"{path} does not exist; check the path") from None
        except OSError as error:
            raise VideoUnreadable(
                f"{path} cannot be read: {error.strerror}; check its rights"
            ) from error
        if path.is_dir():
            raise VideoUnreadable(f"{path} is a folder; give a video file inside it")
        if not path.is_file():
            raise VideoUnreadable(f"{path} is a device or a pipe; give a video file")
        if not status.st_size:
            raise VideoUnreadable(f"{path} is empty; give a video file")
        if not os.access(path, os.R_OK):
            raise VideoUnreadable(f"{path} may not be read by you; change its rights")
        self.size_bytes = status.st_size
        self._seen = (status.st_size, status.st_mtime_ns, status.st_ino)

    def for_decoder(self) -> str:
        """The path; the prefix keeps one such as `concat:a|b` from being read as a protocol."""
        return f"file:{self.path}"

    def slice(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on."""
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def expect(self, ranges: Sequence[tuple[int, int]]) -> None:
        """The system reads ahead by itself."""

    def content_key(self) -> str:
        """Hash of the size and of samples; of every byte when the file is small."""
        return sampled_key(self)

    def raise_if_broken(self) -> None:
        """Raises: VideoUnreadable when the file changed since it was opened."""
        try:
            status = self.path.stat()
        except OSError as error:
            raise VideoUnreadable(f"{self.name} vanished while it was read; put it back") from error
        if (status.st_size, status.st_mtime_ns, status.st_ino) != self._seen:
            raise VideoUnreadable(
                f"{self.name} changed while it was read; wait until it is written, then try again"
            )

    def close(self) -> None:
        """Nothing is held."""


def sampled_key(place: Place, tag: str = "") -> str:
    """Hash of a place's size, its tag, and 18 samples of its bytes; of all when they are few."""
    key = hashlib.blake2b(f"{place.size_bytes} {tag}".encode(), digest_size=16)
    if place.size_bytes <= _SMALL:
        key.update(place.slice(0, place.size_bytes))
    else:
        room = place.size_bytes - _SAMPLE
        for number in range(_SAMPLES):
            key.update(place.slice(room * number // (_SAMPLES - 1), _SAMPLE))
    return key.hexdigest()


def place_of(source: str | Path, settings: Settings) -> Place:
    """The place that a person means. Raises: VideoError, MissingExtra."""
    match = _ADDRESS.match(source) if isinstance(source, str) else None
    if match is None:
        return LocalFile(Path(source).expanduser())
    assert isinstance(source, str)
    if match[1].lower() == "file":
        return LocalFile(Path(unquote(urlsplit(source).path)))
    from gifworthy.decoding.remote import remote_place

    return remote_place(source, settings)
