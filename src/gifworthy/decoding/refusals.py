"""Why a file is not read: one line each, with what to do."""

from __future__ import annotations

from collections import Counter

from av.container import InputContainer

from gifworthy.decoding.places import Place
from gifworthy.errors import VideoError, VideoUnreadable

_HEAD_BYTES = 4096
_EDGE_BYTES = 1 << 20
# Boxes of ISO/IEC 23001-7 that only an encrypted MP4 has.
_ENCRYPTED = (b"encv", b"sinf", b"pssh")
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"<?xml", b"[playlist]", b"file '", b'file "')
_TYPES = ("video", "audio", "subtitle", "data", "attachment")


def cannot_open(place: Place, error: Exception) -> VideoError:
    """The likeliest reason why a container cannot be opened, from its first bytes."""
    head = place.slice(0, _HEAD_BYTES)
    if not head:
        return VideoUnreadable(f"{place.name} is empty; give a video file")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(_PLAYLISTS) or b"<MPD" in head:
        return VideoUnreadable(
            f"{place.name} is a playlist, which may open other files; give the video file itself"
        )
    if start[:256].lower().startswith((b"<!doctype html", b"<html")):
        return VideoUnreadable(
            f"{place.name} is a web page; give the address of the video file itself"
        )
    if _is_text(head):
        return VideoUnreadable(f"{place.name} holds text, no video; give a video file")
    return VideoUnreadable(
        f"{place.name} cannot be read as a video ({_words(error)}); it may be damaged or of an "
        f"unknown kind: convert it"
    )


def no_picture_stream(container: InputContainer, name: str) -> str:
    """`talk.mkv has no video stream (2 audio, 1 subtitle); give a file that has one`."""
    counts = Counter[str](s.type for s in container.streams if s.type != "video")
    there = ", ".join(f"{counts[kind]} {kind}" for kind in _TYPES if counts[kind])
    if container.streams.video:
        there = f"{there}, {len(container.streams.video)} cover picture".removeprefix(", ")
    return f"{name} has no video stream ({there or 'no streams at all'}); give a file that has one"


def encrypted(name: str) -> VideoError:
    """Its frames need a key."""
    return VideoUnreadable(f"{name} is encrypted; give a copy without protection")


def nothing_decodes(place: Place, container: InputContainer) -> VideoError:
    """Why a stream that opens gives no picture: its frames are encrypted, missing, or broken."""
    edges = place.slice(0, _EDGE_BYTES) + place.slice(
        max(_EDGE_BYTES, place.size_bytes - _EDGE_BYTES), _EDGE_BYTES
    )
    if any(word in edges for word in _ENCRYPTED):
        return encrypted(place.name)
    stream = container.streams.video[0]
    if not stream.frames and not len(stream.index_entries) and not stream.duration:
        return VideoUnreadable(f"the video stream of {place.name} holds no pictures; give another")
    return VideoUnreadable(
        f"no picture of {place.name} can be decoded; it is damaged, fetch or export it again"
    )


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:
            return False
        text = head[: error.start].decode()
    return all(character.isprintable() or character.isspace() for character in text)


def _words(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).rstrip(".").splitlines()[0].lower()
