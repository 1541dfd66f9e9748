"""One stretch decoded from its start to its end: every frame, or those that others lean on."""

from __future__ import annotations

from collections.abc import Iterator

from av.packet import Packet
from av.stream import Stream

from gifworthy.decoding import Picture, Source
from gifworthy.scan.ahead import ahead
from gifworthy.scan.ledger import Ledger
from gifworthy.scan.thumbnails import Shrinker
from gifworthy.scan.watching import PACE, Watched, Watcher
from gifworthy.settings import Told, nobody
from gifworthy.types import Segment

AHEAD = 4
"""Pictures decoded while one is looked at: they are large."""


def skip_smoothing(source: Source) -> None:
    """Tell a decoder that has not begun to leave blocks unsmoothed.

    Thumbnails are off by half a grey level then, and decoding takes an eighth less.
    """
    context = source.stream.codec_context
    context.options = {**context.options, "skip_loop_filter": "all"}


def skip_leaves(source: Source) -> None:
    """Likewise, to leave out the frames that no other leans on: half of them, in most videos.

    Leaving out all B frames would be faster still, but others may lean on them and come out torn.
    """
    skip_smoothing(source)
    source.stream.codec_context.skip_frame = "NONREF"


def watch(
    source: Source,
    stretch: Segment,
    ledger: Ledger | None,
    spacing: float = PACE,
    told: Told = nobody,
) -> Watched:
    """Decode one stretch of a video and watch it."""
    watcher, shrinker = Watcher(stretch.start, spacing), Shrinker(source)
    decoded = pictures(source, stretch, ledger)
    for time, frame in ahead(decoded, AHEAD) if source.threads > 1 else decoded:
        watcher.see(shrinker.shrink(time, frame))
        told((time - stretch.start) / stretch.duration)
    return watcher.finish()


def pictures(source: Source, stretch: Segment, ledger: Ledger | None) -> Iterator[Picture]:
    """Decoded frames inside a stretch; packets and sound on the way are entered in the ledger, if any."""
    if stretch.start > 0:
        source.go_to(stretch.start)
    before: float | None = None
    sound = [source.audio] if source.audio and ledger else []
    for packet in source.packets(source.stream, *sound):
        if packet.stream.index != source.stream.index:  # the last packet has no index of its own
            _hear(source, packet, ledger)
            continue
        if packet.pts is not None and ledger:
            ledger.note(source.seconds(packet.pts), packet.size, packet.is_keyframe)
        for frame in source.decoded(packet):
            before = source.time_of(frame, before)
            if before >= stretch.end:
                return
            if before >= stretch.start - source.slack:
                yield Picture(before, frame)


def _hear(source: Source, packet: Packet[Stream], ledger: Ledger | None) -> None:
    assert ledger is not None, "sound is read only where somebody listens"
    tick = float(packet.time_base or 0)
    shift = float(source.origin * source.time_base)
    for sound in source.heard(packet):
        if sound.pts is not None:
            ledger.hear(sound.pts * tick - shift, sound)
