"""Those who put three seconds of a video in an order without a look at it: what storytellers must beat.

Shape letters: N seconds of the video, S stories, K places of a story (3).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from gifworthy.comments.counting import peaks_inside
from gifworthy.learning.metrics.arrays import best_first
from gifworthy.storylines import Habits, baseline, likeliest, smoothed, within_reach
from gifworthy.types import Floats

SHOTS, DRAWS = 3, 50
Stories = NDArray[np.intp]
Teller = Callable[[int, Floats, Generator], Stories]
"""Of a video so many seconds long with these comments a second (none: empty) one story or more, (S, K)."""


def random_peaks(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """Three different strict peaks of the comments, away from the ends, in any order."""
    peaks = peaks_inside(comments_n) if len(comments_n) else np.zeros(0, np.intp)
    peaks = peaks[peaks < seconds]
    if len(peaks) < SHOTS:
        return np.zeros((0, SHOTS), np.intp)
    return np.array([random.choice(peaks, SHOTS, replace=False) for _ in range(DRAWS)])


def most_commented(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """The three seconds with most comments: the best posterior score there is."""
    del seconds, random
    if not len(comments_n):
        return np.zeros((0, SHOTS), np.intp)
    return np.sort(best_first(comments_n)[:SHOTS])[None]


def usual_share(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """Where in a video, as a share of it, comments are usually densest; the densest first."""
    del comments_n, random
    usual = baseline("comments_by_share")
    shares, known = ((np.arange(count) + 0.5) / count for count in (seconds, len(usual)))
    return best_first(np.interp(shares, known, usual))[None, :SHOTS]


def usual_second(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """How many seconds after the start comments are usually densest; the densest first."""
    del comments_n, random
    usual = baseline("comments_by_second")
    since = np.minimum(np.arange(seconds), len(usual) - 1)
    return best_first(usual[since])[None, :SHOTS]


def each_place_alone(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """Each place drawn from where people's shots at that place lie, without regard to the others."""
    del comments_n
    places = baseline("shares_by_place")
    drawn = np.stack([random.choice(len(row), DRAWS, p=row / row.sum()) for row in places], axis=1)
    inside = (drawn + random.random(drawn.shape)) / len(places[0]) * seconds
    return np.minimum(inside.astype(np.intp), seconds - 1)


def together(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """The likeliest three together, from the video's duration alone."""
    del comments_n, random
    return _told(Habits.learned("duration"), seconds, np.zeros(seconds))


def together_with_comments(seconds: int, comments_n: Floats, random: Generator) -> Stories:
    """The likeliest three together, from duration and comments smoothed over several seconds."""
    del random
    if not len(comments_n):
        return np.zeros((0, SHOTS), np.intp)
    return _told(Habits.learned("scores"), seconds, smoothed(comments_n))


def _told(habits: Habits, seconds: int, scores_n: Floats) -> Stories:
    moments = np.arange(seconds, dtype=np.float64)
    single = habits.places(moments, seconds) + habits.goodness * scores_n
    chosen = likeliest(within_reach(single), habits.distances(moments, seconds), SHOTS)
    return chosen[list(habits.order())][None]


TELLERS: tuple[tuple[str, Teller], ...] = (
    ("random peaks", random_peaks),
    ("usual share", usual_share),
    ("usual second", usual_second),
    ("each place alone", each_place_alone),
    ("together", together),
    ("together, comments smoothed", together_with_comments),
    ("most commented", most_commented),
)
