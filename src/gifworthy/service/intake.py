"""What comes in is hostile until it was looked at: its size is counted, its kind is read from its bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from anyio import to_thread

from gifworthy.errors import VideoUnreachable, VideoUnreadable
from gifworthy.isolation import GoOn, Stopped, always
from gifworthy.records.catalogue import Catalogue, StoredVideo, Upload
from gifworthy.records.jobs import Jobs
from gifworthy.records.orders import Order
from gifworthy.service import names
from gifworthy.service.reaching import Answer
from gifworthy.service.storage import Storage, spool

HEAD_BYTES = 64
MOST_NAME = 200
EXTENDED = re.compile(r"(?i:utf-8)'[A-Za-z0-9-]*'(.*)", re.DOTALL)


class TooLarge(ValueError):
    """More bytes came than may come."""


@dataclass(frozen=True)
class Place:
    """Where a video is kept. spools: a folder for what is not whole yet. still: refuses what has no room."""

    storage: Storage
    spools: Path
    still: Callable[[], None]


async def receive(
    chunks: AsyncIterator[bytes], called: str, tenant: str, place: Place, most: int
) -> Upload:
    """Take a video in, chunk by chunk; nothing of it is left when it is refused or breaks off.

    Args: called: what its sender calls it. most: bytes.
    Raises: TooLarge; VideoUnreadable when it is of no kind that holds pictures; OutputError.
    """
    with spool(place.spools) as (file, whole):
        digest, size = hashlib.sha256(), 0
        async for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise TooLarge(f"more than {most} bytes came; cut or compress the video")
            digest.update(chunk)
            await to_thread.run_sync(file.write, chunk)
        file.flush()
        upload = Upload(tenant, digest.hexdigest(), shown_name(called), size)
        await to_thread.run_sync(place.still)
        await to_thread.run_sync(_keep, place.storage, upload, whole)
    return upload


def accept(catalogue: Catalogue, jobs: Jobs, upload: Upload) -> StoredVideo:
    """A video that lies in the storage is known from now on, and will be looked at."""
    video = catalogue.add(upload)
    if video.state != "ready":
        live = jobs.of(video.tenant, video.id, ("pending", "processing"))
        if not any(job.kind == "look" for job in live):
            jobs.order(Order(video.tenant, video.id, "look", {}))
    return video


def take(answer: Answer, called: str, tenant: str, storage: Storage, room: Room) -> Upload:
    """Take in what an address answers; as `receive`, of a worker. Raises: also VideoUnreachable, Stopped."""
    with spool(room.spools) as (file, place):
        digest, size = hashlib.sha256(), 0
        room.check(0.0)  # the answer may have let us wait for its beginning
        for piece in answer.pieces():
            size += len(piece)
            if size > room.most:
                raise TooLarge(f"more than {room.most} bytes came; cut or compress the video")
            room.check(size / answer.size if answer.size else 0.0)
            digest.update(piece)
            file.write(piece)
        file.flush()
        if size < (answer.size or 0):
            raise VideoUnreachable(f"it broke off after {size} of {answer.size} bytes")
        upload = Upload(tenant, digest.hexdigest(), shown_name(called), size)
        _keep(storage, upload, place)
    return upload


@dataclass(frozen=True)
class Room:
    """Where something that comes may lie, how much of it may come, and who says whether to go on."""

    spools: Path
    most: int
    go_on: GoOn = always

    def check(self, share: float) -> None:
        """Ask whether to go on, at a share of all that comes. Raises: Stopped."""
        if not self.go_on(share):
            raise Stopped


def name_in(header: str) -> str:
    """The name that a header holds, whose bytes were read as Latin-1.

    It may be UTF-8 as curl sends it, Latin-1 as old programs do, percent-encoded UTF-8, or RFC 8187's
    `UTF-8'language'...`.
    """
    try:
        text = header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        text = header
    extended = EXTENDED.fullmatch(text)
    return unquote(extended[1] if extended else text)


def shown_name(called: str) -> str:
    """What a sender calls a video, made safe to show: it is never the name of a file of ours."""
    last = called.replace("\\", "/").rpartition("/")[2]
    clean = "".join(letter for letter in last if letter.isprintable()).strip()
    return clean[:MOST_NAME] or "video"


def check_kind(head: bytes) -> None:
    """Whether bytes begin like a video. Raises: VideoUnreadable."""
    if not any(head[at : at + len(sign)] == sign for at, sign in SIGNS):
        raise VideoUnreadable(
            "this is no video that is known here by its first bytes; MP4, MOV, WebM, MKV, AVI, MPEG, FLV, "
            "WMV, OGG and GIF are"
        )


SIGNS: tuple[tuple[int, bytes], ...] = (
    (4, b"ftyp"),
    (4, b"moov"),
    (4, b"mdat"),
    (4, b"wide"),
    (4, b"free"),
    (4, b"skip"),
    (0, b"\x1aE\xdf\xa3"),
    (8, b"AVI "),
    (0, b"FLV\x01"),
    (0, b"OggS"),
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (0, b"\x00\x00\x01\xba"),
    (0, b"\x00\x00\x01\xb3"),
    (0, b"G\x40"),
    (4, b"G\x40"),
    (0, b"0&\xb2u\x8ef\xcf\x11"),
)
"""Where, and how, the containers begin that hold their pictures themselves; a playlist is none of them."""


def _keep(storage: Storage, upload: Upload, place: Path) -> None:
    if upload.size_bytes == 0:
        raise VideoUnreadable("nothing came; send the video's bytes")
    with place.open("rb") as file:
        check_kind(file.read(HEAD_BYTES))
    storage.adopt(names.video(upload.tenant, upload.content), place)
