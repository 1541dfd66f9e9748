"""Bytes in an object store (`s3://`, `gs://`, ...), through the fsspec package that knows it."""

from __future__ import annotations

from collections.abc import Sequence

import fsspec
from fsspec.asyn import AsyncFileSystem, sync

from gifworthy.decoding.remote import Range
from gifworthy.errors import MissingExtra, VideoNotFound, VideoUnreachable, VideoUnreadable
from gifworthy.settings import Settings

# Only stores that hold bytes: `zip://`, `simplecache::` and their like would open other places.
STORES = {
    "s3": "gifworthy[s3]",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "memory": "fsspec",
}


def bucket_bytes(address: str, name: str, settings: Settings) -> BucketBytes:
    """The bytes of an object.

    Raises: VideoUnreadable for a protocol nobody here reads, MissingExtra, VideoNotFound,
        VideoUnreachable.
    """
    protocol, _, path = address.partition("://")
    protocol = protocol.lower()
    if protocol not in STORES:
        known = ", ".join(f"{name}://" for name in ("http", "https", *STORES))
        raise VideoUnreadable(f"{protocol}:// is not read here ({known} are); fetch the file first")
    try:
        files = fsspec.filesystem(protocol)
    except ImportError as error:
        raise MissingExtra(
            f"{name} lies in {protocol}://, which needs one more package: "
            f"pip install '{STORES[protocol]}'"
        ) from error
    return BucketBytes(files, path, name, settings.timeout)


class BucketBytes:
    """An object, read in ranges. tag: the store's own, else the time of its last change."""

    head = b""

    def __init__(
        self, files: fsspec.AbstractFileSystem, path: str, name: str, timeout: float
    ) -> None:
        self._files = files
        self._path = path
        self._name = name
        self._timeout = timeout
        facts = self._asked("info", path)
        if facts.get("type") == "directory":
            raise VideoUnreadable(f"{name} is a folder; give a video file inside it")
        self.size_bytes = int(facts.get("size") or 0)
        tags = (facts.get(key) for key in ("ETag", "etag", "LastModified", "mtime", "created"))
        self.tag = str(next((tag for tag in tags if tag), ""))

    def fetch(self, ranges: Sequence[Range]) -> list[bytes]:
        """Bytes [start, end) of each range."""
        # By name: between path and start each store's package has fields of its own.
        return [
            bytes(self._asked("cat_file", self._path, start=start, end=end))
            for start, end in ranges
        ]

    def close(self) -> None:
        """fsspec keeps its connections for the next one."""

    def _asked(self, method: str, path: str, **more: int):  # type: ignore[no-untyped-def]
        try:
            if isinstance(self._files, AsyncFileSystem):
                work = getattr(self._files, f"_{method}")
                return sync(self._files.loop, work, path, timeout=self._timeout, **more)
            return getattr(self._files, method)(path, **more)
        except FileNotFoundError:
            raise VideoNotFound(f"{self._name} is not in the store; check the address") from None
        except TimeoutError as error:
            raise VideoUnreachable(
                f"{self._name} did not come within {self._timeout:g} s; try again, or allow more "
                f"time with GIFWORTHY_TIMEOUT"
            ) from error
        except Exception as error:  # each store's package has errors of its own
            words = (str(error) or type(error).__name__).splitlines()[0]
            raise VideoUnreachable(
                f"{self._name} cannot be fetched ({words}); check the address and your credentials"
            ) from error
