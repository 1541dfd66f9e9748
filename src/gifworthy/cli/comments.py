"""`gifworthy comments`: what viewers wrote becomes labels of one's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.flags import CHOOSING, Overwrite, Quiet, spread_flags
from gifworthy.cli.speech import FAILED, progress, say, spoken, tell

if TYPE_CHECKING:
    from gifworthy.learning.proposals import Proposing
    from gifworthy.learning.rating.stories import Proposed

comments_app = Typer(
    no_args_is_help=True,
    help="What viewers wrote: count it, propose stories from it, accept them.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

MOST_SHOWN = 10
Said = Annotated[
    Path,
    Option(
        "--comments",
        metavar="FILE|FOLDER",
        help="XML, CSV or JSON with times; of several videos the folder.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class ProposingFlags:
    """How stories are drawn."""

    count: Annotated[int, Option(help="Stories a video.", rich_help_panel=CHOOSING)] = 32
    least: Annotated[
        int,
        Option(
            help="A video with fewer comments that count is left out.", rich_help_panel=CHOOSING
        ),
    ] = 100
    apart: Annotated[
        int, Option(help="Seconds between two shots, where possible.", rich_help_panel=CHOOSING)
    ] = 3
    seed: Annotated[int, Option(help="Of the draw.", rich_help_panel=CHOOSING)] = 0

    def chosen(self) -> Proposing:
        """As the drawing takes it. Raises: ValueError."""
        from gifworthy.learning.proposals import Proposing

        return Proposing(self.count, self.least, self.apart, self.seed)


def peaks(
    *,
    video: Annotated[Path, Argument(metavar="VIDEO", help="The video they belong to.")],
    comments: Said,
) -> None:
    """Say how many comments count, why the others do not, and where they peak."""
    from gifworthy.comments import CommentBook, peaks_inside
    from gifworthy.moments import clock, counted
    from gifworthy.settings import Settings
    from gifworthy.video import open_video

    book = CommentBook.of(comments, [str(video)])
    with open_video(video, settings=Settings.from_environ(os.environ)) as opened:
        duration = opened.duration
    for note in book.notes(str(video), duration):
        say(note)
    counts = book.counts(str(video), duration)
    if counts is None:
        raise SystemExit(FAILED)
    found = peaks_inside(counts.per_second)
    best = found[(-counts.per_second[found]).argsort(kind="stable")]
    told = f"{counted(counts.total, 'comment')}, {counted(len(found), 'peak')}"
    print(f"{video.name}: {told} in {clock(duration)}")
    for second in best[:MOST_SHOWN].tolist():
        print(f"{clock(second):>9}  {counts.per_second[second]:.0f}")


def propose(
    *,
    videos: Annotated[list[Path], Argument(metavar="VIDEO...", help="Files.")],
    comments: Said,
    proposing: ProposingFlags,
    output: Annotated[Path, Option("-o", metavar="FOLDER", help="Holds the proposals.")] = Path(
        "proposals"
    ),
    quiet: Quiet = False,
) -> None:
    """Draw three-shot stories from where viewers wrote, for people to accept with `gifworthy rate`."""
    from gifworthy.comments import CommentBook
    from gifworthy.learning.rating.stories import propose_all
    from gifworthy.settings import Settings

    settings, how = Settings.from_environ(os.environ), proposing.chosen()
    book = CommentBook.of(comments, [str(path) for path in videos])
    with progress(len(videos), quiet=quiet) as begin:
        done = propose_all(output, videos, book, how, settings, begin)
    for one in done:
        _say_proposed(one, proposing.count)
    able = [one for one in done if not one.failed]
    if len(done) > 1 and len(able) < len(done):
        say(f"{len(done) - len(able)} of {len(done)} videos were left out")
    if not able:
        raise SystemExit(FAILED)
    print(f"{output}: have them rated with: gifworthy rate VIDEO... --scheme stories -o {output}")


def accept(
    *,
    folders: Annotated[list[Path], Argument(metavar="FOLDER...", help="Where stories were rated.")],
    output: Annotated[Path, Option("-o", metavar="FILE", help="The manifest.")] = Path(
        "stories.parquet"
    ),
    raters: Annotated[int, Option(help="People who must have seen a story, at least.")] = 2,
    overwrite: Overwrite = False,
) -> None:
    """Write what all of at least two people accepted as the manifest that `gifworthy train` reads."""
    from gifworthy.learning.datasets.stories import Stories
    from gifworthy.learning.storage import save
    from gifworthy.moments import counted

    if raters < 1:
        raise ValueError(f"raters must be at least 1, not {raters}")
    manifest = Stories(raters).together(folders)
    path = save(manifest, output, overwrite=overwrite)
    stories = len({(label.video, label.item) for label in manifest.labels})
    told = f"{stories} accepted {'story' if stories == 1 else 'stories'}"
    print(f"{path}: {told} of {counted(len(manifest.videos), 'video')}")
    for anomaly in manifest.anomalies:
        print(f"{anomaly.what}: {anomaly.count} (first {anomaly.first})")


def _say_proposed(one: Proposed, wanted: int) -> None:
    for note in one.notes:
        say(note)
    if one.failed is not None:
        tell(one.failed)
    elif one.known:
        print(f"{one.name}: its {one.stories} proposals stay")
    else:
        print(f"{one.name}: {one.stories} proposals")
        if one.stories < wanted:
            say(f"{one.name}: its comments allow {one.stories} different stories, not {wanted}")


for command in (peaks, propose, accept):
    comments_app.command()(spread_flags(spoken(command)))
