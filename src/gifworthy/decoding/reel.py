"""A container and its picture stream: packets and frames as they come, damage stepped over."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from types import TracebackType
from typing import Self

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from gifworthy.decoding.losses import Losses
from gifworthy.decoding.opening import DECODER_LIMITS, open_container, picture_stream
from gifworthy.decoding.places import Place
from gifworthy.errors import VideoUnreadable

_MOST_FAILURES = 200
_MOST_HOLES = 1000
_SMALLEST_HOLE = 1.0
_USUAL_TICK = Fraction(1, 90000)


class Reel:
    """One open container. Not for several threads.

    threads: of the decoder. losses: what was lost, shared with others on the same place. until: ticks
    of the end, once it is known.
    """

    def __init__(self, place: Place, threads: int, losses: Losses | None = None) -> None:
        self.place = place
        self.name = place.name
        self.threads = threads
        self.losses = losses or Losses(place.name, place.notes)
        self.until: int | None = None
        self._has_seen_whole = False
        self.container = open_container(place)
        try:
            self.stream = picture_stream(self.container, self.name)
        except BaseException:
            self.container.close()
            raise
        context = self.stream.codec_context
        context.thread_type = "NONE" if threads == 1 else "AUTO"
        context.thread_count = threads
        context.options = dict(DECODER_LIMITS)

    @property
    def tick(self) -> Fraction:
        """Seconds of one tick of the picture stream's clock."""
        return self.stream.time_base or _USUAL_TICK

    @property
    def audio(self) -> AudioStream | None:
        """The first sound stream whose coding is known, if any."""
        known = (s for s in self.container.streams.audio if s.codec_context is not None)
        return next(known, None)

    def packets(self, *streams: Stream) -> Iterator[Packet[Stream]]:
        """Packets from where the container stands: of the pictures, or of the streams that are named.

        A reader that loses its way in a damaged part says that the file ends there. Where the end is
        known to be later, one goes on behind the hole.
        """
        wanted = streams or (self.stream,)
        self._leave_out_others(wanted)
        last = None
        for _ in range(_MOST_HOLES):
            before = last
            for packet in self._packets(wanted):
                if packet.pts is not None and packet.stream_index == self.stream.index:
                    last = packet.pts if last is None else max(last, packet.pts)
                yield packet
            if last is None or last == before or not self._go_behind_hole(last):
                return

    def _packets(self, streams: tuple[Stream, ...]) -> Iterator[Packet[Stream]]:
        failures = 0
        while failures < _MOST_FAILURES:
            try:
                for packet in self.container.demux(*streams):
                    failures = 0
                    if packet.is_corrupt:
                        self.losses.damaged(self._near(packet))
                    yield packet
                break
            except (
                IndexError
            ):  # a stream that a damaged file began on the way; the rest was flushed
                break
            except (av.FFmpegError, OSError):
                self.place.raise_if_broken()
                failures += 1
        self.place.raise_if_broken()

    def _leave_out_others(self, wanted: tuple[Stream, ...]) -> None:
        """Keep the container from reading what nobody asked for; PyAV 17 cannot say so, and reads it."""
        if not hasattr(av.stream, "Discard"):
            return
        names = {stream.index for stream in wanted}
        for stream in self.container.streams:
            kept = stream.index in names
            stream.discard = av.stream.Discard.default if kept else av.stream.Discard.all

    def _go_behind_hole(self, ticks: int) -> bool:
        hole = int(_SMALLEST_HOLE / self.tick)
        if self.until is None or ticks >= self.until - hole:
            return False
        self.losses.damaged(float((ticks - (self.stream.start_time or 0)) * self.tick))
        return self.seek(ticks + hole // 2, forward=True)

    def decoded(self, packet: Packet[Stream]) -> list[VideoFrame]:
        """The frames that a packet completes; none, and one more loss, when it is damaged.

        Frames that the decoder itself calls corrupt are shown only while there was no better one.
        """
        frames = [frame for frame in self._decoded(packet) if isinstance(frame, VideoFrame)]
        whole = [frame for frame in frames if not frame.is_corrupt]
        if len(whole) < len(frames):
            self.losses.damaged(self._near(packet))
        self._has_seen_whole = self._has_seen_whole or bool(whole)
        return whole if self._has_seen_whole else frames

    def heard(self, packet: Packet[Stream]) -> list[AudioFrame]:
        """The same for a packet of sound."""
        return [sound for sound in self._decoded(packet) if isinstance(sound, AudioFrame)]

    def _decoded(self, packet: Packet[Stream]) -> Sequence[object]:
        try:
            return packet.decode()
        except (av.FFmpegError, ValueError, OSError):
            self.place.raise_if_broken()
            self.losses.damaged(self._near(packet))
            return []

    def _near(self, packet: Packet[Stream]) -> float:
        ticks = packet.pts if packet.pts is not None else packet.dts
        if ticks is None or packet.time_base is None:
            return 0.0
        return float((ticks * packet.time_base) - (self.stream.start_time or 0) * self.tick)

    def seek(self, ticks: int, *, forward: bool = False) -> bool:
        """Stand where decoding can start at or before some time; False when the container cannot.

        forward: at or after it instead.
        """
        try:
            self.container.seek(ticks, backward=not forward, stream=self.stream)
        except (av.FFmpegError, OSError, OverflowError):
            self.place.raise_if_broken()
            return False
        return True

    def rewind(self) -> None:
        """Stand at the start."""
        if self.seek(min(0, self.stream.start_time or 0)):
            return
        try:
            self.container.seek(0, unsupported_byte_offset=True)
        except (av.FFmpegError, OSError):
            self.place.raise_if_broken()
            raise VideoUnreadable(
                f"{self.name} cannot be read from the start again; it is damaged, convert it"
            ) from None

    def close(self) -> None:
        """Give back the decoder's memory, to the machine too; the place stays open."""
        self.container.close()
        _let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _let_go() -> None:
    """Hand freed memory back: glibc keeps what a decoder's pictures took until it is told not to."""
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)
