"""Three-shot covers for people to accept or reject, drawn from where viewers wrote (GEVADEN, "Annotation").

Shape letters: S seconds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.comments import CommentCounts, peaks_inside, showable
from gifworthy.comments.counting import APART
from gifworthy.errors import CommentsTooFew
from gifworthy.gate import judge
from gifworthy.types import Floats, Segment
from gifworthy.video import Video

SHOTS = 3
ORDER_SHARES: dict[tuple[int, ...], int] = {
    (0, 1, 2): 1719,
    (1, 2, 0): 1030,
    (0, 2, 1): 945,
    (1, 0, 2): 909,
    (2, 0, 1): 412,
    (2, 1, 0): 379,
}
"""How many accepted GIFs of GIF-Thumbnails show their shots in each order: (1, 2, 0) ends with the first."""
PEAK_WEIGHT = 4.0
"""What a comment in a peak counts, so that two in three shots are peaks, as they are in GIF-Thumbnails; drawn
by the number of comments alone it would be one in three."""
MOST_ORDERS = 2
MOST_STORIES = 10_000
TRIES = 200
EDGE = 0.1
"""Seconds at either end of a shot in which a cut is hardly seen."""
ENOUGH = 6

Story = tuple[int, int, int]


@dataclass(frozen=True)
class Proposing:
    """How stories are drawn. count: of a video; the paper has more than 30. seed: of the draw.

    least: comments that a video must have after cleaning. The paper names no number; GIF-Thumbnails' own
    have at least 388 in 99 of 100 videos. apart: seconds between two shots.
    """

    count: int = 32
    least: int = 100
    apart: int = APART
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("count", "least", "apart"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.count > MOST_STORIES:
            raise ValueError(
                f"count must be at most {MOST_STORIES}, not {self.count}: people are to look at each"
            )


def propose(video: Video, counts: CommentCounts, proposing: Proposing) -> tuple[Story, ...]:
    """Stories of one video: the seconds at which their three shots begin, in showing order.

    Raises: CommentsTooFew when the video has fewer comments than asked for, or fewer than three seconds
        to show.
    """
    if counts.total < proposing.least:
        raise CommentsTooFew(
            f"{video.name} has {counts.total} comments that count, fewer than {proposing.least}; "
            f"it is left out (--least)"
        )
    chances = draw_chances(counts.per_second, _shown_seconds(video, len(counts.per_second)))
    able = int((chances > 0).sum())
    if able < SHOTS:
        raise CommentsTooFew(
            f"{video.name} has comments in {able} of the seconds that may be shown; {SHOTS} are needed; "
            f"it is left out"
        )
    lots = np.random.default_rng([proposing.seed, int(video.content_key()[:12], 16)])
    return draw_stories(chances, proposing, lots)


def draw_chances(per_second_s: Floats, allowed_s: NDArray[np.bool_]) -> Floats:
    """How likely each second is to be drawn, in proportion to its comments, peaks preferred: (S,).

    0 at both ends, where nothing may be shown, and where nobody wrote anything.
    """
    weights = np.ones(len(per_second_s))
    weights[peaks_inside(per_second_s)] = PEAK_WEIGHT
    inside = np.zeros(len(per_second_s), bool)
    inside[list(showable(len(per_second_s)))] = True
    return np.where(inside & allowed_s, per_second_s * weights, 0.0)


def draw_stories(
    chances_s: Floats, proposing: Proposing, lots: np.random.Generator
) -> tuple[Story, ...]:
    """Distinct stories by Monte Carlo, as many as asked for or as there are.

    Shots keep their distance where that is possible. The order is drawn as often as people accept it;
    no story comes twice, and no three shots in more than two orders.
    """
    told: dict[Story, None] = {}
    orders: Counter[frozenset[int]] = Counter()
    for story in _draws(chances_s, proposing, lots):
        shots = frozenset(story)
        if story not in told and orders[shots] < MOST_ORDERS:
            told[story] = None
            orders[shots] += 1
        if len(told) == proposing.count:
            break
    return tuple(told)


def _draws(chances_s: Floats, proposing: Proposing, lots: np.random.Generator) -> Iterator[Story]:
    names, shares = list(ORDER_SHARES), np.array(list(ORDER_SHARES.values()), np.float64)
    for _ in range(TRIES * proposing.count):
        shots = sorted(_three(chances_s, proposing.apart, lots))
        order = names[int(lots.choice(len(names), p=shares / shares.sum()))]
        yield shots[order[0]], shots[order[1]], shots[order[2]]


def _three(chances_s: Floats, apart: int, lots: np.random.Generator) -> list[int]:
    """Three seconds, each drawn from those that keep their distance from the ones before.

    Where none does, it may lie closer, but never in the same second.
    """
    taken: list[int] = []
    seconds = np.arange(len(chances_s))
    for _ in range(SHOTS):
        distance = np.abs(seconds[:, None] - np.array(taken, int)).min(axis=1, initial=len(seconds))
        for least in (apart, 1):
            chances = np.where(distance >= least, chances_s, 0.0)
            if chances.any():
                break
        taken.append(int(lots.choice(len(seconds), p=chances / chances.sum())))
    return taken


def _shown_seconds(video: Video, length: int) -> NDArray[np.bool_]:
    """Whole seconds inside the bounds that the gate does not refuse: (S,).

    Those through which a cut runs only where the others would not do for a few stories.
    """
    bounds, allowed = video.bounds, np.zeros(length, bool)
    whole = [s for s in range(length) if s >= bounds.start and s + 1 <= bounds.end]
    refusals = judge(video, tuple(Segment(float(s), s + 1.0) for s in whole)) if whole else ()
    for second, refusal in zip(whole, refusals, strict=True):
        allowed[second] = refusal is None
    uncut = allowed.copy()
    uncut[[int(c) for c in video.scan.cuts.tolist() if EDGE < c % 1 < 1 - EDGE and c < length]] = (
        False
    )
    return uncut if uncut.sum() >= ENOUGH else allowed


def shots_of(story: Story) -> tuple[Segment, ...]:
    """The shots of a story, a second each, in showing order."""
    return tuple(Segment(float(second), second + 1.0) for second in story)
