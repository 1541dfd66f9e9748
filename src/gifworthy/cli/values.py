"""Values as people write them on a command line: `2MB`, `16:9`, `3-10`, `0,0,0.3,0.2`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gifworthy.moments import parse_aspect as parse_aspect

if TYPE_CHECKING:
    from gifworthy.types import Box

UNITS = {
    "": 1,
    "B": 1,
    "K": 1000,
    "KB": 1000,
    "KIB": 1024,
    "M": 1000**2,
    "MB": 1000**2,
    "MIB": 1024**2,
    "G": 1000**3,
    "GB": 1000**3,
    "GIB": 1024**3,
}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)")
_LENGTH = re.compile(r"(\d+(?:\.\d*)?|\.\d+)s?")
_EDGE = re.compile(r"(-?(?:\d+(?:\.\d*)?|\.\d+))(%)?")


def parse_size(text: str) -> int:
    """Bytes: `2000000`, `500KB` (1000 each), `2MB`, `2MiB` (1024 x 1024 each).

    Raises: ValueError, naming the text and the forms that are understood.
    """
    match = _SIZE.fullmatch(text.strip())
    unit = UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is no size; write bytes (2000000), 500KB, 2MB or 2MiB")
    return int(float(match[1]) * unit)


def parse_lengths(text: str) -> tuple[float, float | None]:
    """Seconds, and the most they may become: `3`, `2.5s`, or a range, `3-10`.

    Raises: ValueError, naming the text and the forms that are understood.
    """
    first, dash, second = text.strip().partition("-")
    least, most = _LENGTH.fullmatch(first.strip()), _LENGTH.fullmatch(second.strip())
    if least is None or (dash and most is None):
        raise ValueError(f"{text!r} is no length; write seconds (3) or a range (3-10)")
    if most is None:
        return float(least[1]), None
    if float(most[1]) < float(least[1]):
        raise ValueError(
            f"{text!r} runs backwards; write the shorter length first: {second.strip()}-{first.strip()}"
        )
    return float(least[1]), float(most[1])


def parse_box(text: str) -> Box:
    """A place in the frame: its left, top, right and bottom edge, as `0,0,0.3,0.2` or `0%,0%,30%,20%`.

    Raises: ValueError, naming the text and what is wrong with it.
    """
    from gifworthy.types import Box

    edges = [_EDGE.fullmatch(part.strip()) for part in text.split(",")]
    if len(edges) != 4 or None in edges:
        raise ValueError(
            f"{text!r} is no box; write left,top,right,bottom as shares of the frame: 0,0,0.3,0.2 or "
            f"0%,0%,30%,20%"
        )
    left, top, right, bottom = (
        float(edge[1]) / (100 if edge[2] else 1) for edge in edges if edge is not None
    )
    if not 0 <= min(left, top, right, bottom) <= max(left, top, right, bottom) <= 1:
        raise ValueError(
            f"{text!r} lies outside the frame; edges are shares of it, from 0 to 1, not pixels"
        )
    if left >= right or top >= bottom:
        raise ValueError(
            f"{text!r} holds nothing; write left,top,right,bottom, left before right and top before bottom"
        )
    return Box(left, top, right, bottom)


def say_size(size_bytes: float) -> str:
    """Bytes as people read them: `812 B`, `640 KB`, `1.25 MB`."""
    if size_bytes >= 999_500:
        return f"{size_bytes / 1e6:.2f} MB"
    return f"{size_bytes / 1e3:.0f} KB" if size_bytes >= 1000 else f"{size_bytes:.0f} B"
