"""When a stream starts and ends, how fast it runs, and what its container knows of its packets."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise
from statistics import median

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from gifworthy.decoding.reel import Reel
from gifworthy.moments import clock
from gifworthy.types import Floats

USUAL_FPS = 25.0
_SLOWEST, _FASTEST = 0.01, 1000
_PACKETS_FOR_FPS = 64
_NEAR_THE_END = 2.0
_LATEST_START = 0.5
_WORTH_TELLING = 1.0
# These take the time of their last packet for their length: it was read at the end of the file.
_MEASURED_BY_DECODER = {"mpegts", "mpeg"}


@dataclass(frozen=True)
class Timeline:
    """Ticks of the container -> seconds from the first picture.

    origin: ticks of the first picture. tick: seconds. duration: seconds, above 0. fps: frames a second
    on average. is_timed: whether frames carry times at all; raw streams carry none, and are counted.
    """

    origin: int
    tick: Fraction
    duration: float
    fps: float
    is_timed: bool

    def seconds(self, ticks: int) -> float:
        """Seconds from the first picture."""
        return (ticks - self.origin) * self.tick.numerator / self.tick.denominator

    def ticks(self, seconds: float) -> int:
        """The container's time of a moment."""
        return self.origin + int(seconds / self.tick)


@dataclass(frozen=True)
class Index:
    """What the container itself knows of its packets, in the order of decoding; no packet was read.

    times: (P,) seconds of decoding (B frames are shown a little later). positions, sizes: (P,) bytes.
    keys: (P,) whether decoding can start there. Empty when the container keeps no complete index.
    """

    times: Floats
    positions: NDArray[np.int64]
    sizes: NDArray[np.int64]
    keys: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.times)


def index_of(stream: VideoStream, origin: int) -> Index:
    """The container's index when it names every packet (MP4, MOV, AVI), else an empty one."""
    entries = stream.index_entries if has_whole_index(stream) else ()
    rows = ((e.timestamp, e.pos, e.size, e.is_keyframe) for e in entries)
    # Hours have so many packets that a list of them would be felt.
    table = np.fromiter(rows, np.dtype((np.int64, 4)), len(entries)).astype(np.int64)
    times = (table[:, 0] - origin).astype(np.float64) * float(stream.time_base or 0)
    return Index(times, table[:, 1], table[:, 2], table[:, 3].astype(bool))


def has_whole_index(stream: VideoStream) -> bool:
    """Whether the container's index names every packet."""
    return 0 < stream.frames <= len(stream.index_entries)


def timeline_of(reel: Reel, first: int | None) -> Timeline:
    """Measure a reel; its position is moved. first: ticks of the first picture, if it carries any.

    What a container declares is checked against what it holds: against the size of the file where
    an index names every packet, else against the packets near the declared end.
    """
    tick = reel.tick
    origin = _origin(reel.stream.start_time, first, tick)
    fps = declared_fps(reel.stream) or _counted_fps(reel)
    end = _end_by_index(reel, origin) or _end_by_packets(reel, origin, fps)
    return Timeline(origin, tick, max(end, 1e-3), fps, first is not None)


def declared_fps(stream: VideoStream) -> float | None:
    """Frames a second on average, as the container says; None when it says nothing sensible."""
    rates = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    return next((float(rate) for rate in rates if rate and _SLOWEST <= rate <= _FASTEST), None)


def declared_duration(reel: Reel) -> float | None:
    """Seconds, as the container says; None when it says nothing."""
    if reel.stream.duration and reel.stream.duration > 0:
        return float(reel.stream.duration * reel.tick)
    if reel.container.duration and reel.container.duration > 0:
        return reel.container.duration / av.time_base
    return None


def _origin(declared: int | None, first: int | None, tick: Fraction) -> int:
    """The first picture's own time, unless it is late only because what came before is damaged."""
    if first is None or declared is None:
        return first if first is not None else declared or 0
    return declared if (first - declared) * tick > _LATEST_START else first


def _counted_fps(reel: Reel) -> float:
    reel.rewind()
    times = sorted(p.pts for p in islice(reel.packets(), _PACKETS_FOR_FPS) if p.pts is not None)
    steps = [float((b - a) * reel.tick) for a, b in pairwise(times) if b > a]
    rate = 1 / median(steps) if steps else USUAL_FPS
    return rate if _SLOWEST <= rate <= _FASTEST else USUAL_FPS


def _end_by_index(reel: Reel, origin: int) -> float | None:
    """Seconds until the first packet that lies past the end of the file; None without an index."""
    declared = declared_duration(reel)
    if declared is None or not has_whole_index(reel.stream):
        return None
    last = reel.stream.index_entries[-1]
    if last.pos + last.size <= reel.place.size_bytes:
        return declared
    index = index_of(reel.stream, origin)
    missing = int(np.argmax(index.positions + index.sizes > reel.place.size_bytes))
    end = float(index.times[missing]) if missing else declared
    _tell_break(reel, end, declared)
    return end


def _end_by_packets(reel: Reel, origin: int, fps: float) -> float:
    declared = declared_duration(reel)
    if declared is not None and reel.container.format.name in _MEASURED_BY_DECODER:
        return declared
    start = float(origin * reel.tick)
    ends = _Ends()
    if declared is not None and reel.seek(origin + int((declared - _NEAR_THE_END) / reel.tick)):
        ends.read(reel)
    if ends.seen <= start:
        reel.rewind()
        ends.read(reel)
    end = ends.seen if ends.seen > start else start + ends.untimed / fps
    if declared is not None:
        _tell_break(reel, max(end, ends.heard), declared)
    return max(end - start, 1 / fps)


@dataclass
class _Ends:
    """When the last picture and the last sound end, in the container's seconds.

    untimed: pictures without any time.
    """

    seen: float = 0.0
    heard: float = 0.0
    untimed: int = 0

    def read(self, reel: Reel) -> None:
        """Read packets to the end."""
        self.untimed = 0
        for packet in reel.packets(*([reel.stream, reel.audio] if reel.audio else [reel.stream])):
            is_picture = packet.stream_index == reel.stream.index
            ticks = packet.pts if packet.pts is not None else packet.dts
            if ticks is None or packet.time_base is None:
                self.untimed += is_picture and packet.size > 0
                continue
            end = float((ticks + (packet.duration or 0)) * packet.time_base)
            if is_picture:
                self.seen = max(self.seen, end)
            else:
                self.heard = max(self.heard, end)


def _tell_break(reel: Reel, end: float, declared: float) -> None:
    if declared - end > _WORTH_TELLING:
        reel.losses.note(
            f"{reel.name} breaks off at {clock(end)} of {clock(declared)}; what is there is used"
        )
