"""Stretches that were watched, and the ledger -> one `Scan`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gifworthy.scan.ledger import Ledger
from gifworthy.scan.watching import Moment, Watched
from gifworthy.types import Floats, Scan, Segment

_MOVES = 4


def gathered(
    bounds: Segment, watched: Sequence[Watched], cuts: Sequence[float], ledger: Ledger
) -> Scan:
    """One scan of all that was watched.

    Args: watched: stretches, at least one with a moment; where two overlap the earlier one counts.
        cuts: seconds of cuts that were found otherwise than by watching.
    """
    moments = _in_order(watched)
    all_cuts = np.unique([*cuts, *(cut for stretch in watched for cut in stretch.cuts)])
    times = np.array([moment.time for moment in moments])
    looks = np.array([moment.looks for moment in moments])
    moves = _filled(times, [moment.moves for moment in moments], all_cuts)
    return Scan(
        bounds=bounds,
        times=times,
        frames=np.stack([moment.colours for moment in moments]),
        brightness=looks[:, 0],
        contrast=looks[:, 1],
        sharpness=looks[:, 2],
        colourfulness=looks[:, 3],
        change=moves[:, 0],
        motion=moves[:, 1],
        camera=moves[:, 2],
        moving=moves[:, 3],
        packets=ledger.packets(times),
        cuts=all_cuts,
        key_times=np.array(ledger.key_times),
        loudness=ledger.loudness(times),
        transitions=tuple(span for stretch in watched for span in stretch.transitions),
        flashes=np.array([moment.flashes for moment in moments]),
    )


def _in_order(watched: Sequence[Watched]) -> list[Moment]:
    moments = sorted((m for stretch in watched for m in stretch.moments), key=lambda m: m.time)
    first_of_each = {round(moment.time, 3): moment for moment in reversed(moments)}
    return [first_of_each[time] for time in sorted(first_of_each)]


def _filled(times: Floats, moves: Sequence[Floats | None], cuts: Floats) -> Floats:
    """(T, 4): a moment that could not be compared takes the movement of its neighbour in the same shot.

    The one after comes first: the first picture of a shot moves as the shot goes on.
    """
    shots = np.searchsorted(cuts, times, side="right")
    known: list[Floats | None] = list(moves)
    places = range(len(known))
    for place, neighbour in [(p, p + 1) for p in reversed(places[:-1])] + [
        (p, p - 1) for p in places[1:]
    ]:
        if known[place] is None and shots[place] == shots[neighbour]:
            known[place] = known[neighbour]
    return np.array([np.zeros(_MOVES) if move is None else move for move in known])
