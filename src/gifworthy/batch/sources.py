"""Folders, globs, lists, tables and addresses -> the videos of a batch, one after the other.

Nothing is held: a list of a hundred million lines is read as it is worked on.
"""

from __future__ import annotations

import csv
import glob
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TextIO, cast
from urllib.parse import urljoin, urlsplit

from gifworthy.batch.naming import ENDINGS as ENDINGS
from gifworthy.batch.naming import address_name, group_of, is_video, is_web, name_of, parent_of
from gifworthy.batch.outputs import is_cover, written_below
from gifworthy.batch.stamps import told_state
from gifworthy.decoding.addresses import shown, told
from gifworthy.errors import CatalogueUnreadable, MissingExtra, VideoNotFound, VideoUnreachable

LISTS = (".txt", ".lst")
TABLES = (".csv", ".tsv", ".parquet")
FLAGS = ("--column", "--group-column", "--tag-column")
ROWS_AT_ONCE, SHOWN = 8192, 20


@dataclass(frozen=True)
class Found:
    """A video as it was found. state: what changes when it does; None when that must still be asked.

    group: whose intros it shares: a channel, else its folder. name: without ending, and without the folder
    that was named; `told_apart` lets no two have the same.
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

    @property
    def named(self) -> list[str]:
        """Those that are read."""
        return [name for name in (self.source, self.group, self.tag) if name]


def find(named: Sequence[str], columns: Columns, besides: str = "") -> Iterator[Found]:
    """The videos that are meant, in an order that stays the same; a row that names none has no source.

    Args: named: folders, files, globs, lists (.txt), tables (.csv, .tsv, .parquet), addresses.
        besides: the folder that covers are written to: covers are no videos.
    Raises: VideoNotFound when something named is not there; CatalogueUnreadable for a broken table or a
        folder that cannot be looked into; MissingExtra, VideoUnreachable.
    """
    root = Path(named[0]).absolute() if len(named) == 1 and Path(named[0]).is_dir() else None
    for name in named:
        if "://" in name:
            yield from _remote(name, columns)
        elif Path(name).is_dir():
            folder = Path(name).absolute()
            yield from _walk(folder, root, written_below(folder, besides))
        elif Path(name).exists():
            yield from _listing(name, columns) if _is_listing(name) else (_local(name),)
        elif glob.has_magic(name):
            yield from _globbed(name, besides)
        else:
            raise VideoNotFound(f"{name} is not there; give a folder, a list, a glob or an address")


def _walk(folder: Path, root: Path | None, besides: frozenset[str]) -> Iterator[Found]:
    """Every video below a folder; names that begin with a dot, and linked folders, are left out."""
    try:
        with os.scandir(folder) as entries:
            found = sorted((e for e in entries if e.name[0] != "."), key=lambda e: e.name)
    except OSError as error:
        raise CatalogueUnreadable(
            f"{folder} cannot be looked into: {error.strerror}; nothing was begun"
        ) from error
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.path not in besides:
                yield from _walk(Path(entry.path), root, besides)
        elif is_video(entry.name) and not _leads_to_folder(entry):
            yield _local(entry.path, "" if root is None else str(root))


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # it leads round in circles: whoever opens it says so
        return False


def _globbed(pattern: str, besides: str) -> Iterator[Found]:
    paths = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - a pattern may be absolute
    videos = [path for path in paths if is_video(path) and not Path(path).is_dir()]
    videos = [path for path in videos if not is_cover(path, besides)]
    if not videos:
        raise VideoNotFound(f"{pattern} matches no video")
    yield from (_local(path) for path in videos)


def _is_listing(name: str) -> bool:
    return name.lower().endswith((*LISTS, *TABLES))


def _listing(name: str, columns: Columns) -> Iterator[Found]:
    """The videos that a list or a table names, here or in a bucket. Raises: CatalogueUnreadable."""
    ending, base = name[name.rindex(".") :].lower(), parent_of(name) if "://" in name else ""
    folder = base or str(Path(name).parent)
    if ending == ".parquet":
        with _opened(name) as file:
            yield from _meant(_parquet(name, file, columns), folder)
        return
    with _opened(name) as file, _as_text(file) as text:
        if ending in LISTS:
            yield from _lines(text, folder)
        else:
            yield from _meant(_separated(name, text, ending == ".tsv", columns), folder)


def _opened(name: str) -> BinaryIO:
    import fsspec

    try:
        if "://" not in name:
            return Path(name).open("rb")
        return cast(BinaryIO, fsspec.open(name, "rb").open())
    except ImportError as error:
        raise MissingExtra(f"{shown(name)} needs a library: {error}") from error
    except Exception as error:  # each store's package has errors of its own
        why = told(_reason(error, name), name)
        raise CatalogueUnreadable(f"{shown(name)} cannot be read: {why}") from error


def _reason(error: BaseException, name: str) -> str:
    """Why, in words: fsspec's errors often hold the address alone, and the reason lies below them."""
    text = str(error.__cause__ or error).strip()
    if isinstance(error, FileNotFoundError) and (error.__cause__ is None or "404" in text):
        return "it is not there"
    return text if text and text != name else type(error).__name__


