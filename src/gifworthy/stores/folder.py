"""A folder of this machine as a store."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from gifworthy.errors import OutputError
from gifworthy.files import write_whole


class Folder:
    """One file per key, named by the key's hash, so that no key is too long, odd, or readable.

    Several processes may use one folder: a file is written beside its place and renamed into it, so
    a reader sees the old bytes or the new ones, and of two writers the last wins.

    Args:
        folder: made when it is first written to.
        most_bytes: above this the files that were used longest ago go; None for no limit.
    """

    def __init__(self, folder: Path, most_bytes: int | None = None) -> None:
        if most_bytes is not None and most_bytes < 1:
            raise ValueError(f"most_bytes must be at least 1, not {most_bytes}")
        self.folder = Path(folder).expanduser()
        self.most_bytes = most_bytes
        self._grown: int | None = None

    def get(self, key: str) -> bytes | None:
        """What was put under that key, or None. Raises: OutputError when the folder cannot be read."""
        place = self._place(key)
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(
                f"{place} cannot be read: {error.strerror}; mend or remove {self.folder}"
            ) from error
        with contextlib.suppress(OSError):  # a folder that may only be read keeps its order
            os.utime(place)
        return data

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all.

        Raises: OutputError when the disk is full or refuses.
        """
        place = self._place(key)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{place.parent} cannot be made: {error.strerror}; give another place"
            ) from error
        write_whole(place, data, overwrite=True)
        self._forget_oldest(len(data))

    def _place(self, key: str) -> Path:
        name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        return self.folder / name[:2] / name

    def _forget_oldest(self, added: int) -> None:
        """Count the whole folder only when what we added since may have filled it."""
        if self.most_bytes is None:
            return
        self._grown = None if self._grown is None else self._grown + added
        if self._grown is not None and self._grown <= self.most_bytes:
            return
        files = sorted(self._files(), key=lambda file: file[0])
        self._grown = sum(size for _, size, _ in files)
        for _, size, file in files[:-1]:  # what was just put stays, however large
            if self._grown <= self.most_bytes:
                break
            with contextlib.suppress(OSError):
                file.unlink()
                self._grown -= size

    def _files(self) -> list[tuple[int, int, Path]]:
        """(last use, size, file) of everything kept; what vanishes meanwhile is not there."""
        found = []
        for file in self.folder.glob("??/" + "?" * 64):
            with contextlib.suppress(OSError):
                stat = file.stat()
                found.append((stat.st_mtime_ns, stat.st_size, file))
        return found
