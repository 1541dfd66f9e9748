"""Thumbnails in order of time -> moments: signals reduced on the way, nothing kept that could grow."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from gifworthy.measures import change
from gifworthy.movement import movement
from gifworthy.scan.cuts import CutFinder
from gifworthy.scan.flashes import FlashCounter
from gifworthy.scan.looks import Looks, looks_of
from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.scan.transitions import TransitionFinder
from gifworthy.types import Floats, Frames, Segment

MOST_MOMENTS = 2000
PACE = 1 / 8
LONGEST_PAIR = 1.0
_MOTION_SIDE = 48
_EARLY = 1e-3
_CUTS_BETWEEN_SAMPLES = 16


class Moves(NamedTuple):
    """What changed between two samples; `Scan` says what the signals mean."""

    change: float
    motion: float
    camera: float
    moving: float


@dataclass(frozen=True)
class Moment:
    """One moment of a scan in the making. moves: None when nothing before it could be compared."""

    time: float
    colours: Frames
    looks: Floats
    moves: Floats | None
    flashes: float


@dataclass(frozen=True)
class Watched:
    """What was seen in one stretch of a video."""

    moments: tuple[Moment, ...]
    cuts: tuple[float, ...]
    transitions: tuple[Segment, ...]


@dataclass(frozen=True)
class _Sample:
    """One look at the video. since: time of the sample before. colours: kept if it becomes a moment."""

    time: float
    since: float
    looks: Looks
    moves: Moves | None
    flashes: float
    colours: Frames | None


class Watcher:
    """Watches the thumbnails of one stretch go by.

    Eight times a second, however many frames there are, the picture is measured and compared with the
    sample before: so the signals mean the same at every frame rate and effort. Cuts, transitions and
    flashes are looked for in every frame. Samples wait until it is known whether a cut lies between
    them; what straddles a cut was moved by the cutter and is not counted.

    start: seconds. spacing: seconds between moments, at least `PACE`.
    """

    def __init__(self, start: float, spacing: float = PACE) -> None:
        self._spacing = spacing
        self._cuts = CutFinder()
        self._transitions = TransitionFinder()
        self._flashes = FlashCounter()
        self._last: Thumbnail | None = None
        self._sample_due = self._moment_due = start
        self._waiting: deque[_Sample] = deque()
        self._open: list[_Sample] = []
        self._moments: list[Moment] = []

    def see(self, thumbnail: Thumbnail) -> None:
        """Take the next frame."""
        self._cuts.see(thumbnail)
        self._transitions.see(thumbnail)
        self._flashes.see(thumbnail)
        if thumbnail.time >= self._sample_due - _EARLY:
            self._waiting.append(self._sample(thumbnail))
            self._sample_due = _next_due(self._sample_due, thumbnail.time, PACE)
        while self._waiting and self._waiting[0].time <= self._cuts.settled:
            self._fold(self._waiting.popleft())

    def finish(self) -> Watched:
        """What was seen."""
        self._cuts.finish()
        while self._waiting:
            self._fold(self._waiting.popleft())
        transitions = self._transitions.finish(self._cuts.cuts)
        return Watched(tuple(self._moments), tuple(self._cuts.cuts), transitions)

    def _sample(self, thumbnail: Thumbnail) -> _Sample:
        last, self._last = self._last, thumbnail
        is_moment = thumbnail.time >= self._moment_due - _EARLY
        if is_moment:
            self._moment_due = _next_due(self._moment_due, thumbnail.time, self._spacing)
        return _Sample(
            thumbnail.time,
            last.time if last else thumbnail.time,
            looks_of(thumbnail),
            moves_between(last, thumbnail) if last else None,
            self._flashes.take(),
            thumbnail.colours if is_moment else None,
        )

    def _fold(self, sample: _Sample) -> None:
        """Add a sample to the open moment; what was before a cut belongs to another shot."""
        recent = self._cuts.cuts[-_CUTS_BETWEEN_SAMPLES:]
        if any(sample.since < cut <= sample.time for cut in recent):
            self._open.clear()
            sample = replace(sample, moves=None)
        self._open.append(sample)
        if sample.colours is not None:
            self._moments.append(_reduced(self._open, sample.colours))
            self._open.clear()


def moves_between(before: Thumbnail, after: Thumbnail) -> Moves | None:
    """What changed; None when the two lie so far apart that nothing can be followed."""
    seconds = after.time - before.time
    if not 0 < seconds <= LONGEST_PAIR:
        return None
    moved = movement(_followable(before.grey), _followable(after.grey), seconds)
    return Moves(change(before.mix, after.mix), moved.mean, moved.camera, moved.moving)


def _followable(grey: Frames) -> Frames:
    """The flow engine reads past the end of pictures with a side under 32."""
    height, width = grey.shape
    if min(height, width) >= _MOTION_SIDE:
        return grey
    size = max(width, _MOTION_SIDE), max(height, _MOTION_SIDE)
    return cv2.resize(grey, size).astype(np.uint8, copy=False)


def _next_due(due: float, time: float, pace: float) -> float:
    """Keep to the beat; after a gap, begin a new one."""
    return due + pace if due + pace > time + pace / 2 else time + pace


def _reduced(samples: list[_Sample], colours: Frames) -> Moment:
    moves = [sample.moves for sample in samples if sample.moves is not None]
    seconds = max(samples[-1].time - samples[0].since, PACE)
    return Moment(
        samples[-1].time,
        colours,
        _mean([sample.looks for sample in samples]),
        _mean(moves) if moves else None,
        sum(sample.flashes for sample in samples) / seconds,
    )


def _mean(rows: Sequence[Sequence[float]]) -> Floats:
    return np.array([sum(column) / len(rows) for column in zip(*rows, strict=True)])
