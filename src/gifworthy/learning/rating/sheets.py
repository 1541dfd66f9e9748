"""Rating without a browser: a contact sheet for each video, and a table to fill in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gifworthy.files import write_whole
from gifworthy.learning.rating.answers import Answers, checked_name, key_of
from gifworthy.learning.rating.questions import Question
from gifworthy.learning.rating.schemes import Scheme, Word
from gifworthy.learning.rows import Row, csv_rows
from gifworthy.moments import clock
from gifworthy.sampling import spread
from gifworthy.settings import Settings
from gifworthy.types import Floats
from gifworthy.video import open_video

FILE = "fill-in.csv"
COLUMNS = ("video", "piece")
PICTURES = 6
WIDTH = 200
SECONDS_A_ROW = 8
MOST = 120
"""Pieces on one sheet; a long video has several."""
GAP, LINE = 4, 26


def write_sheets(
    questions: Sequence[Question], scheme: Scheme, folder: Path, settings: Settings
) -> list[Path]:
    """A PNG for each video, several for a long one: a row of pictures a piece, or a picture a second.

    Returns: the files that were not there yet. Raises: VideoError, OutputError.
    """
    written = []
    for name, some in groupby(questions, key=lambda question: question.name):
        mine = list(some)
        for first in range(0, len(mine), MOST):
            path = folder / (
                f"{name}-{first // MOST + 1}.png" if len(mine) > MOST else f"{name}.png"
            )
            if not path.exists():
                part = mine[first : first + MOST]
                write_whole(path, _sheet(part, scheme, settings), overwrite=True)
                written.append(path)
    return written


def write_table(
    questions: Sequence[Question], answers: Answers, folder: Path, raters: Sequence[str]
) -> Path:
    """`fill-in.csv`: a row a piece, a column a rater; what was said before stands in it already.

    Raises: ValueError when a rater has no name; LabelsUnreadable, OutputError.
    """
    names = [checked_name(rater) for rater in raters]
    given, text = answers.given(), io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*COLUMNS, *names])
    for question in questions:
        said = [given.get(key_of(question, name)) for name in names]
        words = [word.said if word else "" for word in said]
        table.writerow([question.name, question.when, *words])
    return write_whole(folder / FILE, text.getvalue().encode(), overwrite=True)


def read_table(questions: Sequence[Question], answers: Answers, folder: Path) -> tuple[str, ...]:
    """Take over what was filled in; empty cells are still open.

    Returns: the raters who have a column there.
    Raises: LabelsUnreadable with line and column; OutputError.
    """
    found: list[tuple[Question, str, Word]] = []
    raters: dict[str, None] = {}
    path = folder / FILE
    if not path.exists():
        return ()
    asked = {(question.name, question.when): question for question in questions}
    for row in csv_rows(path, COLUMNS):
        question = asked.get((row.text("video"), row.text("piece")))
        if question is None:
            raise row.broken(
                "piece", "must be a piece of a video that was named, as it was written"
            )
        for rater in (name for name in row.fields if name not in COLUMNS):
            raters[rater] = None
            if row.text_or(rater):
                found.append((question, rater, _word(row, rater, answers.scheme)))
    if found:
        answers.give_all(found)
    return tuple(raters)


def _word(row: Row, rater: str, scheme: Scheme) -> Word:
    try:
        return scheme.word(row.text(rater))
    except ValueError as error:
        words = ", ".join(word.said for word in scheme.words)
        raise row.broken(rater, f"must be one of {words}, or empty") from error


def _moments(question: Question, each: int) -> Floats:
    """Which pictures of a piece are drawn: as many of every shot. (each,) seconds."""
    shots = question.shots
    return np.concatenate([spread(shot, each // len(shots)) for shot in shots])


def _sheet(questions: Sequence[Question], scheme: Scheme, settings: Settings) -> bytes:
    """A row of pictures for each piece; where pieces are seconds, one picture each."""
    whole = scheme.is_whole
    each = PICTURES if whole else 1
    moments = np.concatenate([_moments(question, each) for question in questions])
    with open_video(questions[0].path, settings=settings) as video:
        clip = video.frames_at(moments, WIDTH)
    columns = 1 if whole else SECONDS_A_ROW
    wide, high = each * (clip.width + GAP) + GAP, clip.height + LINE
    rows = -(-len(questions) // columns)
    sheet = Image.new("RGB", (min(columns, len(questions)) * wide, rows * high + GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for n, question in enumerate(questions):
        x, y = n % columns * wide + GAP, n // columns * high
        span = f"{question.when}    {question.name}" if whole else clock(question.segment.start)
        pen.text((x, y + 5), span, "black", font)
        for k, frame in enumerate(clip.frames[n * each : (n + 1) * each]):
            sheet.paste(Image.fromarray(frame), (x + k * (clip.width + GAP), y + LINE))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()
