"""How much of a video is decoded, and what comes of it."""

from __future__ import annotations

import cv2

from gifworthy.decoding import Source
from gifworthy.errors import VideoUnreadable
from gifworthy.moments import clock
from gifworthy.scan.gathering import gathered
from gifworthy.scan.ledger import Ledger
from gifworthy.scan.passes import skip_leaves, watch
from gifworthy.scan.probing import probe, worth_probing
from gifworthy.scan.watching import MOST_MOMENTS, PACE
from gifworthy.settings import Told, nobody
from gifworthy.types import Effort, Scan, Segment


def scan_video(
    source: Source, bounds: Segment, effort: Effort = "balanced", told: Told = nobody
) -> Scan:
    """Look over a video once.

    `fast` decodes key frames and a little more where the container has an index and the video is long;
    otherwise it is `balanced`, which leaves out the frames that no other leans on; `thorough` sees all.

    Args: source: an open video; it is not moved, others are opened on the same place.
        bounds: the part to look at, seconds from the first picture. told: how far it has come.
    Raises: VideoUnreadable when no picture inside the bounds decodes.
    """
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the pictures are tiny, and the processors are busy decoding
    try:
        scan = _scanned(source, bounds, effort, told)
    finally:
        cv2.setNumThreads(threads)
    if scan is None:
        raise VideoUnreadable(
            f"no picture of {source.name} between {clock(bounds.start)} and {clock(bounds.end)} can "
            f"be decoded; choose another part"
        )
    return scan


def _scanned(source: Source, bounds: Segment, effort: Effort, told: Told) -> Scan | None:
    if effort == "fast" and worth_probing(source, bounds):
        return probe(source, bounds, told)
    with source.again() as own:
        if effort != "thorough":
            skip_leaves(own)
        ledger = Ledger(bounds)
        watched = watch(own, bounds, ledger, max(PACE, bounds.duration / MOST_MOMENTS), told)
        return gathered(bounds, [watched], (), ledger) if watched.moments else None
