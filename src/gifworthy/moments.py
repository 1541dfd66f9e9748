"""Moments as people write them: `12.5`, `12.5s`, `1:02`, `0:01:02.250`, `5%`; and shapes: `16:9`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)(\d{1,2}(?:\.\d+)?)")
_RATIO = re.compile(r"(\d+(?:\.\d+)?)(?:[:/x](\d+(?:\.\d+)?))?")
_NUMBER = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(s|%)?")


@dataclass(frozen=True)
class Moment:
    """A moment of a video whose length is not known yet: seconds, or a share 0..1 of the whole."""

    amount: float
    is_share: bool = False

    def at(self, duration: float) -> float:
        """Seconds from the start of a video that lasts `duration` seconds."""
        return self.amount * duration if self.is_share else self.amount


@dataclass(frozen=True)
class Bounds:
    """Which part of a video may be shown: from `start` to `end`, without the spans in `exclude`."""

    start: Moment | None = None
    end: Moment | None = None
    exclude: tuple[tuple[Moment, Moment], ...] = ()


EVERYTHING = Bounds()


def parse_moment(text: str) -> Moment:
    """Read one moment.

    Args: text: seconds (`12.5`, `12.5s`), a clock (`M:SS`, `H:MM:SS.mmm`) or a share (`5%`).
    Raises: ValueError, naming the text and the forms that are understood.
    """
    text = text.strip()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = match.groups()
        if float(seconds) < 60 and (hours is None or int(minutes) < 60):
            return Moment(int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds))
    elif match := _NUMBER.fullmatch(text):
        amount, unit = float(match[1]), match[2]
        if unit == "%" and amount <= 100:
            return Moment(amount / 100, is_share=True)
        if unit != "%" and math.isfinite(amount):
            return Moment(amount)
    raise ValueError(
        f"{text!r} is no moment; write seconds (12.5), a clock (1:02.5) or a share (5%)"
    )


def parse_span(text: str) -> tuple[Moment, Moment]:
    """Read `START-END`, each a moment: `0-5`, `1:00-1:30`, `95%-100%`.

    Raises: ValueError when it is not two moments joined by a dash.
    """
    first, dash, second = text.partition("-")
    if not dash:
        raise ValueError(f"{text!r} is no span; write START-END, such as 0-5 or 95%-100%")
    return parse_moment(first), parse_moment(second)


def parse_aspect(text: str) -> float:
    """Width over height: `1:1`, `16:9`, `1.5`.

    Raises: ValueError, naming the text and the forms that are understood.
    """
    match = _RATIO.fullmatch(text.strip())
    width, height = (float(match[1]), float(match[2] or 1)) if match else (0.0, 0.0)
    if not (width and height):
        raise ValueError(f"{text!r} is no aspect; write 1:1, 16:9 or 1.5")
    return width / height


def clock(seconds: float) -> str:
    """Seconds as people read them: `1:02.5` or `1:00:02.5`."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    text = f"{minutes:02d}:{rest / 10:04.1f}" if hours else f"{minutes}:{rest / 10:04.1f}"
    return f"{hours}:{text}" if hours else text


def counted(count: int, noun: str) -> str:
    """A number and what is counted, for people: `1 shot`, `3 shots`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
