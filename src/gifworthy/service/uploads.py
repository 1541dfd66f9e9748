"""Uploads that go on where they broke off: what has come so far lies in a file, with a note beside it."""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from gifworthy.files import write_whole
from gifworthy.records.catalogue import Upload
from gifworthy.service import names
from gifworthy.service.intake import check_kind, shown_name
from gifworthy.service.storage import Storage

HEAD_BYTES = 64
KEPT = 2 * 86400.0
"""Seconds after which an upload that nobody went on with is given up."""
CHUNK = 1 << 20


class Elsewhere(ValueError):
    """The sender thinks that another number of bytes has come."""


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
        """Make room for an upload, and clear away what was given up. Raises: OutputError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._clear(time.time() - KEPT)
        begun = Begun(uuid.uuid4().hex, tenant, shown_name(name), length)
        self._bytes(begun.id).touch(mode=0o600)
        write_whole(self._note(begun.id), json.dumps(vars(begun)).encode())
        return begun

    def find(self, tenant: str, upload: str) -> Begun | None:
        """An upload of a tenant; None when there is none, or when it is another's."""
        if not upload.isalnum():
            return None
        try:
            begun = Begun(**json.loads(self._note(upload).read_bytes()))
        except FileNotFoundError:
            return None
        return begun if begun.tenant == tenant else None

    def offset(self, begun: Begun) -> int:
        """How many bytes have come."""
        return self._bytes(begun.id).stat().st_size

    async def go_on(self, begun: Begun, offset: int, chunks: AsyncIterator[bytes]) -> int:
        """Take more bytes in; what came before the line broke is kept.

        Returns: how many have come now. Raises: Elsewhere; ValueError when more come than were announced.
        """
        place = self._bytes(begun.id)
        if offset != place.stat().st_size:
            raise Elsewhere(
                f"{place.stat().st_size} bytes have come, not {offset}; go on from there"
            )
        with place.open("ab") as file:
            async for chunk in chunks:
                if file.tell() + len(chunk) > begun.length:
                    raise ValueError(f"more than the {begun.length} bytes that were announced came")
                await to_thread.run_sync(file.write, chunk)
            file.flush()
            os.fsync(file.fileno())
        return place.stat().st_size

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

    def _clear(self, before: float) -> None:
        for file in self.folder.glob("*.upload*"):
            if file.stat().st_mtime < before:
                file.unlink(missing_ok=True)

    def _bytes(self, upload: str) -> Path:
        return self.folder / f"{upload}.upload"

    def _note(self, upload: str) -> Path:
        return self.folder / f"{upload}.uploadnote"