def _as_text(file: BinaryIO) -> TextIO:
    return io.TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _lines(lines: TextIO, folder: str) -> Iterator[Found]:
    """One video a line; empty lines and those that begin with # are left out."""
    for line in lines:
        text = line.strip()
        if text and not text.startswith("#"):
            yield _named(text, folder, None, None)


Cells = tuple[str | None, str | None, str | None]


def _meant(rows: Iterator[Cells], folder: str) -> Iterator[Found]:
    for source, group, tag in rows:
        yield _named(source, folder, group or None, tag or None) if source else Found("", "", "")


def _parquet(name: str, file: BinaryIO, columns: Columns) -> Iterator[Cells]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(file, pre_buffer=False)
        _check_columns(name, table.schema_arrow.names, columns)
        for batch in table.iter_batches(ROWS_AT_ONCE, columns=columns.named, use_threads=False):
            for row in batch.to_pylist():
                yield _cells(row, columns)
    except (pa.ArrowException, OSError) as error:
        why = told(str(error), name)
        raise CatalogueUnreadable(f"{shown(name)} is no Parquet file: {why}") from error


def _separated(name: str, text: TextIO, has_tabs: bool, columns: Columns) -> Iterator[Cells]:
    try:
        rows = csv.DictReader(text, delimiter="\t" if has_tabs else ",")
        _check_columns(name, list(rows.fieldnames or ()), columns)
        for row in rows:
            yield _cells(row, columns)
    except csv.Error as error:
        raise CatalogueUnreadable(
            f"{shown(name)} is no table with commas or tabs: {error}"
        ) from error


def _check_columns(name: str, there: Sequence[str], columns: Columns) -> None:
    if not there:
        raise CatalogueUnreadable(f"{shown(name)} is empty: its first line must name the columns")
    for flag, column in zip(FLAGS, (columns.source, columns.group, columns.tag), strict=True):
        if column and column not in there:
            raise CatalogueUnreadable(
                f"{shown(name)} has no column {column!r}, but {', '.join(there[:SHOWN])}; name one "
                f"with {flag}"
            )


def _cells(row: dict[str, object], columns: Columns) -> Cells:
    def cell(column: str | None) -> str | None:
        value = row.get(column) if column else None
        if isinstance(value, bytes):
            return os.fsdecode(value).strip()
        return None if value is None else str(value).strip()

    return cell(columns.source), cell(columns.group), cell(columns.tag)


def _named(text: str, folder: str, group: str | None, tag: str | None) -> Found:
    """A video that a list names: paths are meant from the list's own folder."""
    if "://" in folder and "://" not in text:
        text = urljoin(f"{folder}/", text) if is_web(folder) else f"{folder}/{text.lstrip('/')}"
    if "://" in text:
        return Found(text, tag, group_of(text) if group is None else group, address_name(text))
    found = _local(str(Path(folder) / Path(text).expanduser()))
    return replace(found, state=tag, group=found.group if group is None else group)


def _remote(name: str, columns: Columns) -> Iterator[Found]:
    """A video, what a list there names, or everything below an address that ends in a slash or has a star."""
    if _is_listing(name):
        yield from _listing(name, columns)
        return
    is_single = is_video(urlsplit(name).path) and not glob.has_magic(name)
    if is_single or is_web(name):
        yield Found(name, None, group_of(name), address_name(name))
        return
    for path, facts in _listed(name):
        if is_video(path):
            yield Found(path, told_state(facts), group_of(path), address_name(path))


def _listed(name: str) -> Iterator[tuple[str, dict[str, object]]]:
    import fsspec

    try:
        files, root = fsspec.core.url_to_fs(name)
        look = files.glob if glob.has_magic(root) else files.find
        found = look(root, detail=True)
    except ImportError as error:
        raise MissingExtra(f"{shown(name)} needs a library: {error}") from error
    except Exception as error:  # each store's package has errors of its own
        why = told(_reason(error, name), name)
        raise VideoUnreachable(
            f"{shown(name)} cannot be listed ({why}); check the address and your credentials"
        ) from error
    for path in sorted(found):
        yield f"{name.partition('://')[0]}://{path.lstrip('/')}", found[path]


def _local(path: str, root: str = "") -> Found:
    """Plain text all along, and no look at the file: there may be a hundred million."""
    whole = os.path.abspath(path)  # noqa: PTH100
    folder = os.path.dirname(whole)  # noqa: PTH120
    return Found(whole, None, folder, name_of(whole.removeprefix(root)))
