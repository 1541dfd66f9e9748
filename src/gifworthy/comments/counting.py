"""How many comments fall into each second of a video, and where they peak.

Shape letters: S seconds, P peaks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gifworthy.comments.cleaning import Cleaned, cleaned
from gifworthy.comments.reading import CommentFile
from gifworthy.moments import clock
from gifworthy.types import Floats

Seconds = NDArray[np.intp]

START_MARGIN, END_MARGIN = 3, 5
"""Seconds at either end where no shot is looked for: 99 of 100 accepted shots of GIF-Thumbnails keep them."""
MARGIN_SHARE = 0.1
"""Of a short video, at most so much at either end."""
APART = 3
"""Seconds between two shots: 95 of 100 neighbours of GIF-Thumbnails are that far apart."""
SHORT_LIST = 0.5
SLACK = 5


@dataclass(frozen=True)
class CommentCounts:
    """Comments in each second of one video. name: of the file. per_second: (S,).

    notes: what was left out, and what looks wrong, in words.
    """

    name: str
    per_second: Floats = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """How many comments there are."""
        return int(self.per_second.sum())


def counted_in(file: CommentFile, duration: float) -> CommentCounts:
    """Clean and count the comments of a file.

    Args: duration: of the video, seconds, above 0.
    """
    length = max(1, math.ceil(duration))
    if file.counts is not None:
        return _counted_already(file.name, file.counts, length)
    clean = cleaned(file.comments, duration)
    places = [int(comment.second) for comment in clean.comments]
    counts = np.bincount(np.array(places, np.intp), minlength=length).astype(np.float64)
    return CommentCounts(file.name, counts, _notes(file.name, clean, counts))


def strict_peaks(per_second: Floats) -> Seconds:
    """Seconds with more comments than the one before and the one after (GEVADEN, "Annotation"): (P,)."""
    here, before, after = per_second[1:-1], per_second[:-2], per_second[2:]
    return np.flatnonzero((here > before) & (here > after)) + 1


def showable(length: int) -> range:
    """The seconds of a video of `length` seconds that lie inside the margins."""
    most = int(length * MARGIN_SHARE)
    return range(min(START_MARGIN, most), length - min(END_MARGIN, most))


def peaks_inside(per_second: Floats) -> Seconds:
    """The strict peaks that keep the margins: (P,)."""
    inside = showable(len(per_second))
    found = strict_peaks(per_second)
    return found[(found >= inside.start) & (found < inside.stop)]


def best_peaks(
    per_second: Floats,
    count: int,
    allowed_s: NDArray[np.bool_] | None = None,
    filled: bool = True,
) -> tuple[int, ...]:
    """The `count` highest peaks, in order of time: the rival "comment peaks".

    Peaks first, the highest first and 3 s apart; where there are too few, the seconds with most
    comments that keep that distance; then any inside the margins, at last any. Fewer than `count` only
    where the video has fewer seconds.

    Args: allowed_s: (S,) which seconds may be taken; None for all. filled: False for peaks alone.
    """
    length = len(per_second)
    best_first = (-per_second).argsort(kind="stable")
    if allowed_s is not None:
        best_first = best_first[allowed_s[best_first]]
    peaks, inside = set(peaks_inside(per_second).tolist()), showable(length)
    taken: list[int] = []
    rounds = ((peaks, APART), (inside, APART), (inside, 1), (range(length), 1))
    for allowed, apart in rounds if filled else rounds[:1]:
        for second in best_first.tolist():
            if len(taken) == count:
                return tuple(sorted(taken))
            if second in allowed and all(abs(second - other) >= apart for other in taken):
                taken.append(second)
    return tuple(sorted(taken))


def _counted_already(name: str, counts: Floats, length: int) -> CommentCounts:
    notes = []
    if len(counts) < length - SLACK:
        notes.append(
            f"{name}: counts end at {clock(len(counts))} of {clock(length)}; later seconds count as 0"
        )
    if len(counts) > length + SLACK:
        notes.append(
            f"{name}: has counts for {clock(len(counts))}, but the video ends at {clock(length)}; "
            f"what comes after is left out"
        )
    whole = np.zeros(length)
    shared = min(length, len(counts))
    whole[:shared] = counts[:shared]
    if not whole.any():
        notes.append(f"{name}: no second has a comment")
    return CommentCounts(name, whole, tuple(notes))


def _notes(name: str, clean: Cleaned, counts: Floats) -> tuple[str, ...]:
    """What was left out, and whether the list seems to break off."""
    notes = []
    if clean.dropped:
        notes.append(f"{name}: {clean}")
    if not clean.comments:
        notes.append(f"{name}: no comment counts in this video")
    else:
        last, length = clean.comments[-1].second, len(counts)
        if last < SHORT_LIST * length:
            notes.append(
                f"{name}: the last comment is at {clock(last)} of {clock(length)}; "
                f"if the list breaks off there, fetch it whole"
            )
    return tuple(notes)
