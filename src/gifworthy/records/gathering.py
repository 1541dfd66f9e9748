"""What a viewer chose, however it is told: a span of a video, a GIF that was cut from it, rows of a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.alignment import Aligner, Alignment
from gifworthy.learning.datasets.own import duration_of, own_rows, span_of
from gifworthy.learning.montages import find_all
from gifworthy.learning.rows import Row
from gifworthy.moments import Moment, clock
from gifworthy.records.histories import ROUNDING, Pick
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video

FIELDS = ("video", "start", "end")


def span_chosen(source: str, start: Moment, end: Moment, settings: Settings) -> Pick:
    """A span of a video that is here. Raises: VideoError; ValueError when it lies outside the video."""
    with open_video(source, settings=settings) as video:
        first, last = start.at(video.duration), end.at(video.duration)
        if not 0 <= first < last:
            raise ValueError(f"--end {clock(last)} must lie after --start {clock(first)}")
        if last > video.duration + ROUNDING:
            raise ValueError(
                f"--end {clock(last)} lies after the end of {video.name}, {clock(video.duration)}"
            )
        segment = Segment(first, min(last, video.duration))
        return Pick(_place(source), segment, video.duration, video.content_key())


def gif_chosen(
    gif: Path, source: Path, settings: Settings
) -> tuple[tuple[Pick, ...], tuple[Alignment, ...]]:
    """The spans of a video that a GIF shows: one, or one for each shot. Nothing is kept in the cache.

    Raises: VideoError; LabelsNotFound when it comes from another video; LabelsUnreadable when it is no GIF.
    """
    found = find_all(Aligner.of((source,), settings), gif)
    if found[0].video is None:
        raise LabelsNotFound(
            f"{gif} is not from {source} ({found[0].distance:.1f} of 64 bits differ at the likeliest "
            f"place); name the video it was cut from, or give its span with --start and --end, also "
            f"where the GIF was cropped to another shape"
        )
    with open_video(source, settings=settings) as video:
        place, content = _place(str(source)), video.content_key()
        picks = tuple(Pick(place, one.segment, video.duration, content) for one in found)
    return picks, found


def rows_chosen(
    file: Path, settings: Settings, tell: Callable[[str], object] = lambda _: None
) -> tuple[Pick, ...]:
    """A CSV or JSON Lines file with `video`, `start`, `end`, and `duration` where the video is not here.

    A video's path is read from the file's folder. Args: tell: hears of each video before it is opened.
    Raises: LabelsNotFound, LabelsUnreadable, VideoError when one that is here cannot be read.
    """
    known: dict[Path, tuple[float, str]] = {}
    picks = []
    for row in own_rows(file, file.stem, FIELDS):
        place = file.parent / row.text("video")
        if place.is_file() and place not in known:
            tell(place.name)
            known[place] = _opened(place, settings)
        picks.append(_pick(row, place, known.get(place)))
    return tuple(picks)


def _opened(place: Path, settings: Settings) -> tuple[float, str]:
    with open_video(place, settings=settings) as video:
        return video.duration, video.content_key()


def _pick(row: Row, place: Path, known: tuple[float, str] | None) -> Pick:
    start, end = span_of(row)
    duration, content = known or (duration_of(row), "")
    if end > duration + ROUNDING or start >= duration:
        raise row.broken("end", f"must not lie after the end of the video ({duration:g} s)")
    name = _place(str(place)) if known else row.text("video")
    return Pick(name, Segment(start, min(end, duration)), duration, content)


def _place(source: str) -> str:
    return source if "://" in source else os.path.abspath(source)  # noqa: PTH100 - no link is followed
