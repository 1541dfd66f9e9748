"""What a person wants shown of a video, and what never: whether that can be, before anybody works on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gifworthy.errors import NothingWorthShowing
from gifworthy.moments import clock
from gifworthy.records.catalogue import StoredVideo
from gifworthy.types import Segment

ROUNDING = 0.001
"""Seconds by which a moment may be off that went through a page."""


def check_spans(video: StoredVideo, windows: Sequence[Segment], exclude: Sequence[Segment]) -> None:
    """Whether something of a video can be shown so; of one that was not looked at yet nothing is known.

    Raises: ValueError when a span lies past the end, or a window within what is never shown;
    NothingWorthShowing when nothing is left.
    """
    duration = video.facts.get("duration")
    if isinstance(duration, float | int):
        _check_ends((*windows, *exclude), float(duration))
        if _holds(exclude, Segment(0.0, float(duration))):
            raise NothingWorthShowing(
                f"the whole video, {clock(duration)}, is never to be shown; leave something of it"
            )
    for window in windows:
        if _holds(exclude, window):
            raise ValueError(
                f"{clock(window.start)} to {clock(window.end)} is to be shown and never to be shown; "
                f"take it out of one of both"
            )


def _check_ends(spans: Sequence[Segment], duration: float) -> None:
    for span in spans:
        if span.start >= duration:
            raise ValueError(
                f"{clock(span.start)} lies past the end of the video, {clock(duration)}"
            )


def _holds(exclude: Sequence[Segment], span: Segment) -> bool:
    """Whether a span lies within what is never shown."""
    return any(
        one.start <= span.start + ROUNDING and span.end <= one.end + ROUNDING
        for one in _joined(exclude)
    )


def _joined(spans: Sequence[Segment]) -> Iterator[Segment]:
    """The same spans without overlaps, in order of time."""
    last: Segment | None = None
    for span in sorted(spans):
        if last is not None and span.start <= last.end + ROUNDING:
            last = Segment(last.start, max(last.end, span.end))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last
