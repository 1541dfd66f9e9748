"""Flags that say how a cover looks: the fields of `Style`, and the limits of a platform."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.flags import LOOKING
from gifworthy.cli.values import parse_aspect, parse_box, parse_lengths, parse_size, say_size

if TYPE_CHECKING:
    from gifworthy.platforms import Platform
    from gifworthy.types import Style


@dataclass(frozen=True)
class LookFlags:
    """How the cover looks. What is not given is left to the platform, then to `Style`."""

    format: Annotated[
        str | None,
        Option(
            "--format",
            "-f",
            metavar="NAME",
            help="gif, webp, avif, mp4 or webm; else by the ending of -o, else gif.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    seconds: Annotated[
        str | None,
        Option(
            metavar="LENGTH",
            help="Length of each shot: 3, or 3-10 to choose inside; 3 in all if not given.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    width: Annotated[
        int | None,
        Option(
            "--width",
            "-W",
            help="Pixels at most, never upscaled; 480 if not given.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    height: Annotated[
        int | None,
        Option("--height", "-H", help="Pixels at most.", rich_help_panel=LOOKING),
    ] = None
    fps: Annotated[
        float | None,
        Option(
            "--fps",
            "-r",
            help="Frames a second at most; 12.5 if not given.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    max_bytes: Annotated[
        str | None,
        Option(
            metavar="SIZE",
            help="Never more than this: 2MB, 500KB, 2MiB or bytes.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    aspect: Annotated[
        str | None,
        Option(
            metavar="W:H",
            help="Crop around what matters: 1:1, 16:9 or 1.5.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    keep: Annotated[
        list[str] | None,
        Option(
            metavar="BOX",
            help="Always inside the crop, such as a logo: left,top,right,bottom as shares of the "
            "frame, 0,0,0.3,0.2; may be repeated.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    avoid: Annotated[
        list[str] | None,
        Option(
            metavar="BOX",
            help="Never inside the crop; may be repeated.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    loop: Annotated[
        str | None,
        Option(
            metavar="HOW",
            help="seam (ends moved to where the loop closes best), crossfade, bounce or cut.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    transition: Annotated[
        str | None,
        Option(metavar="HOW", help="Between shots: cut or fade.", rich_help_panel=LOOKING),
    ] = None
    quality: Annotated[
        int | None,
        Option("--quality", "-Q", help="1 to 100; 80 if not given.", rich_help_panel=LOOKING),
    ] = None
    colours: Annotated[
        int | None,
        Option(
            "--colours",
            "--colors",
            help="Palette of a GIF, 2 to 256; 256 if not given.",
            rich_help_panel=LOOKING,
        ),
    ] = None
    platform: Annotated[
        str | None,
        Option(
            "--for",
            metavar="NAME",
            help="Stay within the limits of discord, slack, email, x, ...: see "
            "`gifworthy platforms`.",
            rich_help_panel=LOOKING,
        ),
    ] = None

    def style(self, file: Path | None, shots: int) -> tuple[Style, tuple[str, ...]]:
        """The style, and in words what a platform lowered of what was asked for.

        Args: file: the file that `-o` names, if it names one. shots: how many the cover shows.
        Raises: ValueError, UnknownName.
        """
        from gifworthy.platforms import platform_named

        platform = None if self.platform is None else platform_named(self.platform)
        asked = self._asked(self._format(file, platform), platform, shots)
        if platform is None:
            return asked, ()
        style = platform.limit(asked, shots)
        return style, self._lowered(asked, style, platform)

    def _asked(self, format: str, platform: Platform | None, shots: int) -> Style:
        from gifworthy.plans import usual_seconds
        from gifworthy.types import Style

        usual = (usual_seconds(shots), None)
        seconds, up_to = parse_lengths(self.seconds) if self.seconds else usual
        given = {
            "seconds": seconds,
            "up_to": up_to,
            "width": self.width,
            "height": self.height,
            "fps": self.fps,
            "max_bytes": None if self.max_bytes is None else parse_size(self.max_bytes),
            "aspect": platform.aspect if platform and self.aspect is None else self._aspect(),
            "keep": tuple(map(parse_box, self.keep or ())) or None,
            "avoid": tuple(map(parse_box, self.avoid or ())) or None,
            "loop": self.loop,
            "transition": self.transition,
            "quality": self.quality,
            "colours": self.colours,
        }
        chosen = {name: value for name, value in given.items() if value is not None}
        return Style(format=format).but(**chosen)

    def _aspect(self) -> float | None:
        return None if self.aspect is None else parse_aspect(self.aspect)

    def _format(self, file: Path | None, platform: Platform | None) -> str:
        """The flag, else the ending of the file, else what the platform likes best, else GIF."""
        from gifworthy.encoders import ENCODERS

        ending = file.suffix[1:].lower() if file else ""
        if self.format and ending and self.format != ending:
            raise ValueError(
                f"{file} and --format {self.format} contradict each other; leave one out"
            )
        if file and not self.format and ending not in ENCODERS:
            raise ValueError(
                f"{file} ends in no format we write; end it in "
                f"{', '.join(f'.{name}' for name in ENCODERS)} or give --format"
            )
        return self.format or ending or (platform.formats[0] if platform else "gif")

    def _lowered(self, asked: Style, style: Style, platform: Platform) -> tuple[str, ...]:
        flags = {
            "--max-bytes": (self.max_bytes, asked.max_bytes, style.max_bytes),
            "--width": (self.width, asked.width, style.width),
            "--height": (self.height, asked.height, style.height),
            "--fps": (self.fps, asked.fps, style.fps),
        }
        return tuple(
            f"{platform.name} takes at most {_said(flag, limit)}; {flag} {given} was lowered to that"
            for flag, (given, before, limit) in flags.items()
            if given is not None and before != limit
        )


def _said(flag: str, limit: float | None) -> str:
    if limit is None:
        return "anything"
    return say_size(limit) if flag == "--max-bytes" else f"{limit:g}"
