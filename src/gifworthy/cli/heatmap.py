"""`gifworthy heatmap`: which pixels mattered, over the video itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import (
    LOOKING,
    WRITING,
    Input,
    Overwrite,
    PartFlags,
    Quiet,
    Video,
    source_of,
)
from gifworthy.cli.looks import LookFlags
from gifworthy.cli.places import is_same_file, stem_of
from gifworthy.cli.speech import each, say
from gifworthy.cli.values import say_size
from gifworthy.cli.viewers import Viewer, bind_to

if TYPE_CHECKING:
    from gifworthy.heatmaps import Chart
    from gifworthy.pipeline import CoverMaker
    from gifworthy.settings import Told
    from gifworthy.types import Frames, Style
    from gifworthy.video import Video as OpenVideo

ENDINGS = (".mp4", ".gif", ".webp")
STREAMED = ".mp4"
MOST_PICTURES = 750
SCANNING, DRAWN = 0.3, 1.25
"""How far a map has come when the video is scanned, and when it is drawn."""

Out = Annotated[
    str | None,
    Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A .mp4, .gif or .webp; else VIDEO-map.mp4 in the current folder.",
        rich_help_panel=WRITING,
    ),
]


@dataclass(frozen=True)
class CutFlags:
    """The cut whose crop is drawn, and how the map looks."""

    seconds: Annotated[
        str | None,
        Option(metavar="LENGTH", help="Length of each shot: 3, or 3-10.", rich_help_panel=LOOKING),
    ] = None
    aspect: Annotated[
        str | None,
        Option(metavar="W:H", help="The shape of the crop that is drawn.", rich_help_panel=LOOKING),
    ] = "1:1"
    keep: Annotated[
        list[str] | None,
        Option(metavar="BOX", help="Always inside the crop.", rich_help_panel=LOOKING),
    ] = None
    avoid: Annotated[
        list[str] | None,
        Option(metavar="BOX", help="Never inside the crop.", rich_help_panel=LOOKING),
    ] = None
    width: Annotated[
        int | None,
        Option("--width", "-W", help="Pixels at most; 480 if not given.", rich_help_panel=LOOKING),
    ] = None
    fps: Annotated[
        float | None,
        Option("--fps", "-r", help="Frames a second; 12.5 if not given.", rich_help_panel=LOOKING),
    ] = None

    def style(self, shots: int) -> Style:
        """As `make` understands it. Raises: ValueError."""
        looks = LookFlags(
            seconds=self.seconds,
            aspect=self.aspect,
            keep=self.keep,
            avoid=self.avoid,
            width=self.width,
            fps=self.fps,
        )
        return looks.style(None, shots)[0]


def heatmap(
    *,
    video: Video = None,
    selecting: SelectingFlags,
    scoring: ScoringFlags,
    part: PartFlags,
    looks: CutFlags,
    viewer: Viewer = None,
    input: Input = None,
    out: Out = None,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """The map over the video, with the scores over time and the chosen cut and crop drawn."""
    from gifworthy.errors import OutputError
    from gifworthy.files import check_free
    from gifworthy.moments import counted
    from gifworthy.pipeline import CoverMaker
    from gifworthy.settings import Settings

    source = source_of(video, input)
    place = Path(out or f"{stem_of(source)}-map{STREAMED}")
    if place.suffix.lower() not in ENDINGS:
        raise ValueError(f"{place} is no heat map's name; end it in {' or '.join(ENDINGS)}")
    plan = selecting.changed(scoring.changed())
    style, bounds = looks.style(plan.shots), part.bounds()
    settings = Settings.from_environ(os.environ)
    maker = CoverMaker.load(plan, settings, bind_to(viewer, settings))
    if is_same_file(place, source):
        raise OutputError(f"{place} is the video itself; give another name with -o")
    check_free(place, overwrite=overwrite)

    def draw(source: str, told: Told) -> str:
        with maker.open(source, bounds, lambda share: told(SCANNING * share)) as opened:
            chart = _chart(opened, maker, style)
            count = _write(opened, chart, place, overwrite, told)
            for warning in opened.warnings:
                say(warning)
        size = say_size(place.stat().st_size)
        return "" if quiet else f"{place}: {counted(count, 'picture')}, {size}"

    each([source], draw, as_json=False, quiet=quiet)


def _chart(video: OpenVideo, maker: CoverMaker, style: Style) -> Chart:
    """What is drawn; the cut and the crop are those that `make` would show."""
    from gifworthy.heatmaps import Chart
    from gifworthy.render import framed

    gaze, style = maker.looks(), style.but(fps=min(style.fps, video.fps))
    framings = framed(video, maker.choose(video), style, gaze)
    return Chart(maker.rank(video).candidates, framings, gaze, style.width, style.fps)


def _write(video: OpenVideo, chart: Chart, place: Path, overwrite: bool, told: Told) -> int:
    """Draw and write; how many pictures there are."""
    from gifworthy.encoders import ENCODERS
    from gifworthy.encoders.mp4 import recipe
    from gifworthy.files import write_whole, written_whole
    from gifworthy.heatmaps import as_clip, heat_frames
    from gifworthy.muxing import write_frames
    from gifworthy.types import Style

    count = 0

    def counted() -> Iterator[Frames]:
        nonlocal count
        for frame in heat_frames(video, chart, lambda at: told(SCANNING + (DRAWN - SCANNING) * at)):
            count += 1
            yield frame

    style = Style(fps=chart.fps, width=chart.width)
    if place.suffix.lower() == STREAMED:
        with written_whole(place, overwrite=overwrite) as beside:
            write_frames(beside, counted(), chart.fps, recipe(chart.width, chart.width, style))
        return count
    clip = as_clip(counted(), chart.fps, MOST_PICTURES)
    data = ENCODERS[place.suffix[1:].lower()]().encode(clip, style)
    write_whole(place, data, overwrite=overwrite)
    return count
