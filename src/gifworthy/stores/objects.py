"""An object storage, or any other file system that fsspec knows, as a store."""

from __future__ import annotations

import hashlib
from typing import Protocol, cast

from gifworthy.errors import MissingExtra, OutputError


class FileSystem(Protocol):
    """What is used of fsspec's file systems."""

    def cat_file(self, path: str) -> bytes:
        """The bytes of an object."""
        ...

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write an object."""
        ...

    def invalidate_cache(self, path: str | None = None) -> None:
        """Forget what was listed."""
        ...


class Objects:
    """One object per key below an address such as `s3://bucket/prefix`, named by the key's hash.

    An object storage shows an object when it has all of it, so a put is whole or not at all, and of
    two writers the last wins.

    Args: address: what fsspec opens. A folder of this machine (`file://`) is not taken: there a
    file is seen half written; the `folder` store is for it.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._system, self._root = _opened(address)

    def get(self, key: str) -> bytes | None:
        """What was put under that key, or None. Raises: OutputError when the storage refuses."""
        try:
            return self._system.cat_file(self._place(key))
        except FileNotFoundError:
            return None
        except (OSError, RuntimeError) as error:
            raise OutputError(
                f"{self.address} cannot be read: {error}; check the address"
            ) from error

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all. Raises: OutputError when it is refused."""
        try:
            self._system.pipe_file(self._place(key), data)
        except (OSError, RuntimeError) as error:
            raise OutputError(
                f"{self.address} cannot be written: {error}; check the address and the rights"
            ) from error

    def _place(self, key: str) -> str:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return f"{self._root}/{name[:2]}/{name}"


def _opened(address: str) -> tuple[FileSystem, str]:
    import fsspec

    if address.startswith(("file:", "local:")):
        raise ValueError(f"{address} is a folder of this machine; give its path without file://")
    try:
        system, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise MissingExtra(f"{address} needs a library: {error}") from error
    except ValueError as error:
        raise ValueError(f"{address} is no address that can be opened: {error}") from error
    return cast(FileSystem, system), str(root).rstrip("/")
