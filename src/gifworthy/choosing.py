"""What every selector needs: enough candidates to choose from, and a storyboard in order of time."""

from __future__ import annotations

from collections.abc import Iterable

from gifworthy.errors import VideoTooShort
from gifworthy.moments import counted
from gifworthy.types import Highlight, Segment, Storyboard
from gifworthy.video import Video

SHORTEST = 1.0
"""Seconds that a segment must have to be shown without running into the next one."""


def enough(video: Video, segments: tuple[Segment, ...], count: int) -> tuple[Segment, ...]:
    """The segments of a second or more; when these are fewer than `count`, more pieces.

    The longest are halved again and again, since a video of one long shot has one segment, yet three
    moments of it can be shown; when halves would be too short, they are cut evenly into pieces of a
    second or more; when these do not suffice, shorter segments are added.

    Raises: VideoTooShort when there are fewer than `count` pieces even so.
    """
    long = [segment for segment in segments if segment.duration >= SHORTEST]
    pieces = list(long)
    while len(pieces) < count:
        longest = max(pieces, key=lambda piece: piece.duration, default=None)
        if longest is None or longest.duration < 2 * SHORTEST:
            return _evenly(long, count) or _with_short(video, pieces, segments, count)
        place = pieces.index(longest)
        pieces[place : place + 1] = _halves(longest)
    return tuple(pieces)


def finely(pieces: tuple[Segment, ...], count: int) -> tuple[Segment, ...]:
    """The pieces in order of time, the longest halved until there are `count`, each a second or more."""
    left = sorted(pieces)
    while len(left) < count:
        longest = max(left, key=lambda piece: piece.duration)
        if longest.duration < 2 * SHORTEST:
            break
        place = left.index(longest)
        left[place : place + 1] = _halves(longest)
    return tuple(left)


def in_time(highlights: Iterable[Highlight], chosen_by: str) -> Storyboard:
    """A storyboard that shows its highlights in the order of time."""
    return Storyboard(tuple(sorted(highlights, key=lambda h: h.segment)), chosen_by)


def unscored(segments: Iterable[Segment], chosen_by: str) -> Storyboard:
    """The storyboard of a selector that knows no scores, in the order of time."""
    return in_time((Highlight(segment, 0.0) for segment in segments), chosen_by)


def _halves(segment: Segment) -> list[Segment]:
    return [Segment(segment.start, segment.middle), Segment(segment.middle, segment.end)]


def _evenly(segments: list[Segment], count: int) -> tuple[Segment, ...]:
    """`count` pieces of a second or more, each segment cut into even parts; none when there is no room."""
    if sum(int(segment.duration / SHORTEST + 1e-6) for segment in segments) < count:
        return ()
    parts = [1] * len(segments)
    while sum(parts) < count:
        lengths = [s.duration / (n + 1) for s, n in zip(segments, parts, strict=True)]
        parts[lengths.index(max(lengths))] += 1
    return tuple(
        Segment(segment.start + n * step, segment.start + (n + 1) * step)
        for segment, many in zip(segments, parts, strict=True)
        for step in [segment.duration / many]
        for n in range(many)
    )


def _with_short(
    video: Video, pieces: list[Segment], segments: tuple[Segment, ...], count: int
) -> tuple[Segment, ...]:
    short = [segment for segment in segments if segment.duration < SHORTEST]
    short.sort(key=lambda segment: -segment.duration)
    if len(pieces) + len(short) < count:
        seconds = sum(segment.duration for segment in segments)
        advice = "ask for fewer shots" if count > 1 else "show another part of the video"
        raise VideoTooShort(
            f"{video.name} has {seconds:.1f} s worth showing; a cover of {counted(count, 'shot')} "
            f"needs {count * SHORTEST:.0f} s; {advice}"
        )
    return tuple(sorted([*pieces, *short[: count - len(pieces)]]))
