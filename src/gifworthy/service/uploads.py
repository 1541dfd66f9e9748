"""Uploads that go on where they broke off: what has come so far lies in a file, with a note beside it."""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import anyio
from anyio import to_thread

from gifworthy.files import write_whole
from gifworthy.records.catalogue import Upload
from gifworthy.service import names
from gifworthy.service.intake import check_kind, shown_name
from gifworthy.service.storage import Storage, claim

HEAD_BYTES = 64
NOTE = ".uploadnote"
KEPT = 2 * 86400.0
"""Seconds after which an upload that nobody went on with is given up."""
CHUNK = 1 << 20
SILENCE = 15.0
"""Seconds without a byte after which a sender is gone: a line that broke may never say so."""
PATIENCE = 20.0
"""Seconds to wait for whoever is at an upload; longer than a sender that is gone is believed."""
PAUSE = 0.1
"""Seconds between two looks whether it is free."""


class Elsewhere(ValueError):
    """The sender thinks that another number of bytes has come."""


class Busy(ValueError):
    """Somebody else is at this upload."""


class Gone(ValueError):
    """It became a video, or was given up, meanwhile."""


class Silent(ValueError):
    """The sender says nothing any more."""


@dataclass(frozen=True)
class Begun:
    """An upload that was begun. length: bytes that shall come."""

    id: str
    tenant: str
    name: str
    length: int


@dataclass(frozen=True)
class Uploads:
    """The uploads of one server; they live in its own folder, whatever the storage is."""

    folder: Path

    def begin(self, tenant: str, name: str, length: int) -> Begun:
        """Make a place for an upload. Raises: OutputError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        begun = Begun(uuid.uuid4().hex, tenant, shown_name(name), length)
        self._bytes(begun.id).touch(mode=0o600)
        write_whole(self._note(begun.id), json.dumps(vars(begun)).encode())
        return begun

    def find(self, tenant: str, upload: str) -> Begun | None:
        """An upload of a tenant; None when there is none, or when it is another's."""
        if not upload.isalnum() or not self._bytes(upload).exists():
            return None
        begun = _read(self._note(upload))
        return begun if begun is not None and begun.tenant == tenant else None

    def unfinished(self, tenant: str) -> tuple[Begun, ...]:
        """Every upload that a tenant has begun here and not finished."""
        ids = [file.stem for file in self.folder.glob("*.upload")]
        return tuple(begun for one in ids if (begun := self.find(tenant, one)) is not None)

    def clear(self) -> None:
        """Clear away what nobody went on with for long."""
        before = time.time() - KEPT
        for file in self.folder.glob("*.upload*"):
            with suppress(FileNotFoundError):  # another request was quicker
                if file.stat().st_mtime < before:
                    file.unlink()

    def offset(self, begun: Begun) -> int:
        """How many bytes have come. Raises: Gone."""
        try:
            return self._bytes(begun.id).stat().st_size
        except FileNotFoundError:
            raise _gone(begun) from None

    @asynccontextmanager
    async def held(self, begun: Begun) -> AsyncIterator[BinaryIO]:
        """What has come of an upload, for one alone: two at once would mix their bytes.

        Raises: Busy, when another is at it for long; Gone.
        """
        place, patience = self._bytes(begun.id), time.monotonic() + PATIENCE
        try:
            file = place.open("r+b")
        except FileNotFoundError:
            raise _gone(begun) from None
        with file:
            while not claim(file, place):
                if time.monotonic() > patience:
                    raise Busy(f"another sender is at upload {begun.id}; ask again when it is done")
                await anyio.sleep(PAUSE)
            if not _lies_at(file, place):
                raise _gone(begun)
            yield file

    async def go_on(
        self, begun: Begun, file: BinaryIO, offset: int, chunks: AsyncIterator[bytes]
    ) -> int:
        """Take more bytes in; what came before the line broke is kept.

        Args: file: as `held` gives it.
        Returns: how many have come now. Raises: Elsewhere; Silent; ValueError when more come than were
        announced.
        """
        come, note = file.seek(0, os.SEEK_END), self._note(begun.id)
        if offset != come:
            raise Elsewhere(f"{come} bytes have come, not {offset}; go on from there")
        for known in (note, self._bytes(begun.id)):
            os.utime(known)  # somebody goes on with it, even with no more bytes
        while chunk := await _next(chunks):
            if file.tell() + len(chunk) > begun.length:
                raise ValueError(f"more than the {begun.length} bytes that were announced came")
            await to_thread.run_sync(_append, file, chunk, note)
        await to_thread.run_sync(_settle, file)
        return file.tell()

    def finish(self, begun: Begun, storage: Storage) -> Upload:
        """It is whole: keep it as a video. Raises: VideoUnreadable, OutputError."""
        place = self._bytes(begun.id)
        try:
            digest = hashlib.sha256()
            with place.open("rb") as file:
                check_kind(file.read(HEAD_BYTES))
                file.seek(0)
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
            content = digest.hexdigest()
            storage.adopt(names.video(begun.tenant, content), place)
        finally:
            self.forget(begun)
        return Upload(begun.tenant, content, begun.name, begun.length)

    def forget(self, begun: Begun) -> None:
        """Give an upload up."""
        self._bytes(begun.id).unlink(missing_ok=True)
        self._note(begun.id).unlink(missing_ok=True)

    def _bytes(self, upload: str) -> Path:
        return self.folder / f"{upload}.upload"

    def _note(self, upload: str) -> Path:
        return self.folder / f"{upload}{NOTE}"


def _read(note: Path) -> Begun | None:
    try:
        return Begun(**json.loads(note.read_bytes()))
    except FileNotFoundError:
        return None


def _gone(begun: Begun) -> Gone:
    return Gone(f"there is no upload {begun.id} any more: it is a video now, or was given up")


def _lies_at(file: BinaryIO, place: Path) -> bool:
    """Whether an open file is still the one of that name; a finished upload is a stored video by now."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), place.stat())
    except FileNotFoundError:
        return False


async def _next(chunks: AsyncIterator[bytes]) -> bytes:
    """The next bytes; none at the end. Raises: Silent."""
    try:
        with anyio.fail_after(SILENCE):
            async for chunk in chunks:
                if chunk:
                    return chunk
    except TimeoutError:
        raise Silent(f"nothing came for {SILENCE:g} s; go on from what has come") from None
    return b""


def _append(file: BinaryIO, chunk: bytes, note: Path) -> None:
    file.write(chunk)
    os.utime(note)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
