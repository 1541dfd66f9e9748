"""Fetch one large file: resumed where it broke off, checked, in its place whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO

from gifworthy.errors import OutputError, WeightsBroken, WeightsUnreachable

Progress = Callable[[int, int | None], None]
"""Called with the bytes that are here and, when it is known, how many there will be."""

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Remote:
    """A file somewhere else. hash: the beginning of its published SHA-256, or None. timeout: seconds
    that its place may take to answer.
    """

    url: str
    hash: str | None = None
    timeout: float = 20.0


def download(remote: Remote, path: Path, progress: Progress | None = None) -> None:
    """Fetch a file to `path`. What an earlier try left in `path`.part is gone on from.

    Raises: WeightsUnreachable when the place cannot be reached or breaks off, or somebody else is at
    it; WeightsBroken when what came is not what was published; OutputError when the disk is full or
    refuses.
    """
    part = _beside(path, ".part")
    with _disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _no_empty(part), part.open("ab") as file:
            _claim(file, path)
            _Download(remote, path, file, progress or _silence).run()
        _check_what_came(path, remote)
        _beside(path, ".etag").unlink(missing_ok=True)
        part.replace(path)


def check_hash(path: Path, prefix: str | None) -> str:
    """The SHA-256 of a file, in hexadecimal.

    Raises: WeightsBroken when it does not begin with what was published.
    """
    found = _hash_of(path)
    if prefix and not found.startswith(prefix):
        raise WeightsBroken(
            f"{path} is not what was published: its SHA-256 begins with {found[: len(prefix)]}, "
            f"not {prefix}; remove it and fetch it again"
        )
    return found


@dataclass
class _Download:
    remote: Remote
    path: Path
    file: BinaryIO
    progress: Progress

    def run(self) -> None:
        """Bring the file to its end."""
        have = self.file.seek(0, os.SEEK_END)
        if have and not (self.remote.hash or self._etag()):
            have = self._from_nothing()  # nothing could tell whether two halves belong together
        with contextlib.closing(self._answer(have)) as answer:
            if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return  # all of it is here
            if have and answer.status != HTTPStatus.PARTIAL_CONTENT:
                have = self._from_nothing()
            tag = answer.headers.get("ETag") or ""
            _beside(self.path, ".etag").write_text("" if tag.startswith("W/") else tag)
            self._copy(answer, have)

    def _copy(self, answer: http.client.HTTPResponse, have: int) -> None:
        coming = answer.headers.get("Content-Length")
        total = None if coming is None else have + int(coming)
        self.progress(have, total)
        while chunk := self._read(answer):
            self.file.write(chunk)
            have += len(chunk)
            self.progress(have, total)
        self.file.flush()
        if total is not None and have < total:
            raise self._unreachable(f"broke off after {have} of {total} bytes", again=True)

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        try:
            return answer.read1(CHUNK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise self._unreachable(f"broke off ({error or 'no word'})", again=True) from error

    def _answer(self, have: int) -> http.client.HTTPResponse:
        headers = {"User-Agent": "gifworthy", "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
            if tag := self._etag():
                headers["If-Range"] = tag
        try:
            request = urllib.request.Request(self.remote.url, headers=headers)
            answer: http.client.HTTPResponse = urllib.request.urlopen(
                request, timeout=self.remote.timeout
            )
            return answer
        except urllib.error.HTTPError as error:
            return self._refused(error, have)
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise self._unreachable(f"cannot be reached ({reason})") from error

    def _refused(self, error: urllib.error.HTTPError, have: int) -> http.client.HTTPResponse:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            error.close()
            raise self._unreachable(f"answers {error.code} {error.reason}") from error
        if (error.headers.get("Content-Range") or "").endswith(f"/{have}"):
            return error  # type: ignore[return-value]
        error.close()
        return self._answer(self._from_nothing())

    def _from_nothing(self) -> int:
        self.file.truncate(0)
        return 0

    def _etag(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return _beside(self.path, ".etag").read_text()
        return ""

    def _unreachable(self, what: str, *, again: bool = False) -> WeightsUnreachable:
        remedy = (
            "run this again to go on"
            if again
            else f"put it at {self.path} by hand and run this again"
        )
        return WeightsUnreachable(f"{self.remote.url} {what}; {remedy}")


def _silence(have: int, total: int | None) -> None:
    """Nobody wants to know."""


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _check_what_came(path: Path, remote: Remote) -> None:
    part = _beside(path, ".part")
    found = _hash_of(part)
    if remote.hash and not found.startswith(remote.hash):
        part.unlink()
        _beside(path, ".etag").unlink(missing_ok=True)
        raise WeightsBroken(
            f"{remote.url} gave something else than was published: its SHA-256 begins with "
            f"{found[: len(remote.hash)]}, not {remote.hash}; it was thrown away, try again"
        )


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _claim(file: BinaryIO, path: Path) -> None:
    """Two at one file would write it twice over."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system; the hash still tells
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WeightsUnreachable(
            f"{path} is being fetched by another process; wait for it"
        ) from None


@contextmanager
def _no_empty(part: Path) -> Iterator[None]:
    try:
        yield
    except WeightsUnreachable:
        if not part.stat().st_size:
            part.unlink()
        raise


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror or error}; give another place "
            f"with GIFWORTHY_WEIGHTS"
        ) from error
