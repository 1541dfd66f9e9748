"""Where a server keeps its files: a folder of this machine, or an object storage.

A file's name is made by us, of hexadecimal digits and a few words; nothing that came over the wire is in it.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from gifworthy.errors import MissingExtra, OutputError
from gifworthy.files import write_whole

NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*(\.[a-z0-9]+)?")
SPOOL, PART = "tmp", ".part"
"""How a spool's name begins and ends."""
SPOOLS = ".spools"
"""Where a storage's own spools lie; no name of ours has a dot there."""


class Storage(Protocol):
    """Files under names. A file is there whole or not at all."""

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes. Raises: OutputError when the place refuses."""
        ...

    def adopt(self, name: str, file: Path) -> None:
        """Keep a file of this machine, which goes away here. Raises: OutputError."""
        ...

    def get(self, name: str) -> bytes | None:
        """What was put under that name, or None. Raises: OutputError."""
        ...

    def place(self, name: str) -> str:
        """What the decoder opens."""
        ...

    def remove(self, name: str) -> None:
        """Forget a file; nothing happens when it is not there. Raises: OutputError."""
        ...

    def remove_below(self, name: str) -> None:
        """Forget every file whose name begins with that name and a slash. Raises: OutputError."""
        ...


def open_storage(place: Path | str) -> Storage:
    """The storage at a place. Raises: MissingExtra, ValueError, OutputError."""
    return ObjectStorage(place) if isinstance(place, str) else FolderStorage(place)


def checked(name: str) -> str:
    """A name, as it is. Raises: AssertionError, also where assertions are off, when it is none of ours."""
    if not NAME.fullmatch(name):
        raise AssertionError(f"{name!r} is no name of ours")
    return name


@contextmanager
def spool(folder: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """A file to fill with what comes in; gone in the end, unless it was moved away. Raises: OutputError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file, place = _spooled(folder)
    try:
        with file:
            yield file, place
    finally:
        place.unlink(missing_ok=True)


def clear_spools(folder: Path) -> None:
    """Remove the spools of servers that were killed: nobody holds them any more. Raises: OutputError."""
    for place in folder.glob(f"{SPOOL}*{PART}"):
        with suppress(FileNotFoundError), place.open("r+b") as file:
            if claim(file, place):
                place.unlink(missing_ok=True)


def claim(file: BinaryIO, place: Path) -> bool:
    """Hold a file until it is closed, or its process is killed; False while another has it.

    Raises: OutputError where the disk knows no locks.
    """
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise OutputError(
            f"{place} cannot be locked: {error.strerror}; give a folder on another disk"
        ) from error
    return True


def _spooled(folder: Path) -> tuple[BinaryIO, Path]:
    """A new spool, and held; tried again when it was cleared away just before it was."""
    while True:
        handle, name = tempfile.mkstemp(PART, SPOOL, folder)
        file, place = os.fdopen(handle, "wb"), Path(name)
        try:
            held = claim(file, place)
        except OutputError:
            place.unlink()
            raise
        if held and place.exists():
            return file, place
        file.close()


class FolderStorage:
    """A folder of this machine. A file is made beside its place and renamed into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.expanduser()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(f"{self.folder} cannot be made: {error.strerror}") from error
        clear_spools(self.folder / SPOOLS)

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes. Raises: OutputError when the disk refuses."""
        write_whole(self._ready(name), data, overwrite=True)

    def adopt(self, name: str, file: Path) -> None:
        """Keep a file, renamed where that is possible. Raises: OutputError."""
        place = self._ready(name)
        try:
            with file.open("rb") as whole:
                os.fsync(whole.fileno())
            self._move(file, place)
        except OSError as error:
            raise OutputError(f"{place} cannot be written: {error.strerror}") from error

    def get(self, name: str) -> bytes | None:
        """What was put under that name, or None. Raises: OutputError."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise OutputError(f"{self._path(name)} cannot be read: {error.strerror}") from error

    def place(self, name: str) -> str:
        """The file's path."""
        return str(self._path(name))

    def remove(self, name: str) -> None:
        """Delete a file."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{self._path(name)} cannot be removed: {error.strerror}") from error

    def remove_below(self, name: str) -> None:
        """Delete a folder with all that is in it."""
        place = self._path(name)
        try:
            shutil.rmtree(place)
        except FileNotFoundError:
            return
        except OSError as error:
            raise OutputError(f"{place} cannot be removed: {error.strerror}") from error

    def _move(self, file: Path, place: Path) -> None:
        """Rename a file; one of another disk is copied to this one first, where it can be renamed."""
        try:
            file.replace(place)
            return
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        with spool(self.folder / SPOOLS) as (copy, beside):
            with file.open("rb") as whole:
                shutil.copyfileobj(whole, copy)
            copy.flush()
            os.fsync(copy.fileno())
            beside.replace(place)
        file.unlink()

    def _path(self, name: str) -> Path:
        return self.folder / checked(name)

    def _ready(self, name: str) -> Path:
        place = self._path(name)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise OutputError(f"{place.parent} cannot be made: {error.strerror}") from error
        return place


class _System(Protocol):
    def cat_file(self, path: str) -> bytes: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def put_file(self, lpath: str, rpath: str) -> None: ...
    def rm_file(self, path: str) -> None: ...
    def rm(self, path: str, recursive: bool) -> None: ...
    def invalidate_cache(self) -> None: ...


class ObjectStorage:
    """Objects below an address such as `s3://bucket/prefix`."""

    def __init__(self, address: str) -> None:
        import fsspec

        self.address = address.rstrip("/")
        try:
            system, root = fsspec.core.url_to_fs(self.address)
        except ImportError as error:
            raise MissingExtra(f"{address} needs a library: {error}") from error
        except ValueError as error:
            raise ValueError(f"{address} is no address that can be opened: {error}") from error
        self._system, self._root = cast(_System, system), str(root).rstrip("/")

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes. Raises: OutputError when the storage refuses."""
        with self._told("written"):
            self._system.pipe_file(self._key(name), data)

    def adopt(self, name: str, file: Path) -> None:
        """Send a file there, and delete it here. Raises: OutputError."""
        with self._told("written"):
            self._system.put_file(str(file), self._key(name))
        file.unlink(missing_ok=True)

    def get(self, name: str) -> bytes | None:
        """What was put under that name, or None. Raises: OutputError."""
        with self._told("read"):
            try:
                return self._system.cat_file(self._key(name))
            except FileNotFoundError:
                return None

    def place(self, name: str) -> str:
        """The object's address."""
        return f"{self.address}/{checked(name)}"

    def remove(self, name: str) -> None:
        """Delete an object."""
        with self._told("changed"):
            try:
                self._system.rm_file(self._key(name))
            except FileNotFoundError:
                return

    def remove_below(self, name: str) -> None:
        """Delete every object below a name; what other servers put there too."""
        with self._told("changed"):
            self._system.invalidate_cache()
            try:
                self._system.rm(self._key(name), recursive=True)
            except FileNotFoundError:
                return

    def _key(self, name: str) -> str:
        return f"{self._root}/{checked(name)}"

    @contextmanager
    def _told(self, act: str) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise OutputError(
                f"{self.address} cannot be {act}: {error}; check the address and the rights"
            ) from error
