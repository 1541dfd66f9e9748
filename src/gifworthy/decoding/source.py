"""Seconds -> decoded frames: a reel whose times and looks are known."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from math import inf
from pathlib import Path
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame

from gifworthy.decoding.look import Look
from gifworthy.decoding.opening import check_size
from gifworthy.decoding.painting import Painter
from gifworthy.decoding.places import Place, place_of
from gifworthy.decoding.reel import Reel
from gifworthy.decoding.refusals import encrypted, nothing_decodes
from gifworthy.decoding.timeline import Index, Timeline, index_of, timeline_of
from gifworthy.settings import Settings

PLAIN = Settings()
_BLIND_SEEK = 3.0
_STEPS_BACK = (0.0, 1.0, 4.0, 16.0, 64.0)
_CAREFUL = 0.5
# Decoders that can be told between two packets to leave out what no other frame leans on.
_CAN_HURRY = {"h264", "hevc", "mpeg2video", "mpeg4"}
_MOST_THREADS = 16


class Picture(NamedTuple):
    """A decoded frame, not yet painted, and the second at which it is first shown."""

    time: float
    frame: VideoFrame


class Source(Reel):
    """One open video: decoded frames by seconds from the first picture, and what was lost on the way.

    Where it stands after opening is not told: `rewind`, `seek` or `pictures_from` first. `again` opens a
    second one on the same place, with a position of its own.
    """

    look: Look
    timeline: Timeline

    def __init__(self, place: Place, threads: int, like: Source | None = None) -> None:
        super().__init__(place, threads, like.losses if like else None)
        try:
            look, timeline = (like.look, like.timeline) if like else self._looked_over()
        except BaseException:
            self.close()
            raise
        self.look, self.timeline = look, timeline
        self.width, self.height = look.width, look.height
        self.duration, self.fps = timeline.duration, timeline.fps
        self.origin, self.time_base = timeline.origin, timeline.tick
        self.until = timeline.ticks(timeline.duration)

    def _looked_over(self) -> tuple[Look, Timeline]:
        """Decode the first picture: only it tells what is to be seen, and whether anything is."""
        first = self._first_frame()
        check_size(first.width, first.height, self.name)
        look = Look.of(first, self.stream.sample_aspect_ratio)
        return look, timeline_of(self, first.pts)

    def _first_frame(self) -> VideoFrame:
        for packet in self.packets():
            if packet.has_sidedata("encryption_info"):
                raise encrypted(self.name)
            for frame in self.decoded(packet):
                return frame
        raise nothing_decodes(self.place, self.container)

    @cached_property
    def index(self) -> Index:
        """What the container itself knows of its packets; empty when it keeps no complete index."""
        return index_of(self.stream, self.origin)

    @property
    def slack(self) -> float:
        """How far a moment may lie before a picture's and still mean it: half a tick, at most 1 ms."""
        return min(float(self.time_base) / 2, 1e-3) + 1e-6

    def seconds(self, ticks: int) -> float:
        """Seconds from the first picture."""
        return self.timeline.seconds(ticks)

    def time_of(self, frame: VideoFrame, before: float | None = None) -> float:
        """Seconds at which a frame is shown. before: the last frame's, for streams without times."""
        if frame.pts is not None:
            return self.timeline.seconds(frame.pts)
        return 0.0 if before is None else before + 1 / self.fps

    def pictures(self) -> Iterator[Picture]:
        """Decoded frames from where the container stands, in showing order."""
        time = None
        for packet in self.packets():
            for frame in self.decoded(packet):
                time = self.time_of(frame, time)
                yield Picture(time, frame)

    def pictures_from(self, time: float) -> Iterator[Picture]:
        """Frames from some moment on; the first is shown at or before `time`, unless none is.

        A seek lands where the container thinks decoding can start. Containers err (no index, open
        groups of pictures, times of decoding instead of showing), so the landing is checked, and
        one steps further back until a picture at or before the moment comes out.

        On the way to the moment, frames that no other leans on are left out, as long as one comes out
        shortly before it; otherwise everything is decoded after all.
        """
        before = -inf
        for picture in self._landed(time, hurry_until=time - _CAREFUL):
            if before < time - _CAREFUL and picture.time > time + self.slack:
                yield from self._landed(time)
                return
            before = picture.time
            yield picture

    def _landed(self, time: float, hurry_until: float = -inf) -> Iterator[Picture]:
        for back in _STEPS_BACK:
            if time - back <= 0 or not self.go_to(time - back):
                break
            pictures = self._hurried(hurry_until)
            first = next(pictures, None)
            if first is not None and first.time <= time + self.slack:
                yield first
                yield from pictures
                return
        self.rewind()
        yield from self._hurried(hurry_until)

    def _hurried(self, until: float) -> Iterator[Picture]:
        """`pictures`, without those before some moment that no other leans on."""
        context = self.stream.codec_context
        asked = context.skip_frame
        hurries = asked == "DEFAULT" and context.name in _CAN_HURRY
        time = None
        try:
            for packet in self.packets():
                if hurries:
                    early = packet.pts is not None and self.seconds(packet.pts) < until
                    context.skip_frame = "NONREF" if early else "DEFAULT"
                for frame in self.decoded(packet):
                    time = self.time_of(frame, time)
                    yield Picture(time, frame)
        finally:
            context.skip_frame = asked

    def go_to(self, time: float) -> bool:
        """Stand where decoding can start at or before a moment; False when that cannot be known."""
        return self.timeline.is_timed and self.seek(self.timeline.ticks(time))

    def seek_is_worth_it(self, now: float, target: float) -> bool:
        """Whether a place to start decoding lies between two moments; a guess where no index tells."""
        entries = self.stream.index_entries
        place = entries.search_timestamp(self.timeline.ticks(target)) if len(entries) else -1
        if place >= 0 and self.seconds(entries[place].timestamp) > now:
            return True
        reaches = len(entries) > 1 and self.seconds(entries[-1].timestamp) >= target
        return not reaches and not len(self.index) and target - now > _BLIND_SEEK

    def go_to_key(self, packet: int) -> bool:
        """Stand at a key frame of the index; False when the container cannot.

        Seeking goes by the time of showing, which may be some frames after that of decoding: one asks
        for the moment halfway to the next key frame.
        """
        later = np.flatnonzero(self.index.keys[packet + 1 :])
        end = float(self.index.times[packet + 1 + later[0]]) if len(later) else self.duration
        return self.go_to((float(self.index.times[packet]) + end) / 2)

    def expect(self, packets: Sequence[int]) -> None:
        """Say which packets of the index will be read soon: their bytes travel together, at once.

        A local file needs no such word. What does not fit into the place's few MB is not fetched yet.
        """
        if packets:
            starts, sizes = self.index.positions, self.index.sizes
            self.place.expect([(int(starts[n]), int(starts[n] + sizes[n])) for n in packets])

    def painter(self, width: int | None = None, *, small: bool = False) -> Painter:
        """What paints decoded frames at most `width` wide; `small` for quick little pictures."""
        return Painter(self.look, width, small=small)

    def again(self, threads: int | None = None) -> Source:
        """A second one on the same place; `close` it too. Losses are told together."""
        return Source(self.place, threads or self.threads, self)


def open_source(source: str | Path, settings: Settings = PLAIN) -> Source:
    """Open a video for decoding, wherever it lies.

    Args: source: a path, or an address such as `https://...` or `s3://...`.
    Raises: VideoNotFound, VideoUnreachable, VideoUnreadable, MissingExtra.
    """
    place = place_of(source, settings)
    try:
        return Source(place, settings.threads or _cores())
    except BaseException:
        place.close()
        raise


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(_MOST_THREADS, usable or 1)
