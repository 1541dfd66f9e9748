"""Files are written whole or not at all: beside their place first, then renamed into it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from gifworthy.errors import OutputError, OutputExists


def write_whole(path: Path, data: bytes, *, overwrite: bool = False) -> Path:
    """Write `data` to `path` so that no half-written file is ever seen there.

    Without `overwrite` the place is claimed by a hard link, which fails when something is there:
    two writers can never both win.

    Raises: OutputExists; OutputError when the folder is missing or the disk refuses.
    """
    path = Path(path)
    if path.is_dir():
        raise OutputError(f"{path} is a folder; give a file name")
    if path.exists() and not overwrite:
        raise _exists(path)
    try:
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
        )
    except OSError as error:
        raise _refused(path, error) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o666 & ~_umask())
        _move(beside, path, overwrite)
    except OSError as error:
        raise _refused(path, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
    return path


def _move(beside: Path, path: Path, overwrite: bool) -> None:
    if overwrite:
        beside.replace(path)
        return
    try:
        os.link(beside, path)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError:  # a file system without hard links
        if path.exists():
            raise _exists(path) from None
        beside.replace(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _exists(path: Path) -> OutputExists:
    return OutputExists(f"{path} exists already; give another name or allow overwriting")


def _refused(path: Path, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror or error}; give another place")
