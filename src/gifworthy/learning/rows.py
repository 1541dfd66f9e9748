"""Rows of files that others wrote: each field is checked; a broken one is named by file, line, field."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gifworthy.errors import LabelsNotFound, LabelsUnreadable

YES, NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@dataclass(frozen=True)
class Row:
    """One row of a file. where: `file:line`, as messages and labels say it."""

    fields: Mapping[str, object]
    where: str

    def text(self, name: str) -> str:
        """A field that must be there and must not be empty."""
        value = self._value(name)
        if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
            raise self.broken(name, "must be text")
        return str(value).strip()

    def text_or(self, name: str, otherwise: str = "") -> str:
        """A field that may be missing or empty."""
        return otherwise if self._is_empty(name) else self.text(name)

    def number(self, name: str) -> float:
        """A field that must be a finite number."""
        value = self._value(name)
        try:
            if not isinstance(value, str | int | float) or isinstance(value, bool):
                raise ValueError
            number = float(value)
        except ValueError:
            raise self.broken(name, "must be a number") from None
        if not math.isfinite(number):
            raise self.broken(name, "must be a finite number")
        return number

    def number_or(self, name: str, otherwise: float = math.nan) -> float:
        """A number that may be missing or empty."""
        return otherwise if self._is_empty(name) else self.number(name)

    def flag(self, name: str) -> bool:
        """A field that must be true or false."""
        word = str(self._value(name)).strip().lower()
        if word not in YES | NO:
            raise self.broken(name, "must be True or False")
        return word in YES

    def numbers(self, name: str) -> list[float]:
        """A field that must be a list of finite numbers."""
        return numbers(self._value(name), self.where, name)

    def lists(self, name: str) -> list[list[float]]:
        """A field that must be a list of lists of finite numbers."""
        value = self._value(name)
        if not isinstance(value, list):
            raise self.broken(name, "must be a list of lists")
        return [numbers(entry, self.where, f"{name}[{i}]") for i, entry in enumerate(value)]

    def broken(self, name: str, must: str) -> LabelsUnreadable:
        """What to raise when a field is not as it must be."""
        value = json.dumps(self.fields.get(name), default=str)
        short = value if len(value) <= 60 else f"{value[:57]}..."
        return LabelsUnreadable(f"{self.where}: field {name!r} {must}, not {short}; mend this row")

    def _value(self, name: str) -> object:
        if name not in self.fields or self.fields[name] is None:
            raise LabelsUnreadable(f"{self.where}: field {name!r} is missing; mend this row")
        return self.fields[name]

    def _is_empty(self, name: str) -> bool:
        value = self.fields.get(name)
        return value is None or (isinstance(value, str) and not value.strip())


def numbers(value: object, where: str, name: str) -> list[float]:
    """A list of finite numbers. Raises: LabelsUnreadable, naming place and field."""
    if not isinstance(value, list):
        raise LabelsUnreadable(f"{where}: field {name!r} must be a list of numbers; mend it")
    for index, entry in enumerate(value):
        is_number = isinstance(entry, int | float) and not isinstance(entry, bool)
        if not is_number or not math.isfinite(entry):
            raise LabelsUnreadable(
                f"{where}: field {name!r}, entry {index}, must be a number, not {entry!r}; mend it"
            )
    return [float(entry) for entry in value]


def csv_rows(path: Path, needed: Sequence[str]) -> Iterator[Row]:
    """Rows of a CSV file with a heading.

    Raises: LabelsUnreadable when the heading lacks a field, a row is too short or too long, or the
        file is no text.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            _check_heading(path, reader.fieldnames or (), needed)
            for fields in reader:
                where = f"{path.name}:{reader.line_num}"
                if None in fields or None in fields.values():
                    count = len(reader.fieldnames or ())
                    raise LabelsUnreadable(f"{where}: must have {count} fields; mend this row")
                yield Row(fields, where)
    except (UnicodeDecodeError, csv.Error) as error:
        raise LabelsUnreadable(f"{path} is no CSV text: {error}; give the file itself") from error
    except OSError as error:
        raise _unopened(path, error) from error


def separated_rows(path: Path, needed: Sequence[str], separator: str) -> Iterator[Row]:
    """Rows of a file with a heading whose fields are parted by a string of several characters."""
    lines = text_lines(path)
    _, heading = next(lines, ("", ""))
    names = heading.split(separator)
    _check_heading(path, names, needed)
    for where, line in lines:
        fields = line.split(separator)
        if len(fields) != len(names):
            raise LabelsUnreadable(
                f"{where}: must have {len(names)} fields, not {len(fields)}; mend this row"
            )
        yield Row(dict(zip(names, fields, strict=True)), where)


def text_lines(path: Path) -> Iterator[tuple[str, str]]:
    """`file:line` and text of each line that is not empty."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"{path.name}:{number}", line.rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise LabelsUnreadable(f"{path} is no text: {error}; give the file as published") from error
    except OSError as error:
        raise _unopened(path, error) from error


def json_lines(path: Path) -> Iterator[Row]:
    """Rows of a file with one JSON object a line; empty lines are passed over."""
    for where, line in text_lines(path):
        yield _json_row(line, where)


def json_table(path: Path) -> Iterator[tuple[str, Row]]:
    """Key and row of each entry of a file that holds one JSON object of objects."""
    table = json_file(path)
    if not isinstance(table, dict):
        raise LabelsUnreadable(f"{path} must hold one JSON object; give the file as published")
    for key, fields in table.items():
        where = f"{path.name}:{key}"
        if not isinstance(fields, dict):
            raise LabelsUnreadable(f"{where}: must be a JSON object; mend this entry")
        yield str(key), Row(fields, where)


def json_file(path: Path) -> object:
    """What a JSON file holds. Raises: LabelsUnreadable with line and column; LabelsNotFound."""
    try:
        parsed: object = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise LabelsUnreadable(f"{path} is no JSON: {error}; give the file as published") from error
    except OSError as error:
        raise _unopened(path, error) from error
    return parsed


def file_in(folder: Path, names: Sequence[str], dataset: str) -> Path:
    """The first of some files that a folder has.

    Raises: LabelsNotFound, naming the folder, what was looked for and what is there.
    """
    for name in names:
        if (folder / name).exists():
            return folder / name
    if not folder.exists():
        raise LabelsNotFound(f"{folder} is not there; give the {dataset} data set")
    if not folder.is_dir():
        raise LabelsNotFound(f"{folder} is no folder; give the folder of the {dataset} data set")
    there = sorted(entry.name for entry in folder.iterdir())[:6]
    raise LabelsNotFound(
        f"{folder} is no {dataset} data set: it lacks {' or '.join(names)}"
        f" (it holds {', '.join(there) or 'nothing'}); give the folder as published"
    )


def _json_row(line: str, where: str) -> Row:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise LabelsUnreadable(f"{where}: no JSON: {error.msg}; mend this row") from error
    if not isinstance(fields, dict):
        raise LabelsUnreadable(f"{where}: must be a JSON object; mend this row")
    return Row(fields, where)


def _check_heading(path: Path, names: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in names]
    if missing:
        raise LabelsUnreadable(
            f"{path.name}:1: the heading lacks {', '.join(missing)} (it has {', '.join(names)[:80]}); "
            f"give the file with its heading"
        )


def _unopened(path: Path, error: OSError) -> LabelsNotFound:
    return LabelsNotFound(f"{path} cannot be read: {error.strerror or error}; check the path")
