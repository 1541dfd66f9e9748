"""Where a batch writes: a folder or a bucket. A name holds a whole file or none, whatever is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol, TextIO, cast

from gifworthy.errors import MissingExtra, OutputError
from gifworthy.files import share

UNFINISHED = ".unfinished"


class Storage(Protocol):
    """Files under names with slashes. is_local: whether it is a folder of this machine."""

    address: str
    is_local: bool

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None when there is none. Raises: OutputError."""
        ...

    def open(self, name: str) -> BinaryIO:
        """A file to read parts of. Raises: OutputError."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Put a whole file in the place of what is there. Raises: OutputError when that is refused."""
        ...

    def names(self, folder: str, ending: str) -> list[str]:
        """Names of the files somewhere below a folder, in order."""
        ...

    def delete(self, name: str) -> None:
        """Forget a file, if it is there. Raises: OutputError."""
        ...


class Folder:
    """A folder of this machine.

    A file is written apart, made durable, then renamed into its place. What a killed process left
    apart is thrown away by `sweep`.

    Args: writer: whose unfinished files are whose; of each writer only one runs at a time.
    """

    is_local = True

    def __init__(self, address: str, writer: str = "") -> None:
        self.address = address
        self.root = Path(address).expanduser()
        self._apart = self.root / UNFINISHED / (writer or "anybody")

    def read(self, name: str) -> bytes | None:
        """The bytes of a file, None when there is none."""
        try:
            return (self.root / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _refused("read", self.root / name, error) from error

    def open(self, name: str) -> BinaryIO:
        """A file to read parts of."""
        try:
            return (self.root / name).open("rb")
        except OSError as error:
            raise _refused("read", self.root / name, error) from error

    def write(self, name: str, data: bytes) -> None:
        """Put a whole file in the place of what is there."""
        place, apart = self.root / name, self._apart / uuid.uuid4().hex
        try:
            apart.parent.mkdir(parents=True, exist_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                with apart.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                share(apart)
                apart.replace(place)
            except BaseException:
                with contextlib.suppress(OSError):
                    apart.unlink()
                raise
        except OSError as error:
            raise _refused("written", place, error) from error

    def names(self, folder: str, ending: str) -> list[str]:
        """Names of the files somewhere below a folder, in order."""
        found = (self.root / folder).rglob(f"*{ending}")
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def delete(self, name: str) -> None:
        """Forget a file, if it is there."""
        try:
            (self.root / name).unlink(missing_ok=True)
        except OSError as error:
            raise _refused("removed", self.root / name, error) from error

    def sweep(self) -> None:
        """Throw away what a killed writer of this name left unfinished."""
        shutil.rmtree(self._apart, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._apart.parent.rmdir()


class Bucket:
    """An address that fsspec opens, such as `s3://bucket/covers`; an object shows when it is whole."""

    is_local = False

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._files, self._root = _opened(self.address)

    def read(self, name: str) -> bytes | None:
        """The bytes of an object, None when there is none."""
        try:
            return self._files.cat_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return None
        except Exception as error:  # each store's package has errors of its own
            raise self._refused("read", name, error) from error

    def open(self, name: str) -> BinaryIO:
        """An object to read parts of."""
        try:
            return self._files.open(f"{self._root}/{name}", "rb")
        except Exception as error:  # each store's package has errors of its own
            raise self._refused("read", name, error) from error

    def write(self, name: str, data: bytes) -> None:
        """Put a whole object in the place of what is there."""
        try:
            self._files.pipe_file(f"{self._root}/{name}", data)
        except Exception as error:  # each store's package has errors of its own
            raise self._refused("written", name, error) from error

    def names(self, folder: str, ending: str) -> list[str]:
        """Names of the objects somewhere below a folder, in order."""
        try:
            self._files.invalidate_cache()
            found = self._files.find(f"{self._root}/{folder}")
        except FileNotFoundError:
            return []
        except Exception as error:  # each store's package has errors of its own
            raise self._refused("listed", folder, error) from error
        start = len(self._root.lstrip("/")) + 1
        return sorted(n.lstrip("/")[start:] for n in found if n.endswith(ending))

    def delete(self, name: str) -> None:
        """Forget an object, if it is there."""
        try:
            self._files.rm_file(f"{self._root}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:  # each store's package has errors of its own
            raise self._refused("removed", name, error) from error

    def _refused(self, what: str, name: str, error: Exception) -> OutputError:
        return OutputError(
            f"{self.address}/{name} cannot be {what}: {error}; check the address and your rights"
        )


class _Files(Protocol):
    """What is used of fsspec's file systems."""

    def cat_file(self, path: str) -> bytes: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def open(self, path: str, mode: str) -> BinaryIO: ...
    def find(self, path: str) -> list[str]: ...
    def rm_file(self, path: str) -> None: ...
    def invalidate_cache(self) -> None: ...


def open_storage(address: str, writer: str = "") -> Folder | Bucket:
    """The storage at a folder or an address. Raises: MissingExtra, ValueError."""
    return Bucket(address) if "://" in address else Folder(address, writer)


@contextlib.contextmanager
def alone(storage: Folder | Bucket, name: str) -> Iterator[None]:
    """Hold a folder for one driver; a bucket cannot be held. Raises: OutputError when another has it."""
    if isinstance(storage, Bucket):
        yield
        return
    path = storage.root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise OutputError(
            f"{storage.address} cannot be written: {error.strerror}; give another place with -o"
        ) from error
    with file:
        _lock(file, storage.address)
        yield


def _lock(file: TextIO, address: str) -> None:
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(
            f"another batch is writing the same covers to {address}; wait for it, or share the work "
            f"with --shard"
        ) from None
    except OSError as error:
        raise OutputError(
            f"{address} knows no locks ({error.strerror}), so two batches could spoil each other's "
            f"table; write to another disk"
        ) from error


def _refused(what: str, path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be {what}: {error.strerror or error}; mend that, then go on")


def _opened(address: str) -> tuple[_Files, str]:
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise MissingExtra(
            f"{address} needs one more package: {error}; for s3://: pip install 'gifworthy[s3]'"
        ) from error
    except ValueError as error:
        raise ValueError(f"{address} is no address that can be opened: {error}") from error
    return cast(_Files, system), str(root).rstrip("/")
