"""`gifworthy shots`: where the cuts are."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.flags import (
    WRITING,
    AsJson,
    Inputs,
    PartFlags,
    Quiet,
    Videos,
    sources_of,
)
from gifworthy.cli.speech import each, say

if TYPE_CHECKING:
    from gifworthy.settings import Told
    from gifworthy.types import Segment
    from gifworthy.video import Video

FORMS = ("table", "json", "csv", "vtt", "otio")
ONE_ONLY = ("csv", "vtt", "otio")
As = Annotated[
    str,
    Option(
        "--as",
        metavar="FORM",
        help="table, json (one line a video), csv, vtt or otio.",
        rich_help_panel=WRITING,
    ),
]


def shots(
    *,
    videos: Videos = None,
    part: PartFlags,
    effort: Annotated[str, Option(metavar="HOW", help="fast, balanced or thorough.")] = "balanced",
    inputs: Inputs = None,
    form: As = "table",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Where each shot begins and ends."""
    from gifworthy.plans import Plan
    from gifworthy.segmenters.shots import cuts_of
    from gifworthy.settings import Settings
    from gifworthy.video import open_video

    form = "json" if as_json else form
    if form not in FORMS:
        raise ValueError(f"--as {form} is no form; there are: {', '.join(FORMS)}")
    sources = sources_of(videos, inputs)
    if len(sources) > 1 and form in ONE_ONLY:
        raise ValueError(
            f"--as {form} holds one video, but {len(sources)} were given; give one, or --json"
        )
    bounds, settings = part.bounds(), Settings.from_environ(os.environ)
    effort_checked = Plan(effort=effort).effort  # type: ignore[arg-type]

    def find(source: str, told: Told) -> str:
        with open_video(source, effort_checked, bounds, settings, told) as video:
            text = _written(form, video, cuts_of(video))
            for warning in video.warnings:
                say(warning)
            return text.rstrip("\n")

    each(sources, find, as_json=form == "json", quiet=quiet)


def _table(video: Video, shots: Sequence[Segment]) -> str:
    from gifworthy.moments import clock, counted

    rows = [f"{video.name}: {counted(len(shots), 'shot')} in {clock(video.duration)}"]
    for number, shot in enumerate(shots, start=1):
        rows.append(
            f"{number:>5}  {clock(shot.start):>10}  {clock(shot.end):>10}  {shot.duration:6.1f} s"
        )
    return "\n".join(rows)


def _written(form: str, video: Video, shots: Sequence[Segment]) -> str:
    from gifworthy import exports

    if form == "csv":
        return exports.segments_as_csv(shots)
    if form == "vtt":
        return exports.as_webvtt(shots, [f"shot {number + 1}" for number in range(len(shots))])
    if form == "otio":
        return exports.as_timeline(str(video.source), video.duration, video.fps, shots)
    if form == "json":
        return exports.shots_as_json(str(video.source), video.duration, shots)
    return _table(video, shots)
