"""What files of comments look like: text in, comments out. Nothing here opens a file."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from gifworthy.errors import CommentsUnreadable
from gifworthy.moments import parse_moment

TIMES = ("time", "second", "seconds", "content_offset_seconds", "time_in_seconds")
MILLISECONDS = ("progress", "time_ms", "milliseconds")
TEXTS = ("text", "comment", "content", "message", "body")
WRITERS = ("user", "who", "author", "commenter", "name")
WRAPPERS = ("comments", "data")
DRAWINGS = frozenset({"7", "8", "9"})
"""Modes of danmaku that place letters on the screen or run a program: nobody speaks there."""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_MESSAGE_FIELDS = ("body", "text")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment. second: of the video, nan when the file's word for it is none. text: as written.

    who: its writer, "" where the file does not say. is_drawing: letters placed on the screen, or a program.
    where: `file:line`.
    """

    second: float
    text: str
    who: str = ""
    is_drawing: bool = False
    where: str = ""


def csv_comments(text: str, name: str) -> Iterator[Comment]:
    """Rows under a heading with a time and a text; parted by comma, semicolon or tab.

    Raises: CommentsUnreadable when the heading lacks one of them, or the text is no table.
    """
    heading = text.lstrip().partition("\n")[0]
    separator = max(",;\t", key=heading.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [(name or "").strip().lower() for name in rows.fieldnames or ()]
        rows.fieldnames = names
        for row in _with_time_and_text(rows, names, name):
            yield _comment({k: v for k, v in row.items() if k}, f"{name}:{rows.line_num}")
    except csv.Error as error:
        raise CommentsUnreadable(
            f"{name}:{rows.line_num}: no CSV: {error}; mend this row"
        ) from error


def json_comments(text: str, name: str) -> Iterator[Comment] | list[float]:
    """A list of objects with a time and a text, of lists as DPlayer keeps them, or of counts a second.

    The list may stand in `comments` or `data` of an object.

    Raises: CommentsUnreadable.
    """
    table = _parsed(text, name)
    for wrapper in WRAPPERS:
        if isinstance(table, dict) and wrapper in table:
            table = table[wrapper]
    if not isinstance(table, list):
        raise CommentsUnreadable(
            f"{name} must hold a list of comments, or an object with one in 'comments'; mend it"
        )
    if table and all(isinstance(entry, int | float) for entry in table):
        return _counts(table, name)
    return (_json_comment(entry, f"{name}:{place}") for place, entry in enumerate(table, start=1))


def json_line_comments(text: str, name: str) -> Iterator[Comment]:
    """One object a line. Raises: CommentsUnreadable."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            where = f"{name}:{number}"
            yield _json_comment(_parsed(line, where), where)


def xml_comments(text: str, name: str) -> list[Comment]:
    """`<d p="SECONDS,MODE,...,WRITER,...">TEXT</d>`, or Niconico's `<chat vpos="HUNDREDTHS">TEXT</chat>`.

    A document type is refused, so that no entity is ever expanded or fetched. Control characters,
    which such files are known to carry, are passed over.

    Raises: CommentsUnreadable with line and column.
    """
    reader = _Xml(name)
    try:
        reader.parser.Parse(_ILLEGAL.sub("", text).encode(), True)
    except expat.ExpatError as error:
        why = expat.ErrorString(error.code)
        raise CommentsUnreadable(
            f"{name}:{error.lineno}: broken XML in column {error.offset + 1} ({why}); "
            f"is the file whole? fetch it again"
        ) from error
    if not reader.comments and reader.root not in ("i", "packet"):
        raise CommentsUnreadable(
            f'{name} holds neither <d p="..."> nor <chat vpos="...">, but <{reader.root}>; '
            f"give a file of comments"
        )
    return reader.comments


class _Xml:
    """Gathers comments from one parse."""

    def __init__(self, name: str) -> None:
        self.name, self.root = name, ""
        self.comments: list[Comment] = []
        self._open: Comment | None = None
        self._words: list[str] = []
        # The text was decoded already: whatever the declaration says, it is UTF-8 by now.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words.append

    def _refuse(self, *_: object) -> NoReturn:
        raise CommentsUnreadable(
            f"{self.name}:{self.parser.CurrentLineNumber}: declares a document type, which no file of "
            f"comments needs; take the <!DOCTYPE> out"
        )

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        self.root = self.root or tag
        self._words.clear()
        where = f"{self.name}:{self.parser.CurrentLineNumber}"
        if tag == "d":
            parts = [*given.get("p", "").split(","), *[""] * 7]
            self._open = Comment(_number(parts[0]), "", parts[6], parts[1] in DRAWINGS, where)
        elif tag == "chat":
            second = _number(given.get("vpos", "")) / 100
            self._open = Comment(second, "", given.get("user_id", ""), False, where)

    def _end(self, tag: str) -> None:
        if self._open is not None and tag in ("d", "chat"):
            said = self._open
            text = "".join(self._words)
            self.comments.append(Comment(said.second, text, said.who, said.is_drawing, said.where))
            self._open = None


def _with_time_and_text(
    rows: csv.DictReader[str], names: Sequence[str], name: str
) -> Iterator[Mapping[str, object]]:
    for what, known in (("time", TIMES + MILLISECONDS), ("text", TEXTS)):
        if not set(known) & set(names):
            raise CommentsUnreadable(
                f"{name}:1: the heading names no {what} (it has {', '.join(names)[:80]}); "
                f"call a column {' or '.join(known[:2])}"
            )
    return iter(rows)


def _json_comment(entry: object, where: str) -> Comment:
    if isinstance(entry, dict):
        return _comment(entry, where)
    if isinstance(entry, list) and len(entry) >= 5:  # DPlayer: time, mode, colour, writer, text
        return Comment(_seconds(entry[0]), str(entry[4]), str(entry[3]), False, where)
    raise CommentsUnreadable(f"{where}: must be an object with time and text; mend this entry")


def _comment(fields: Mapping[str, object], where: str) -> Comment:
    """Fields by any of the names that they go by; a missing time is nan, a missing text empty."""
    whole, small = _first(fields, TIMES), _first(fields, MILLISECONDS)
    second = _seconds(whole) if small is None else _seconds(small) / 1000
    return Comment(
        second, _words(_first(fields, TEXTS)), _words(_first(fields, WRITERS)), False, where
    )


def _first(fields: Mapping[str, object], names: Sequence[str]) -> object:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _words(value: object) -> str:
    """Text, or what Twitch keeps in an object around it."""
    if isinstance(value, dict):
        value = _first(value, (*_MESSAGE_FIELDS, "display_name", "name"))
    return "" if value is None else str(value)


def _seconds(value: object) -> float:
    """Seconds, or a clock such as 1:02.5; nan when it is neither. Below 0 is left to the cleaning."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    number = _number(value)
    if math.isnan(number) and isinstance(value, str):
        try:
            return parse_moment(value).at(math.nan)
        except ValueError:
            return math.nan
    return number


def _number(value: str | int | float) -> float:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _counts(table: list[float], name: str) -> list[float]:
    for place, count in enumerate(table):
        if isinstance(count, bool) or not math.isfinite(count) or count < 0:
            raise CommentsUnreadable(
                f"{name}: the count of second {place} must be 0 or more, not {count!r}; mend it"
            )
    return [float(count) for count in table]


def _parsed(text: str, where: str) -> object:
    try:
        parsed: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommentsUnreadable(
            f"{where}: no JSON: {error.msg} in line {error.lineno}, column {error.colno}; "
            f"is the file whole? fetch it again"
        ) from error
    except (ValueError, RecursionError) as error:
        raise CommentsUnreadable(
            f"{where}: no JSON that can be read: {str(error)[:80]}; mend it"
        ) from error
    return parsed
