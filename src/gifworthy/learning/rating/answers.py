"""What raters said: one table on disk, whole after every answer."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Mapping
from pathlib import Path

from gifworthy.files import write_whole
from gifworthy.learning.rating.questions import Question
from gifworthy.learning.rating.schemes import Scheme, Word
from gifworthy.learning.rows import csv_rows

Key = tuple[str, float, str]
LONGEST_NAME = 60


class Answers:
    """The table `ratings.csv` or `frames.csv` of a folder.

    Every answer is on disk before `give` returns: the whole table is written beside its place and
    renamed into it, so that whoever reads it sees a whole one, and a power cut costs nothing. The table
    is read again before each answer: rows and columns that others added stay.
    """

    def __init__(self, folder: Path, scheme: Scheme) -> None:
        self.scheme = scheme
        self.path = folder / f"{scheme.name}.csv"
        self._lock = threading.Lock()

    def give(self, question: Question, rater: str, word: Word) -> None:
        """Write one answer; a second one to the same question takes the first one's place.

        Raises: ValueError when the rater has no name; LabelsUnreadable, OutputError.
        """
        self.give_all([(question, rater, word)])

    def give_all(self, answers: list[tuple[Question, str, Word]]) -> None:
        """Write several at once. Raises: as `give`."""
        with self._lock:
            rows = self._rows()
            for question, rater, word in answers:
                key = key_of(question, checked_name(rater))
                rows[key] = {**rows.get(key, {}), **self._row(question, checked_name(rater), word)}
            write_whole(self.path, self._as_csv(rows), overwrite=True)

    def given(self) -> dict[Key, Word]:
        """Everything that was said. Raises: LabelsUnreadable, with file, line and field."""
        with self._lock:
            rows = self._rows()
        return {key: self.scheme.word(row[self.scheme.answer]) for key, row in rows.items()}

    def _rows(self) -> dict[Key, Mapping[str, str]]:
        if not self.path.exists():
            return {}
        rows: dict[Key, Mapping[str, str]] = {}
        for row in csv_rows(self.path, ("video", self.scheme.place, self.scheme.answer)):
            try:
                self.scheme.word(row.text(self.scheme.answer))
            except ValueError as error:
                raise row.broken(self.scheme.answer, "must be an answer of this scheme") from error
            rater = row.text_or("rater", "rater 1")
            key = row.text("video"), round(row.number(self.scheme.place), 3), rater
            rows[key] = {name: str(value) for name, value in row.fields.items()} | {"rater": rater}
        return rows

    def _row(self, question: Question, rater: str, word: Word) -> dict[str, str]:
        return {
            "video": question.name,
            **self._place(question),
            self.scheme.answer: word.said,
            "rater": rater,
            "duration": f"{question.duration:.3f}",
        }

    def _place(self, question: Question) -> dict[str, str]:
        if not self.scheme.shots:
            start, end = question.segment.start, question.segment.end
            return {self.scheme.place: f"{start:.3f}", "end": f"{end:.3f}"}
        starts = [f"{shot.start:g}" for shot in question.shots]
        shots = dict(zip(self.scheme.shots, starts, strict=True))
        return {self.scheme.place: str(question.proposal), **shots}

    def _as_csv(self, rows: Mapping[Key, Mapping[str, str]]) -> bytes:
        more = dict.fromkeys(name for row in rows.values() for name in row if name != "end")
        columns = [*self.scheme.columns, *(n for n in more if n not in self.scheme.columns)]
        text = io.StringIO()
        table = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        table.writerows({name: row.get(name, "") for name in columns} for row in rows.values())
        return text.getvalue().encode()


def key_of(question: Question, rater: str) -> Key:
    """What an answer is filed under."""
    return question.name, question.place, rater


def checked_name(rater: str) -> str:
    """A rater's name without blanks around it. Raises: ValueError when it is none, or too long."""
    name = rater.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a rater needs a name of 1 to {LONGEST_NAME} letters, not {rater[:80]!r}")
    return name
