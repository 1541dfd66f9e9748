"""`gifworthy rate`: people say which pieces of videos are worth showing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from gifworthy.cli.flags import CHOOSING, WRITING, Quiet
from gifworthy.cli.speech import progress, say, tell

if TYPE_CHECKING:
    from gifworthy.learning.rating.questions import Drawing
    from gifworthy.learning.rating.schemes import Scheme
    from gifworthy.learning.rating.session import Session
    from gifworthy.settings import Settings

ASKING = "What is asked"


@dataclass(frozen=True)
class AskingFlags:
    """What is asked of which pieces."""

    scheme: Annotated[
        str,
        Option(
            metavar="NAME",
            help="ratings (good, average or bad), frames (second by second), or stories (three shots "
            "that `comments propose` drew).",
            rich_help_panel=ASKING,
        ),
    ] = "ratings"
    graded: Annotated[
        bool,
        Option("--graded", help="With frames: 0 to 4, not yes or no.", rich_help_panel=ASKING),
    ] = False
    count: Annotated[
        int, Option(help="With ratings: pieces a video.", rich_help_panel=CHOOSING)
    ] = 4
    seconds: Annotated[
        float, Option(help="With ratings: length of a piece, at most.", rich_help_panel=CHOOSING)
    ] = 3.0
    seed: Annotated[int, Option(help="Of the draw.", rich_help_panel=CHOOSING)] = 0

    def chosen(self) -> tuple[Scheme, Drawing]:
        """The scheme, and how pieces are drawn. Raises: ValueError, UnknownName."""
        from gifworthy.learning.rating.questions import Drawing
        from gifworthy.learning.rating.schemes import scheme_named

        drawing = Drawing(self.count, self.seconds, self.seed)
        return scheme_named(self.scheme, graded=self.graded), drawing


def rate(
    *,
    videos: Annotated[list[Path], Argument(metavar="VIDEO...", help="Files to rate.")],
    asking: AskingFlags,
    output: Annotated[
        Path | None,
        Option("-o", metavar="FOLDER", help="Holds the labels; ratings or frames if not given."),
    ] = None,
    rater: Annotated[
        list[str] | None,
        Option("--rater", metavar="NAME", help="Who rates; may be given again with --sheets."),
    ] = None,
    sheets: Annotated[
        Path | None,
        Option(
            metavar="FOLDER",
            help="No page: write contact sheets and a table to fill in there, or take over what "
            "was filled in.",
            rich_help_panel=WRITING,
        ),
    ] = None,
    port: Annotated[int, Option(help="Of the page; 0 for any.", rich_help_panel=WRITING)] = 0,
    browser: Annotated[
        bool, Option(help="Open the page in a browser.", rich_help_panel=WRITING)
    ] = True,
    quiet: Quiet = False,
) -> None:
    """Have pieces of videos rated on a local page, by one person or several, and write the labels."""
    from gifworthy.learning.rating.session import Session
    from gifworthy.settings import Settings

    scheme, drawing = asking.chosen()
    settings = Settings.from_environ(os.environ)
    with progress(len(videos), quiet=quiet) as begin:
        folder = output or Path(scheme.name)
        session = Session.begin(folder, videos, scheme, drawing, settings, begin)
    for _, error in session.failed:
        tell(error)
    if sheets is not None:
        _on_sheets(session, sheets, rater or [], settings)
    else:
        _on_page(session, (rater or [""])[0], port, settings, browser=browser)
    _say_result(session)


def _on_page(session: Session, rater: str, port: int, settings: Settings, *, browser: bool) -> None:
    """Serve the page until somebody stops it."""
    import webbrowser
    from urllib.parse import quote

    from gifworthy.learning.rating.clips import CACHE_BYTES, Clips
    from gifworthy.learning.rating.server import RatingServer
    from gifworthy.learning.rating.site import Site
    from gifworthy.stores import open_store

    clips = Clips(settings, open_store(settings.cache.expanduser() / "rating", CACHE_BYTES))
    with RatingServer(Site(session.questions, session.answers, clips), port) as server:
        address = server.address + (f"?rater={quote(rater)}" if rater else "")
        print(
            f"{len(session.questions)} pieces to rate at {address} (stop with Ctrl-C)", flush=True
        )
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


def _on_sheets(session: Session, folder: Path, raters: list[str], settings: Settings) -> None:
    """Take over what was filled in before; then write sheets and table with all that is known."""
    from gifworthy.learning.rating import sheets
    from gifworthy.learning.rating.session import made

    place = made(folder)
    before = sheets.read_table(session.questions, session.answers, place)
    known = dict.fromkeys([*before, *raters, *session.agreement().raters])
    for path in sheets.write_sheets(session.questions, session.answers.scheme, place, settings):
        print(path)
    table = sheets.write_table(
        session.questions, session.answers, place, list(known) or ["rater 1"]
    )
    words = ", ".join(word.said for word in session.answers.scheme.words)
    print(f"{table}: fill in {words}, then give the same command again")


def _say_result(session: Session) -> None:
    if not session.answers.given():
        say("nothing was rated yet; give the same command to go on")
        return
    print(f"{session.answers.path}: {session.agreement()}")
    if merged := session.merged():
        print(f"{merged}: what they say together")
    else:
        print(f"what they say together: gifworthy comments accept {session.folder}")
