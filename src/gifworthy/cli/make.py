"""`gifworthy make`: the cover of each video."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import (
    CHOOSING,
    WRITING,
    AsJson,
    Comments,
    Inputs,
    Overwrite,
    PartFlags,
    Quiet,
    Videos,
    book_of,
    sources_of,
)
from gifworthy.cli.looks import LookFlags
from gifworthy.cli.places import (
    EXPORTS,
    STANDARD_OUTPUT,
    made_folder,
    named_file,
    places_for,
)
from gifworthy.cli.speech import each, say
from gifworthy.cli.viewers import Viewer, bind_to

if TYPE_CHECKING:
    from gifworthy.moments import Bounds, Moment
    from gifworthy.pipeline import CoverMaker, Kept, Making
    from gifworthy.settings import Told
    from gifworthy.types import Frames, Style

Out = Annotated[
    str | None,
    Option(
        "-o",
        "--output",
        metavar="PLACE",
        help="A file, a folder, or - for standard output; else the current folder.",
        rich_help_panel=WRITING,
    ),
]
Also = Annotated[
    str | None,
    Option(
        metavar="NAMES",
        help="Write what was chosen as csv, vtt or otio too; several with commas.",
        rich_help_panel=WRITING,
    ),
]
Against = Annotated[
    str | None,
    Option(
        metavar="PICTURE|TIME",
        help="Keep this cover of your own unless ours is clearly better.",
        rich_help_panel=CHOOSING,
    ),
]


@dataclass(frozen=True)
class Work:
    """What is done to each video."""

    maker: CoverMaker
    style: Style
    bounds: Bounds
    own: Moment | Frames | None = None

    def on(self, source: str, told: Told) -> Making | Kept:
        """The cover of one video, its warnings said."""
        if self.own is None:
            done: Making | Kept = self.maker.produce(source, self.style, self.bounds, told)
        else:
            done = self.maker.produce_against(source, self.own, self.style, self.bounds, told)
        for warning in done.warnings:
            say(warning)
        return done


def make(
    *,
    videos: Videos = None,
    selecting: SelectingFlags,
    scoring: ScoringFlags,
    part: PartFlags,
    looks: LookFlags,
    against: Against = None,
    viewer: Viewer = None,
    comments: Comments = None,
    inputs: Inputs = None,
    out: Out = None,
    also: Also = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make the cover of each video: talk.mp4 becomes talk.gif, talk.jpg and talk.json."""
    from gifworthy.cli.stories import files, story, summary
    from gifworthy.encoders import ENCODERS
    from gifworthy.pipeline import CoverMaker
    from gifworthy.settings import Settings

    sources = sources_of(videos, inputs)
    plan = selecting.changed(scoring.changed())
    style, lowered = looks.style(named_file(out, len(sources)), plan.shots)
    suffix = ENCODERS[style.format].suffix
    settings = Settings.from_environ(os.environ)
    maker = CoverMaker.load(plan, settings, bind_to(viewer, settings), book_of(comments, sources))
    work = Work(maker, style, part.bounds(), _own(against))
    for note in lowered:
        say(note)
    if out == STANDARD_OUTPUT:
        _pour(work, sources, alone=not (as_json or also or against))
        return
    places = places_for(sources, out, suffix, _exports(also))
    waiting = dict(zip(sources, places, strict=True))

    def save(source: str, told: Told) -> str:
        place = waiting[source]
        place.check(source, overwrite=overwrite)
        done = work.on(source, told)
        place.write(files(done, place), overwrite=overwrite)
        if as_json:
            return story(done, place)
        return "" if quiet else summary(done, place)

    with made_folder(out, len(sources)):
        each(sources, save, as_json=as_json, quiet=quiet)


def _pour(work: Work, sources: list[str], *, alone: bool) -> None:
    """Write one cover to standard output, and nothing else. Raises: ValueError, OutputError."""
    from gifworthy.errors import OutputError

    if len(sources) > 1:
        raise ValueError(f"-o - writes one cover, but {len(sources)} videos were given; give one")
    if not alone:
        raise ValueError(
            "-o - writes one cover and nothing else; leave out --json, --also, --against"
        )
    if sys.stdout.isatty():
        raise ValueError("-o - writes bytes, but a terminal shows text; add > FILE or | PROGRAM")
    making = work.maker.produce(sources[0], work.style, work.bounds)
    for warning in making.warnings:
        say(warning)
    try:
        sys.stdout.buffer.write(making.cover.data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {error.strerror}") from error


def _exports(also: str | None) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in (also or "").split(",") if name.strip())
    for name in names:
        if name not in EXPORTS:
            raise ValueError(f"--also {name} is no export; there are: {', '.join(EXPORTS)}")
    return names


def _own(against: str | None) -> Moment | Frames | None:
    """A picture when there is such a file, else a moment. Raises: ValueError, PictureUnreadable."""
    from gifworthy.against import read_picture
    from gifworthy.moments import parse_moment

    if against is None or Path(against).exists():
        return None if against is None else read_picture(Path(against))
    try:
        return parse_moment(against)
    except ValueError as error:
        raise ValueError(
            f"--against {against} is neither a picture that is there nor a moment such as 1:02.5"
        ) from error
