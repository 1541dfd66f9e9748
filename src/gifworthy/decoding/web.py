"""Bytes on the web, fetched with range requests; whole, and told so, where a server knows none."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TypeVar

import aiohttp
import fsspec
from fsspec.asyn import sync

from gifworthy.decoding.addresses import shown, told
from gifworthy.decoding.remote import BLOCK, Bytes, Range
from gifworthy.errors import (
    OutputError,
    VideoError,
    VideoNotFound,
    VideoUnreachable,
    VideoUnreadable,
)
from gifworthy.settings import Settings

_PIECE = 1 << 16
_AT_ONCE = 6
_TRIES = 2
_ADVICE = {
    401: "it asks for a name and a password",
    403: "it does not let you in; an address with a key may be needed",
    408: "try again later",
    425: "try again later",
    429: "it is asked too often; wait a while",
}
_PASSING = (408, 425, 429)
"""Of the refusals that blame us, those that a later try may not meet; what blames the server all may pass."""
_FULL = (errno.ENOSPC, errno.EDQUOT)

Result = TypeVar("Result")


def web_bytes(address: str, name: str, settings: Settings) -> tuple[Bytes, tuple[str, ...]]:
    """The bytes of an address, and what a person should know about how they come.

    Raises: VideoNotFound, VideoUnreachable (from a PermissionError where asking again is in vain),
        VideoUnreadable; OutputError when there is no room for a copy.
    """
    web = Web(address, name, settings.timeout)
    try:
        return web.run(web.begin)
    except BaseException:
        web.close()
        raise


class Web:
    """One address: its connections (fsspec's pool and event loop) and its time limit."""

    def __init__(self, address: str, name: str, timeout: float) -> None:
        self.address = address
        self.name = name
        self.timeout = timeout
        limits = aiohttp.ClientTimeout(total=None, connect=timeout, sock_read=timeout)
        self._files = fsspec.filesystem(
            "http", skip_instance_cache=True, client_kwargs={"timeout": limits}
        )

    def run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do work on the event loop, its errors told in our words."""
        result: Result = sync(self._files.loop, self._translated, work)
        return result

    async def begin(self) -> tuple[Bytes, tuple[str, ...]]:
        """Ask for the first block, and learn from the answer how the rest can be had."""
        async with await self.get(0, BLOCK) as answer:
            if answer.status == 206:
                total = answer.headers.get("Content-Range", "").rpartition("/")[2]
                if total.isdigit():
                    head = await self.in_time(answer.read())
                    return WebBytes(self, int(total), _tag(answer), head), ()
            whole = await self._whole(answer)
        self.close()
        return whole, (
            f"{self.name} was fetched whole ({whole.size_bytes / 1e6:.1f} MB): "
            f"its server answers no range requests",
        )

    async def get(self, start: int, end: int) -> aiohttp.ClientResponse:
        """The server's answer to a request for bytes [start, end). Raises: VideoError."""
        session = await self._files.set_session()
        headers = {"Range": f"bytes={start}-{end - 1}", "Accept-Encoding": "identity"}
        answer: aiohttp.ClientResponse = await self.in_time(
            session.get(self._files.encode_url(self.address), headers=headers)
        )
        if answer.status >= 400:
            answer.close()
            raise self._refused(answer) from _lasting(answer)
        return answer

    async def in_time(self, work: Awaitable[Result]) -> Result:
        """Do work within the time limit, however slowly the bytes drip."""
        return await asyncio.wait_for(work, self.timeout)

    def close(self) -> None:
        """Let go of the connections."""
        session, self._files._session = self._files._session, None
        if session is not None:
            self._files.close_session(self._files.loop, session)

    async def _whole(self, answer: aiohttp.ClientResponse) -> TemporaryBytes:
        copy = TemporaryBytes(_tag(answer))
        try:
            while piece := await self.in_time(_piece(answer.content)):
                copy.append(piece)
        except BaseException:
            copy.close()
            raise
        return copy

    async def _translated(self, work: Callable[[], Awaitable[Result]]) -> Result:
        try:
            return await work()
        except TimeoutError as error:
            raise VideoUnreachable(
                f"{self.name} did not come within {self.timeout:g} s; try again, or allow more time "
                f"with GIFWORTHY_TIMEOUT"
            ) from error
        except aiohttp.InvalidURL as error:
            raise VideoNotFound(f"{shown(self.address)} is no address; check it") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            why = told(_words(error), self.address)
            raise VideoUnreachable(
                f"{self.name} cannot be fetched ({why}); check the address and the network"
            ) from error

    def _refused(self, answer: aiohttp.ClientResponse) -> VideoError:
        if answer.status in (404, 410):
            return VideoNotFound(f"{self.name} is not on {answer.url.host}; check the address")
        if answer.status == 416:
            return VideoUnreadable(f"{self.name} is empty or became shorter; give another video")
        usual = "check the address" if _lasting(answer) else "try again later"
        advice = _ADVICE.get(answer.status, usual)
        return VideoUnreachable(
            f"{answer.url.host} refused {self.name} ({answer.status} {answer.reason}); {advice}"
        )


class WebBytes:
    """An address whose server answers range requests; each answer's tag must be the first one's."""

    def __init__(self, web: Web, size_bytes: int, tag: str, head: bytes) -> None:
        self.size_bytes = size_bytes
        self.tag = tag
        self.head = head
        self._web = web

    def fetch(self, ranges: Sequence[Range]) -> list[bytes]:
        """Bytes [start, end) of each range, several requests at a time."""
        return self._web.run(lambda: self._fetch_all(ranges))

    async def _fetch_all(self, ranges: Sequence[Range]) -> list[bytes]:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def _one(piece: Range) -> bytes:
            async with slots:
                return await self._fetch_again(piece)

        return list(await asyncio.gather(*map(_one, ranges)))

    async def _fetch_again(self, piece: Range) -> bytes:
        for _ in range(_TRIES - 1):
            try:
                return await self._fetch(piece)
            except aiohttp.ClientConnectionError as error:
                # A server may close an idle connection just as it is used again.
                if isinstance(error, TimeoutError):
                    raise
        return await self._fetch(piece)

    async def _fetch(self, piece: Range) -> bytes:
        async with await self._web.get(*piece) as answer:
            if answer.status != 206 or _tag(answer) != self.tag:
                raise VideoUnreadable(f"{self._web.name} changed while it was read; try again")
            return await self._web.in_time(answer.read())

    def close(self) -> None:
        """Let go of the connections."""
        self._web.close()


class TemporaryBytes:
    """A whole copy in a temporary file without a name."""

    head = b""

    def __init__(self, tag: str) -> None:
        """Raises: OutputError when nothing can be written there."""
        self.tag = tag
        self.size_bytes = 0
        with _told_when_full():
            self._file = tempfile.TemporaryFile(prefix="gifworthy-")  # noqa: SIM115 - closed by close

    def append(self, piece: bytes) -> None:
        """Add bytes at the end. Raises: OutputError when there is no room."""
        with _told_when_full():
            self._file.write(piece)
            self._file.flush()
        self.size_bytes += len(piece)

    def fetch(self, ranges: Sequence[Range]) -> list[bytes]:
        """Bytes [start, end) of each range."""
        return [self._slice(start, end) for start, end in ranges]

    def _slice(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        return self._file.read(end - start)

    def close(self) -> None:
        """The file goes away, with what of it could not be written."""
        with contextlib.suppress(OSError):
            self._file.close()


@contextlib.contextmanager
def _told_when_full() -> Iterator[None]:
    """A full disk of ours is not the video's fault, nor the network's."""
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise OutputError(
            f"{tempfile.gettempdir()} is full: a video that comes whole is kept there while it is read; "
            f"make room, or name another folder with TMPDIR"
        ) from error


def _lasting(answer: aiohttp.ClientResponse) -> PermissionError | None:
    """What the operating system would say of it; None where a later try may be answered otherwise."""
    if answer.status >= 500 or answer.status in _PASSING:
        return None
    return PermissionError(errno.EACCES, f"{answer.status} {answer.reason}")


async def _piece(content: aiohttp.StreamReader) -> bytes:
    """`_PIECE` bytes, fewer at the end: so many must come within each time limit."""
    try:
        return await content.readexactly(_PIECE)
    except asyncio.IncompleteReadError as error:
        return error.partial


def _tag(answer: aiohttp.ClientResponse) -> str:
    return answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]
