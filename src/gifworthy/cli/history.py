"""`gifworthy history`: what a viewer chose before, so that covers can follow a taste."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.speech import progress, say, spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from gifworthy.records.histories import Histories, Pick
    from gifworthy.settings import Settings

history_app = Typer(
    no_args_is_help=True,
    help="What viewers chose before: add to it, show it, forget it.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

ROWS = (".csv", ".jsonl")
Viewer = Annotated[str, Argument(metavar="VIEWER", help="Any text; only a hash of it is kept.")]
AsJson = Annotated[bool, Option("--json", help="JSON on standard output.")]


@history_app.command()
@spoken
def add(
    viewer: Viewer,
    chosen: Annotated[
        str,
        Argument(
            metavar="VIDEO|GIF|CSV",
            help="A video, with --start and --end; a GIF, with --of; or rows of video, start, end.",
        ),
    ],
    start: Annotated[str | None, Option(metavar="TIME", help="Seconds, H:MM:SS or 5%.")] = None,
    end: Annotated[str | None, Option(metavar="TIME", help="Likewise.")] = None,
    of: Annotated[
        Path | None, Option("--of", metavar="VIDEO", help="The video a GIF was cut from.")
    ] = None,
) -> None:
    """Remember what a viewer chose."""
    from gifworthy.moments import counted
    from gifworthy.settings import Settings

    settings = Settings.from_environ(os.environ)
    with progress(1, quiet=False) as begin:
        picks = _chosen(chosen, (start, end), of, settings, begin)
        begin("looking")
        histories = _open(settings)
        new = histories.add(viewer, picks)
        _look(histories, viewer, settings)
    known = len(picks) - len(new)
    print(f"{counted(len(new), 'choice')} added{f', {known} known already' if known else ''}")


@history_app.command()
@spoken
def show(viewer: Viewer, as_json: AsJson = False) -> None:
    """Say what is remembered of a viewer, the oldest first."""
    from gifworthy.moments import counted
    from gifworthy.settings import Settings

    picks = _open(Settings.from_environ(os.environ)).of(viewer)
    if as_json:
        print(json.dumps([_fields(pick) for pick in picks]))
        return
    print(f"{counted(len(picks), 'choice')} of this viewer")
    for pick in picks:
        print(_line(pick))


@history_app.command()
@spoken
def forget(viewer: Viewer) -> None:
    """Remove everything of a viewer, for good."""
    from gifworthy.moments import counted
    from gifworthy.settings import Settings

    count = _open(Settings.from_environ(os.environ)).forget(viewer)
    print(f"{counted(count, 'choice')} forgotten; nothing of this viewer is left")


def _chosen(
    chosen: str,
    span: tuple[str | None, str | None],
    of: Path | None,
    settings: Settings,
    begin: Callable[[str], object],
) -> tuple[Pick, ...]:
    from gifworthy.moments import clock, parse_moment
    from gifworthy.records.gathering import gif_chosen, rows_chosen, span_chosen

    is_rows = Path(chosen).suffix.lower() in ROWS
    if (of is not None or is_rows) and span != (None, None):
        raise ValueError("--start and --end belong to a video; leave them out for a GIF or a CSV")
    if of is not None:
        begin("aligning")
        picks, found = gif_chosen(Path(chosen), of, settings)
        for one in found:
            if one.is_guess:
                say(
                    f"a guess: the GIF fits as well {one.doubt:.1f} s away; to be sure, give --start, --end"
                )
            say(f"found at {clock(one.segment.start)} to {clock(one.segment.end)}")
        return picks
    if is_rows:
        return rows_chosen(Path(chosen), settings, begin)
    start, end = span
    if start is None or end is None:
        raise ValueError(
            "say what was chosen: --start and --end of a video, --of VIDEO for a GIF, or a .csv of rows"
        )
    return (span_chosen(chosen, parse_moment(start), parse_moment(end), settings),)


def _open(settings: Settings) -> Histories:
    from gifworthy.records.histories import Histories

    return Histories.open(settings.records)


def _look(histories: Histories, viewer: str, settings: Settings) -> None:
    """While the video is here, see how the choice looks: later it may be gone."""
    from gifworthy.features import Features
    from gifworthy.records.looking import remembered

    remembered(histories, viewer, Features.load("pixels", settings), settings)


def _fields(pick: Pick) -> dict[str, object]:
    known = pick.duration == pick.duration
    return {
        "video": pick.video,
        "start": round(pick.segment.start, 3),
        "end": round(pick.segment.end, 3),
        "duration": round(pick.duration, 3) if known else None,
        "added": round(pick.added, 3),
    }


def _line(pick: Pick) -> str:
    from gifworthy.moments import clock

    span = f"{clock(pick.segment.start):>9} to {clock(pick.segment.end):<9}"
    length = f"of {clock(pick.duration)}" if pick.duration == pick.duration else ""
    return f"{span} {length:<12} {pick.video}"
