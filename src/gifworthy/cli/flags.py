"""One flag per field: groups of flags are frozen dataclasses, and a command names the groups it takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ParamSpec, TypeVar, get_type_hints

from typer import Argument, Option

if TYPE_CHECKING:
    from gifworthy.comments import CommentBook
    from gifworthy.moments import Bounds

Given = ParamSpec("Given")
Result = TypeVar("Result")

CHOOSING = "What is shown"
LOOKING = "How it looks"
WRITING = "Where it goes"

Videos = Annotated[
    list[str] | None,
    Argument(metavar="VIDEO", help="Files, or http(s):// and s3:// URLs.", show_default=False),
]
Inputs = Annotated[
    list[str] | None,
    Option("-i", "--input", metavar="VIDEO", help="The same, as a flag.", rich_help_panel=WRITING),
]
Video = Annotated[
    str | None,
    Argument(metavar="VIDEO", help="A file, or an http(s):// or s3:// URL.", show_default=False),
]
Input = Annotated[
    str | None,
    Option("-i", "--input", metavar="VIDEO", help="The same, as a flag.", rich_help_panel=WRITING),
]
Comments = Annotated[
    Path | None,
    Option(
        metavar="FILE|FOLDER",
        help="What viewers wrote, with times: XML, CSV or JSON; of several videos the folder.",
        rich_help_panel=CHOOSING,
    ),
]
AsJson = Annotated[
    bool,
    Option("--json", help="One JSON line a video on standard output.", rich_help_panel=WRITING),
]
Quiet = Annotated[
    bool, Option("-q", "--quiet", help="Say nothing but errors.", rich_help_panel=WRITING)
]
Overwrite = Annotated[
    bool, Option("--overwrite", help="Replace what is there.", rich_help_panel=WRITING)
]


def sources_of(videos: list[str] | None, inputs: list[str] | None) -> list[str]:
    """What was named, as arguments and with -i. Raises: ValueError when nothing was."""
    named = [*(videos or ()), *(inputs or ())]
    if not named:
        raise ValueError("no video was named; give a file or a URL")
    return named


def source_of(video: str | None, input: str | None) -> str:
    """The one video that was named. Raises: ValueError when there is none, or two."""
    named = [name for name in (video, input) if name is not None]
    if len(named) != 1:
        raise ValueError("name one video: a file or a URL")
    return named[0]


def book_of(place: Path | None, sources: list[str]) -> CommentBook | None:
    """The comments that were named, if any. Raises: ValueError, CommentsUnreadable."""
    from gifworthy.comments import CommentBook

    return None if place is None else CommentBook.of(place, sources)


@dataclass(frozen=True)
class PartFlags:
    """Which part of the video may be shown."""

    start: Annotated[
        str | None,
        Option(
            help="Not before: seconds, H:MM:SS.mmm or 5%.", metavar="TIME", rich_help_panel=CHOOSING
        ),
    ] = None
    end: Annotated[
        str | None, Option(help="Not after.", metavar="TIME", rich_help_panel=CHOOSING)
    ] = None
    exclude: Annotated[
        list[str] | None,
        Option(
            help="Never from this span, such as 0-5 or 95%-100%; may be repeated.",
            metavar="FROM-TO",
            rich_help_panel=CHOOSING,
        ),
    ] = None

    def bounds(self) -> Bounds:
        """As the video takes it. Raises: ValueError."""
        from gifworthy.moments import Bounds, parse_moment, parse_span

        return Bounds(
            start=None if self.start is None else parse_moment(self.start),
            end=None if self.end is None else parse_moment(self.end),
            exclude=tuple(parse_span(span) for span in self.exclude or ()),
        )


def spread_flags(command: Callable[Given, Result]) -> Callable[..., Result]:
    """The command with each group of flags it takes spread into single flags.

    A group is a dataclass whose fields are annotated with typer's options; the command itself still
    receives the group, whole.
    """
    hints = get_type_hints(command, include_extras=True)
    hints.pop("return", None)
    groups = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    @wraps(command)
    def flat(*args: object, **given: object) -> Result:
        for name, group in groups.items():
            mine = {field.name: given.pop(field.name) for field in fields(group)}
            given[name] = group(**mine)  # type: ignore[operator]
        return command(*args, **given)  # type: ignore[arg-type]

    flat.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [single for name in hints for single in _singles(command, name, hints[name])]
    )
    flat.__annotations__ = {
        name: single.annotation for name, single in inspect.signature(flat).parameters.items()
    }
    return flat


def _singles(command: Callable[Given, Result], name: str, hint: type) -> list[inspect.Parameter]:
    if not is_dataclass(hint):
        default = inspect.signature(command).parameters[name].default
        return [_single(name, hint, default)]
    hints = get_type_hints(hint, include_extras=True)
    return [
        _single(
            field.name,
            hints[field.name],
            inspect.Parameter.empty if field.default is MISSING else field.default,
        )
        for field in fields(hint)
    ]


def _single(name: str, hint: type, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=default)
