"""A GIF of several shots: where each of them was cut from.

One span of the video that is like the whole GIF is not there then; pieces of it are found where they lie, and
pieces that run on from each other are one shot.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np

from gifworthy.learning.alignment import Aligner, Alignment, pictures_of
from gifworthy.learning.strips import Strip
from gifworthy.types import Segment

MOST_EDGES = 4
SHORTEST = 0.4
"""Seconds of a piece below which its place is anybody's guess."""
WELL = 2.5
"""Bits of 64 up to which a GIF is one span without looking on. Covers of one shot of 18 real videos differed
from it by 0.3 to 4.9, covers of three by 4.2 to 26 (1.9 where they show most of a video of 5 s)."""
BETTER = 2.0
"""Bits that pieces must be more like the video than the whole: a GIF is one span until proved otherwise."""
TORN = 0.2
"""Seconds by which a piece may miss the end of the one before and still run on from it."""
NEAR = 2


def find_all(aligner: Aligner, gif: Path) -> tuple[Alignment, ...]:
    """Where each shot of a GIF comes from, in showing order; one where it is one span, or none is found.

    Raises: VideoError when it cannot be read; LabelsUnreadable when it is longer than two minutes.
    """
    whole = aligner.find(gif)
    if whole.distance <= WELL:
        return (whole,)
    pictures, length = pictures_of(gif, aligner.settings)
    edges = (0.0, *likely_cuts(pictures, length), length)
    pieces = [Segment(*pair) for pair in pairwise(edges)]
    found = [aligner.find(gif, piece) for piece in pieces]
    distance = float(
        np.average([one.distance for one in found], weights=[p.duration for p in pieces])
    )
    if distance > whole.distance - BETTER:
        return (whole,)
    shots = (
        found[first]
        if first == last
        else aligner.find(gif, Segment(pieces[first].start, pieces[last].end))
        for first, last in _runs(found)
    )
    return tuple(shot for shot in shots if shot.video is not None) or (whole,)


def likely_cuts(pictures: Strip, length: float) -> tuple[float, ...]:
    """The seconds at which the picture jumps most, beside how it moves before and after; too many, rather.

    Args: length: of the GIF, seconds. Pieces between them, and at both ends, last `SHORTEST` or longer.
    """
    jumps = np.abs(np.diff(pictures.greys.astype(np.float32), axis=0)).mean(axis=(1, 2))
    around = np.pad(jumps, NEAR)
    beside = [around[NEAR + shift :][: len(jumps)] for shift in range(-NEAR, NEAR + 1) if shift]
    sudden = jumps / (1.0 + np.max(beside, axis=0))
    cuts: list[float] = []
    for place in np.argsort(-sudden, kind="stable").tolist():
        moment = float(pictures.times[place + 1])
        if len(cuts) < MOST_EDGES and all(
            abs(moment - edge) >= SHORTEST - 1e-6 for edge in (0.0, *cuts, length)
        ):
            cuts.append(moment)
    return tuple(sorted(cuts))


def _runs(found: list[Alignment]) -> list[tuple[int, int]]:
    """The first and the last piece of each shot: pieces that run on from the one before belong to it."""
    runs: list[tuple[int, int]] = []
    for place, one in enumerate(found):
        if runs and _runs_on(found[place - 1], one):
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs


def _runs_on(before: Alignment, after: Alignment) -> bool:
    return (
        before.nearest == after.nearest
        and abs(after.segment.start - before.segment.end) < TORN
        and after.segment.end > before.segment.end
    )
