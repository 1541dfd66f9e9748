"""Interlaced frames -> whole ones: lines of two moments are not shown as one picture."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import av
from av.filter import Graph
from av.video.frame import VideoFrame

from gifworthy.decoding.source import Picture

Kind = tuple[int, int, str]


def deinterlaced(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """The same pictures at the same moments; those that say they are interlaced, made whole.

    Bob Weaver (the filter `bwdif`) looks at the neighbouring frames too, so it answers one frame late;
    a film that never says it is interlaced does not pass through it.
    """
    weaver: Weaver | None = None
    for picture in pictures:
        if weaver is not None and weaver.kind != _kind(picture.frame):
            yield from weaver.rest()
            weaver = None
        if weaver is None and picture.frame.interlaced_frame:
            weaver = Weaver(picture.frame)
        if weaver is None:
            yield picture
        else:
            yield from weaver.woven(picture)
    if weaver is not None:
        yield from weaver.rest()


class Weaver:
    """A filter for frames of one size; one frame comes out for each that goes in, in order."""

    def __init__(self, frame: VideoFrame) -> None:
        self.kind = _kind(frame)
        self._times: deque[float] = deque()
        self._graph = Graph()
        source = self._graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base,
        )
        weave = self._graph.add("bwdif", "mode=send_frame:deint=interlaced")
        self._graph.link_nodes(source, weave, self._graph.add("buffersink")).configure()

    def woven(self, picture: Picture) -> Iterator[Picture]:
        """What comes out when one more picture goes in."""
        self._times.append(picture.time)
        self._graph.vpush(picture.frame)
        yield from self._pulled()

    def rest(self) -> Iterator[Picture]:
        """What is still inside, at the end."""
        self._graph.vpush(None)
        yield from self._pulled()

    def _pulled(self) -> Iterator[Picture]:
        while self._times:
            try:
                frame = self._graph.vpull()
            except (av.BlockingIOError, av.EOFError):
                return
            yield Picture(self._times.popleft(), frame)


def _kind(frame: VideoFrame) -> Kind:
    return frame.width, frame.height, frame.format.name
