"""Files are written whole or not at all: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gifworthy.errors import OutputError, OutputExists


def write_whole(path: Path, data: bytes, *, overwrite: bool = False) -> Path:
    """Write `data` to `path` so that no half-written file is ever seen there.

    Without `overwrite` the place is claimed by a hard link, which fails when something is there:
    two writers can never both win.

    Raises: OutputExists; OutputError when the folder is missing or the disk refuses.
    """
    write_together({Path(path): data}, overwrite=overwrite)
    return Path(path)


def write_together(parts: Mapping[Path, bytes], *, overwrite: bool = False) -> None:
    """Write several files, all of them or none. Raises: like `write_whole`."""
    for path in parts:
        check_free(path, overwrite=overwrite)
    beside: dict[Path, Path] = {}
    moved: list[Path] = []
    try:
        for path, data in parts.items():
            beside[path] = _reserve(path)
            _fill(beside[path], path, data)
        for path, waiting in beside.items():
            _move(waiting, path, overwrite)
            moved.append(path)
    except BaseException:
        if not overwrite:
            _remove(moved)
        raise
    finally:
        _remove(beside.values())


@contextlib.contextmanager
def written_whole(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """A name beside `path` to write to, bit by bit; moved into place when all went well, else removed.

    Raises: like `write_whole`.
    """
    check_free(path, overwrite=overwrite)
    beside = _reserve(path)
    try:
        yield beside
        share(beside)
        _move(beside, path, overwrite)
    finally:
        _remove([beside])


def check_free(path: Path, *, overwrite: bool = False) -> None:
    """Say before the work what would be said after it. Raises: OutputError, OutputExists."""
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give a file name")
    if path.exists() and not overwrite:
        raise _exists(path)
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent} is no folder; make it, or give another place")
    _remove([_reserve(path)])


def check_ending(path: Path, ending: str) -> None:
    """Whether a name says what will be in the file. Raises: ValueError."""
    if path.suffix.lower() != ending:
        raise ValueError(
            f"{path} would hold what others call {ending}; give a name that ends in {ending}"
        )


def _reserve(path: Path) -> Path:
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
        )
    except OSError as error:
        raise _refused(path, error) from error
    os.close(handle)
    return Path(name)


def _fill(beside: Path, path: Path, data: bytes) -> None:
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        share(beside)
    except OSError as error:
        raise _refused(path, error) from error


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            path.unlink()


def _move(beside: Path, path: Path, overwrite: bool) -> None:
    try:
        if overwrite:
            beside.replace(path)
        else:
            _claim(beside, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _refused(path, error) from error


def _claim(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError from None
        beside.replace(path)


def share(path: Path) -> None:
    """Let others read what was written under a name for the time being, as far as the user shares."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)


def _exists(path: Path) -> OutputExists:
    return OutputExists(
        f"{path} exists already; give another name, or say --overwrite (in Python overwrite=True)"
    )


def _refused(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}; give another place")
