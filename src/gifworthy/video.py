"""A video, open: how long, how large, which frame is shown when, and one cheap look at it all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np

from gifworthy.decoding import PLAIN, Picture, Source, deinterlaced, open_source
from gifworthy.errors import VideoTooShort, VideoUnreadable
from gifworthy.moments import EVERYTHING, Bounds, clock
from gifworthy.scan import scan_video
from gifworthy.settings import Settings, Told, nobody
from gifworthy.types import Clip, Effort, Floats, Scan, Segment


class Video:
    """The one open resource.

    source: as given. duration: seconds. fps: frames a second on average. width, height: pixels as
    displayed, upright and square. bounds: the part that may be shown. excluded: spans that may not.
    """

    def __init__(
        self,
        opened: Source,
        source: str | Path,
        effort: Effort,
        bounds: Bounds,
        settings: Settings,
        told: Told = nobody,
        scan: Scan | None = None,
    ) -> None:
        self._opened = opened
        self._known = scan
        self.source = source
        self.name = opened.name
        self.effort = effort
        self.settings = settings
        self._told = told
        self.duration = opened.duration
        self.fps = opened.fps
        self.width, self.height = opened.width, opened.height
        self.has_audio = opened.audio is not None
        self.bounds = _allowed(bounds, self.duration, self.name)
        self.excluded = _excluded(bounds, self.bounds, self.duration)

    @cached_property
    def scan(self) -> Scan:
        """One cheap pass over the video, made on first use at the effort the video was opened with.

        It is the one that the video was opened with, if any: then nothing is decoded for it.

        Raises: VideoUnreadable when nothing inside the bounds decodes or the file changed meanwhile,
            VideoUnreachable.
        """
        if self._known is not None:
            return self._known
        scan = scan_video(self._opened, self.bounds, self.effort, self._told)
        self._opened.place.raise_if_broken()
        return scan

    def frames_at(self, times: Floats, width: int | None = None) -> Clip:
        """The frames shown at some moments, in the order asked.

        All moments in one call, so that the decoder passes once over the spans that are needed. A
        moment before the first frame shows the first, one after the last shows the last.

        Args: times: (T,) seconds, in any order, with repeats. width: pixels at most; a smaller video
            is never upscaled.
        Returns: (T, H, W, 3) frames, upright, square pixels; the clip's times are those asked for.
        Raises: VideoUnreadable when nothing decodes or the file changed meanwhile, VideoUnreachable;
            ValueError when a moment is not finite.
        """
        times = np.array(times, dtype=np.float64).reshape(-1)
        if not np.isfinite(times).all():
            raise ValueError(
                f"moments must be seconds; {(~np.isfinite(times)).sum()} are not finite"
            )
        painter = self._opened.painter(width)
        frames = np.empty((len(times), painter.height, painter.width, 3), np.uint8)
        order = np.argsort(times, kind="stable")
        done = 0
        for picture, until in _shown(self._opened, times[order]):
            frames[order[done:until]] = painter.paint(picture.frame)
            done = until
        self._opened.place.raise_if_broken()
        return Clip(frames, times)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was lost on the way here so far: a missing end, damaged places, a slow way of reading."""
        return self._opened.losses.told()

    def content_key(self) -> str:
        """32 hexadecimal digits that name the content: the same bytes anywhere have the same.

        A hash of the size and of samples, of all when the file is small; on the web of the server's tag.
        """
        return self._opened.place.content_key()

    def close(self) -> None:
        """Give back the decoder and its memory."""
        self._opened.close()
        self._opened.place.close()

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_video(
    source: str | Path,
    effort: Effort = "balanced",
    bounds: Bounds = EVERYTHING,
    settings: Settings = PLAIN,
    told: Told = nobody,
    scan: Scan | None = None,
) -> Video:
    """Open a video: a path, or an address such as `https://...` or `s3://...`.

    Args: told: how far the scan has come, when it is made. scan: what one pass over the same part of the
    same video saw before, at the same effort; then none is made.
    Raises: VideoNotFound, VideoUnreachable, VideoUnreadable, VideoTooShort when the bounds lie past
    the end, MissingExtra; ValueError when the bounds start after they end.
    """
    opened = open_source(source, settings)
    try:
        return Video(opened, source, effort, bounds, settings, told, scan)
    except BaseException:
        opened.close()
        opened.place.close()
        raise


def _allowed(bounds: Bounds, duration: float, name: str) -> Segment:
    start = bounds.start.at(duration) if bounds.start else 0.0
    end = bounds.end.at(duration) if bounds.end else duration
    if start >= duration:
        raise VideoTooShort(
            f"start {clock(start)} lies past the end of {name}, which lasts {clock(duration)}; "
            f"give an earlier start"
        )
    if start >= end:
        raise ValueError(f"start {clock(start)} must come before end {clock(end)}")
    return Segment(start, min(end, duration))


def _excluded(bounds: Bounds, allowed: Segment, duration: float) -> tuple[Segment, ...]:
    spans = [(first.at(duration), last.at(duration)) for first, last in bounds.exclude]
    for first, last in spans:
        if first >= last:
            raise ValueError(
                f"an excluded span must start before it ends, not {clock(first)} and {clock(last)}"
            )
    inside = [Segment(max(a, 0.0), b) for a, b in spans if b > allowed.start and a < allowed.end]
    return tuple(sorted(inside))


def _shown(source: Source, times: Floats) -> Iterator[tuple[Picture, int]]:
    """For sorted moments: each picture that is shown, and up to which moment (index) it is."""
    done = 0
    while done < len(times):
        shown = None
        for picture in deinterlaced(source.pictures_from(min(float(times[done]), source.duration))):
            if shown is not None and picture.time > times[done] + source.slack:
                until = int(np.searchsorted(times, picture.time - source.slack))
                yield shown, until
                done = until
                if done == len(times) or source.seek_is_worth_it(picture.time, times[done]):
                    break
            shown = picture
        else:
            if shown is None:
                raise VideoUnreadable(f"{source.name} can be read no further; it is damaged")
            yield shown, len(times)
            return
