"""Pieces between cuts: what a person who cut the video meant to be one piece."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gifworthy.types import Scan, Segment
from gifworthy.video import Video

_ROOM_SHARE = 1 / 3
_MOST_ROOM = 1.5
_LEAST = 1e-3


@dataclass(frozen=True)
class Shots:
    """Segments between cuts; dissolves and fades are left out, long shots are split where least happens.

    A shot longer than `longest` seconds is split in about equal pieces, so that a long shot whose fun
    lies in one part offers that part. Each break is moved to the moment nearby at which the picture changes
    least: what is worth showing is seldom torn there.
    """

    longest: float = 6.0

    def __post_init__(self) -> None:
        if not self.longest > 0:
            raise ValueError(f"longest must be above 0, not {self.longest}")

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Shots, split, in order of time; at least one."""
        scan = video.scan
        return tuple(piece for shot in shots_of(scan) for piece in split(shot, scan, self.longest))


def cuts_of(video: Video) -> tuple[Segment, ...]:
    """The shots of a video as they were cut, in order of time, without the transitions between them."""
    return shots_of(video.scan)


def shots_of(scan: Scan) -> tuple[Segment, ...]:
    """What lies between cuts and transitions; the whole bounds when that is nothing."""
    edges = [scan.bounds.start, *scan.cuts.tolist(), scan.bounds.end]
    spans = [span for pair in pairwise(sorted(edges)) for span in _without(pair, scan.transitions)]
    return tuple(Segment(a, b) for a, b in spans if b - a > _LEAST) or (scan.bounds,)


def _without(
    span: tuple[float, float], transitions: tuple[Segment, ...]
) -> list[tuple[float, float]]:
    """The parts of a span outside some transitions, which come in order of time."""
    left, end = span
    parts = []
    for transition in transitions:
        if transition.end > left and transition.start < end:
            parts.append((left, transition.start))
            left = max(left, transition.end)
    return [*parts, (left, end)]


def split(shot: Segment, scan: Scan, longest: float) -> tuple[Segment, ...]:
    """A shot in equal pieces of at most `longest` seconds, their breaks moved to quiet moments."""
    count = int(np.ceil(shot.duration / longest - 1e-6))
    length = shot.duration / max(1, count)
    room = min(length * _ROOM_SHARE, _MOST_ROOM)
    breaks = [_quietest(scan, shot.start + length * part, room) for part in range(1, count)]
    return tuple(Segment(a, b) for a, b in pairwise([shot.start, *breaks, shot.end]))


def _quietest(scan: Scan, at: float, room: float) -> float:
    """The moment within `room` seconds at which the picture changes least; `at` when none was seen."""
    near = np.flatnonzero(np.abs(scan.times - at) < room)
    return float(scan.times[near[np.argmin(scan.change[near])]]) if len(near) else at
