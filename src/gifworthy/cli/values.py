"""Values as people write them on a command line: `2MB`, `16:9`."""

from __future__ import annotations

import re

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
_RATIO = re.compile(r"(\d+(?:\.\d+)?)(?:[:/x](\d+(?:\.\d+)?))?")


def parse_size(text: str) -> int:
    """Bytes: `2000000`, `500KB` (1000 each), `2MB`, `2MiB` (1024 x 1024 each).

    Raises: ValueError, naming the text and the forms that are understood.
    """
    match = _SIZE.fullmatch(text.strip())
    unit = UNITS.get(match[2].upper()) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is no size; write bytes (2000000), 500KB, 2MB or 2MiB")
    return int(float(match[1]) * unit)


def parse_aspect(text: str) -> float:
    """Width over height: `1:1`, `16:9`, `1.5`.

    Raises: ValueError, naming the text and the forms that are understood.
    """
    match = _RATIO.fullmatch(text.strip())
    width, height = (float(match[1]), float(match[2] or 1)) if match else (0.0, 0.0)
    if not (width and height):
        raise ValueError(f"{text!r} is no aspect; write 1:1, 16:9 or 1.5")
    return width / height


def say_size(size_bytes: float) -> str:
    """Bytes as people read them: `812 B`, `640 KB`, `1.25 MB`."""
    if size_bytes >= 999_500:
        return f"{size_bytes / 1e6:.2f} MB"
    return f"{size_bytes / 1e3:.0f} KB" if size_bytes >= 1000 else f"{size_bytes:.0f} B"
