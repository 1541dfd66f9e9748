"""A file of comments, whatever its kind: read whole, decoded, taken apart."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gifworthy.comments.formats import (
    Comment,
    csv_comments,
    json_comments,
    json_line_comments,
    xml_comments,
)
from gifworthy.errors import CommentsUnreadable
from gifworthy.types import Floats

__all__ = ["SUFFIXES", "Comment", "CommentFile", "read_comments"]

SUFFIXES = (".xml", ".csv", ".tsv", ".json", ".jsonl")
MOST_BYTES = 100_000_000
"""Of one file: a video with a comment in every tenth of a second for a day has fewer."""
_DECLARED = re.compile(rb"""^<\?xml[^>]{0,80}encoding=["']([A-Za-z0-9._-]{1,40})["']""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class CommentFile:
    """What one file holds: comments, or counts a second where somebody has counted already.

    name: of the file. counts: (S,) or None.
    """

    name: str
    comments: tuple[Comment, ...] = field(repr=False)
    counts: Floats | None = field(default=None, repr=False)


def read_comments(path: Path) -> CommentFile:
    """Read the comments of one video: XML, CSV, TSV, JSON or JSON Lines, told by the ending.

    A row whose time is none stays, with nan, for the cleaning to count; when that is true of more
    than half of them the file is not what it seems.

    Raises: CommentsUnreadable, naming file, line and field.
    """
    suffix, text = path.suffix.lower(), _text(path)
    found: Iterable[Comment] | list[float]
    if suffix == ".xml":
        found = xml_comments(text, path.name)
    elif suffix == ".json":
        found = json_comments(text, path.name)
    elif suffix == ".jsonl":
        found = json_line_comments(text, path.name)
    else:
        found = csv_comments(text, path.name)
    entries = tuple(found)
    numbers = [entry for entry in entries if isinstance(entry, float)]
    if numbers:
        return CommentFile(path.name, (), np.array(numbers))
    comments = tuple(entry for entry in entries if isinstance(entry, Comment))
    _check_times(comments)
    return CommentFile(path.name, comments)


def _text(path: Path) -> str:
    if path.suffix.lower() not in SUFFIXES:
        raise CommentsUnreadable(
            f"{path} is no file of comments by its name; it must end in {', '.join(SUFFIXES)}"
        )
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise CommentsUnreadable(
                f"{path} has {size / 1e6:.0f} MB; comments of one video have at most "
                f"{MOST_BYTES / 1e6:.0f} MB; give those of one video"
            )
        data = path.read_bytes()
    except OSError as error:
        raise CommentsUnreadable(
            f"{path} cannot be read: {error.strerror or error}; check the path"
        ) from error
    return _decoded(data, path)


def _decoded(data: bytes, path: Path) -> str:
    """By its byte order mark, by what an XML file declares, else UTF-8."""
    declared = _DECLARED.match(data.lstrip()[:200])
    known = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    encoding = known or (declared[1].decode() if declared else "utf-8")
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise CommentsUnreadable(
            f"{path} declares the encoding {encoding}, which is not known; write it as UTF-8"
        ) from error
    except UnicodeError as error:
        where = f" (byte {error.start})" if isinstance(error, UnicodeDecodeError) else ""
        raise CommentsUnreadable(
            f"{path} is not written in {encoding.upper()}{where}; convert it, such as with: "
            f"iconv -f GB18030 -t UTF-8"
        ) from error


def _check_times(comments: tuple[Comment, ...]) -> None:
    timeless = [comment for comment in comments if math.isnan(comment.second)]
    if 2 * len(timeless) > len(comments):
        raise CommentsUnreadable(
            f"{timeless[0].where}: has no time that can be read, as {len(timeless)} of "
            f"{len(comments)}; write seconds (12.5) or a clock (1:02.5)"
        )
