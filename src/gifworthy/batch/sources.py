"""Folders, globs, lists, tables and addresses -> the videos of a batch, one after the other.

Nothing is held: a list of a hundred million lines is read as it is worked on.
"""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from gifworthy.batch.stamps import told_state
from gifworthy.errors import CatalogueUnreadable, MissingExtra, VideoNotFound, VideoUnreachable

ENDINGS = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".flv", ".ts", ".m2ts", ".mts"),
    *(".mpg", ".mpeg", ".wmv", ".asf", ".3gp", ".ogv", ".vob", ".f4v"),
)
LISTS = (".txt", ".lst")
TABLES = (".csv", ".tsv", ".parquet")
ROWS_AT_ONCE = 8192


@dataclass(frozen=True)
class Found:
    """A video as it was found. state: what changes when it does; None when that must still be asked.

    group: whose intros it shares: a channel, else its folder. name: without ending, and without the folder
    that was named; no other video of the batch has the same.
    """

    source: str
    state: str | None
    group: str
    name: str = ""


@dataclass(frozen=True)
class Columns:
    """Which columns of a table hold what. tag: something that changes when the video does."""

    source: str = "source"
    group: str | None = None
    tag: str | None = None


def find(named: Sequence[str], columns: Columns, besides: str = "") -> Iterator[Found]:
    """The videos that are meant, in an order that stays the same.

    Args: named: folders, files, globs, lists (.txt), tables (.csv, .tsv, .parquet), addresses.
        besides: a folder that is left out: covers are no videos.
    Raises: VideoNotFound when something named is not there; CatalogueUnreadable for a broken table.
    """
    root = Path(named[0]).absolute() if len(named) == 1 and Path(named[0]).is_dir() else None
    for name in named:
        if "://" in name:
            yield from _remote(name)
        elif Path(name).is_dir():
            yield from _walk(Path(name).absolute(), root, besides)
        elif Path(name).exists():
            yield from _file(name, columns)
        elif glob.has_magic(name):
            yield from _globbed(name)
        else:
            raise VideoNotFound(f"{name} is not there; give a folder, a list, a glob or an address")


def count(named: Sequence[str], columns: Columns, besides: str = "") -> int:
    """How many videos are meant. Raises: as `find`."""
    return sum(1 for _ in find(named, columns, besides))


def _walk(folder: Path, root: Path | None, besides: str) -> Iterator[Found]:
    """Every video below a folder; names that begin with a dot are left out."""
    with os.scandir(folder) as entries:
        found = sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.path != besides:
                yield from _walk(Path(entry.path), root, besides)
        elif _is_video(entry.name):
            yield _local(entry.path, "" if root is None else str(root))


def _globbed(pattern: str) -> Iterator[Found]:
    paths = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    videos = [path for path in paths if _is_video(path) and not Path(path).is_dir()]
    if not videos:
        raise VideoNotFound(f"{pattern} matches no video")
    yield from (_local(path) for path in videos)


def _file(name: str, columns: Columns) -> Iterator[Found]:
    ending = Path(name).suffix.lower()
    if ending in LISTS:
        with Path(name).open(encoding="utf-8", errors="surrogateescape") as lines:
            yield from _lines(lines, Path(name).parent)
    elif ending in TABLES:
        yield from _rows(name, columns)
    else:
        yield _local(name)


def _lines(lines: TextIO, folder: Path) -> Iterator[Found]:
    """One video a line; empty lines and those that begin with # are left out."""
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield _named(text, folder, None, None)


def _rows(name: str, columns: Columns) -> Iterator[Found]:
    folder = Path(name).parent
    rows = _parquet(name, columns) if name.endswith(".parquet") else _separated(name, columns)
    for source, group, tag in rows:
        if source:
            yield _named(source, folder, group, tag)


Cells = tuple[str | None, str | None, str | None]


def _parquet(name: str, columns: Columns) -> Iterator[Cells]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = [c for c in (columns.source, columns.group, columns.tag) if c]
    try:
        file = pq.ParquetFile(name, pre_buffer=False)
        _check_columns(name, file.schema_arrow.names, wanted)
        for batch in file.iter_batches(ROWS_AT_ONCE, columns=wanted, use_threads=False):
            for row in batch.to_pylist():
                yield _cells(row, columns)
    except pa.ArrowException as error:
        raise CatalogueUnreadable(f"{name} is no Parquet file: {error}") from error


def _separated(name: str, columns: Columns) -> Iterator[Cells]:
    with Path(name).open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t" if name.endswith(".tsv") else ",")
        wanted = [c for c in (columns.source, columns.group, columns.tag) if c]
        _check_columns(name, list(rows.fieldnames or ()), wanted)
        for row in rows:
            yield _cells(row, columns)


def _check_columns(name: str, there: Sequence[str], wanted: Sequence[str]) -> None:
    for column in wanted:
        if column not in there:
            raise CatalogueUnreadable(
                f"{name} has no column {column!r}, but {', '.join(there)}; name one with --column"
            )


def _cells(row: dict[str, object], columns: Columns) -> Cells:
    def cell(column: str | None) -> str | None:
        value = row.get(column) if column else None
        return None if value is None else str(value).strip()

    return cell(columns.source), cell(columns.group), cell(columns.tag)


def _named(text: str, folder: Path, group: str | None, tag: str | None) -> Found:
    """A video that a list names: paths are meant from the list's own folder."""
    if "://" in text:
        return Found(text, tag, group if group is not None else _parent(text), _name(text))
    found = _local(str(folder / Path(text).expanduser()))
    return replace(found, state=tag, group=found.group if group is None else group)


def _remote(name: str) -> Iterator[Found]:
    """A video, or everything below an address that ends in a slash or holds a star."""
    is_single = _is_video(urlsplit(name).path) and not glob.has_magic(name)
    if is_single or name.lower().startswith(("http:", "https:")):
        yield Found(name, None, _parent(name), _name(name))
        return
    for path, facts in _listed(name):
        if _is_video(path):
            yield Found(path, told_state(facts), _parent(path), _name(path))


def _listed(name: str) -> Iterator[tuple[str, dict[str, object]]]:
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(name)
        look = files.glob if glob.has_magic(root) else files.find
        found = look(root, detail=True)
    except ImportError as error:
        raise MissingExtra(f"{name} needs a library: {error}") from error
    except OSError as error:
        raise VideoUnreachable(f"{name} cannot be listed: {error}") from error
    for path in sorted(found):
        yield f"{name.partition('://')[0]}://{path.lstrip('/')}", found[path]


def _local(path: str, root: str = "") -> Found:
    """Plain text all along, and no look at the file: there may be a hundred million."""
    whole = os.path.abspath(path)  # noqa: PTH100
    folder = os.path.dirname(whole)  # noqa: PTH120
    return Found(whole, None, folder, _name(whole.removeprefix(root)))


def _name(place: str) -> str:
    """A place without scheme, leading slash and ending."""
    return os.path.splitext(place.rpartition("://")[2].lstrip("/"))[0]  # noqa: PTH122


def _parent(address: str) -> str:
    return address.rpartition("/")[0]


def _is_video(name: str) -> bool:
    return name.lower().endswith(ENDINGS)
