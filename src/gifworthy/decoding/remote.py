"""A remote place, read in ranges: only the blocks that the decoder asks for travel."""

from __future__ import annotations

import hashlib
import io
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from gifworthy.decoding.places import sampled_key
from gifworthy.errors import VideoError, VideoUnreachable, VideoUnreadable
from gifworthy.settings import Settings

# A key frame of 720p is 30 to 150 KB: two or three blocks, so that little is fetched beside it.
BLOCK = 1 << 15
MOST_BLOCKS = (24 << 20) // BLOCK
MOST_AHEAD = (2 << 20) // BLOCK
# Reads that follow one another are a key frame at first; only after these many blocks are they a film.
PATIENCE = 8

Range = tuple[int, int]


class Bytes(Protocol):
    """Bytes that lie elsewhere. size_bytes: the whole. tag: changes when they change.

    head: the first of them, when they came with the first answer.
    """

    size_bytes: int
    tag: str
    head: bytes

    def fetch(self, ranges: Sequence[Range]) -> list[bytes]:
        """Bytes [start, end) of each range. Raises: VideoError."""
        ...

    def close(self) -> None:
        """Give back connections and temporary files."""
        ...


class RemotePlace:
    """A remote place and a few MB of its blocks, shared by every cursor on it.

    fetched_bytes: how much has travelled. notes: what a person should know.
    """

    def __init__(self, name: str, source: Bytes, notes: tuple[str, ...] = ()) -> None:
        self.name = name
        self.size_bytes = source.size_bytes
        self.fetched_bytes = 0
        self.notes = notes
        self._source = source
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._broken: VideoError | None = None
        if not self.size_bytes:
            raise VideoUnreadable(f"{name} is empty; give a video file")
        if len(source.head) == min(BLOCK, self.size_bytes):
            self._keep(0, len(source.head), source.head)

    def for_decoder(self) -> RemoteCursor:
        """A new position at the start."""
        return RemoteCursor(self)

    def slice(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from `offset` on."""
        return self.bytes_at(offset, size)

    def content_key(self) -> str:
        """Hash of the size and the server's tag; of samples too, where a server gives no tag."""
        if not self._source.tag:
            return sampled_key(self)
        return hashlib.blake2b(
            f"{self.size_bytes} {self._source.tag} {self.name}".encode(), digest_size=16
        ).hexdigest()

    def bytes_at(self, offset: int, size: int, ahead: int = 0) -> bytes:
        """At most `size` bytes from `offset` on, fetched with `ahead` blocks more if any is missing."""
        end = min(offset + size, self.size_bytes)
        if end <= offset:
            return b""
        first, last = offset // BLOCK, (end - 1) // BLOCK
        missing = [number for number in range(first, last + 1) if number not in self._blocks]
        if missing:
            self._fetch([(missing[0], last + 1 + ahead)])
        data = b"".join(self._block(number) for number in range(first, last + 1))
        return data[offset - first * BLOCK : end - first * BLOCK]

    def expect(self, ranges: Sequence[Range]) -> None:
        """Fetch several ranges of bytes at once, because they will be read soon."""
        wanted = sorted(
            {n for start, end in ranges for n in range(start // BLOCK, -(-end // BLOCK))}
        )
        wanted = [n for n in wanted if n not in self._blocks][: MOST_BLOCKS // 2]
        if wanted:
            self._fetch(_runs(wanted))

    def _block(self, number: int) -> bytes:
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _fetch(self, runs: list[Range]) -> None:
        ranges = [(a * BLOCK, min(b * BLOCK, self.size_bytes)) for a, b in runs]
        try:
            pieces = self._source.fetch(ranges)
        except VideoError as error:
            self._broken = error
            raise
        for (start, end), piece in zip(ranges, pieces, strict=True):
            self._keep(start, end, piece)

    def _keep(self, start: int, end: int, piece: bytes) -> None:
        self.fetched_bytes += len(piece)
        if len(piece) != end - start:
            self._broken = VideoUnreachable(
                f"{self.name} broke off: {len(piece)} of {end - start} bytes came; try again"
            )
            raise self._broken
        for offset in range(0, len(piece), BLOCK):
            self._blocks[(start + offset) // BLOCK] = piece[offset : offset + BLOCK]
        while len(self._blocks) > MOST_BLOCKS:
            self._blocks.popitem(last=False)

    def raise_if_broken(self) -> None:
        """Raises: the VideoError that a read ran into; the decoder takes a failed read for the end."""
        if self._broken is not None:
            raise self._broken

    def close(self) -> None:
        """Give back connections and temporary files."""
        self._blocks.clear()
        self._source.close()


class RemoteCursor:
    """A position in a remote place. The longer one reads on, the more is fetched at once."""

    def __init__(self, place: RemotePlace) -> None:
        self.name = place.name
        self._place = place
        self._offset = 0
        self._run = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end."""
        before = self._offset // BLOCK
        ahead = min(MOST_AHEAD, max(0, self._run - PATIENCE))
        data = self._place.bytes_at(self._offset, size, ahead)
        self._offset += len(data)
        self._run += self._offset // BLOCK - before
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, and say where one stands."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._offset, io.SEEK_END: self._place.size_bytes}
        target = max(0, base[whence] + offset)
        if target != self._offset:
            self._run = 0
        self._offset = target
        return target

    def tell(self) -> int:
        """Where one stands."""
        return self._offset


def _runs(numbers: list[int]) -> list[Range]:
    """Sorted block numbers as ranges [first, last + 1) of neighbours."""
    runs: list[Range] = []
    for number in numbers:
        if runs and runs[-1][1] == number:
            runs[-1] = (runs[-1][0], number + 1)
        else:
            runs.append((number, number + 1))
    return runs


def remote_place(address: str, settings: Settings) -> RemotePlace:
    """A place on the web or in an object store. Raises: VideoError, MissingExtra."""
    parts = urlsplit(address)
    name = unquote(PurePosixPath(parts.path).name) or parts.hostname or address
    if parts.scheme.lower() in ("http", "https"):
        from gifworthy.decoding.web import web_bytes

        source, notes = web_bytes(address, name, settings)
        return RemotePlace(name, source, notes)
    from gifworthy.decoding.buckets import bucket_bytes

    return RemotePlace(name, bucket_bytes(address, name, settings))
