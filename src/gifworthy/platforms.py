"""What each platform takes: size, width, frames and formats, from one dated data file.

The figures, their sources and how far each can be trusted stand in `data/platforms.json`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gifworthy.errors import UnknownName
from gifworthy.registry import unknown
from gifworthy.types import Style


@dataclass(frozen=True)
class Platform:
    """The limits of one platform; None where it sets none.

    formats: names of encoders whose files it plays, the one it prefers first. aspect: width over
    height when it wants one. trust: `official`, `vendor`, `page` or `conflicting`. checked: the day
    on which the sources were read.
    """

    name: str
    formats: tuple[str, ...]
    max_bytes: int | None
    max_width: int | None
    max_height: int | None
    max_frames: int | None
    aspect: float | None
    source: str
    trust: str
    note: str
    checked: str

    def limit(self, style: Style, shots: int = 1) -> Style:
        """The same style, lowered where it asks for more than the platform takes.

        Args: shots: how many shots of at most `style.longest` seconds the cover shows.
        Raises: ValueError when the platform does not play the style's format.
        """
        if style.format not in self.formats:
            raise ValueError(
                f"{self.name} does not play {style.format}; "
                f"choose {' or '.join(self.formats)} or another platform"
            )
        fps = style.fps
        if self.max_frames is not None:
            fps = min(fps, self.max_frames / (style.longest * shots))
        return style.but(
            max_bytes=_smaller(style.max_bytes, self.max_bytes),
            width=_smaller(style.width, self.max_width),
            height=_smaller(style.height, self.max_height),
            fps=fps,
        )


def platform_named(name: str) -> Platform:
    """The platform of that name. Raises: UnknownName, with the nearest names."""
    platforms = known_platforms()
    if name not in platforms:
        raise UnknownName(unknown("platform", name, list(platforms)))
    return platforms[name]


@cache
def known_platforms() -> dict[str, Platform]:
    """Every platform of the data file, by name, in the file's order."""
    table = json.loads(files("gifworthy").joinpath("data/platforms.json").read_text("utf-8"))
    return {
        name: Platform(
            name=name,
            formats=tuple(limits["formats"]),
            max_bytes=limits.get("max_bytes"),
            max_width=limits.get("max_width"),
            max_height=limits.get("max_height"),
            max_frames=limits.get("max_frames"),
            aspect=limits.get("aspect"),
            source=limits["source"],
            trust=limits["trust"],
            note=limits.get("note", ""),
            checked=table["checked"],
        )
        for name, limits in table["platforms"].items()
    }


def _smaller(asked: int | None, most: int | None) -> int | None:
    given = [value for value in (asked, most) if value is not None]
    return min(given, default=None)
