"""Where one shot turns into the next gradually: dissolves, and fades to and from a plain picture.

During a dissolve each picture is a mixture of the first and the last: first + share * (last - first),
with a share that rises evenly from 0 to 1. So a span is taken for a transition when the pictures
inside it lie on the straight line between its ends and walk along it at an even pace. Things that
move do neither. A fade is a dissolve with a plain picture at one end.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from gifworthy.scan.cuts import unexplained
from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.types import Floats, Frames, Segment

SHORTEST, LONGEST = 0.25, 2.6
PACE = 1 / 16
MOST_STRAYING = 0.06
LEAST_DIFFERENCE = 28.0
LEAST_NEW = 0.72
LONGEST_PLAIN = 1.5
PLAIN = 6.0
_SIZE = (32, 18)
_WALK = round(LONGEST / PACE) + 2


class _Step(NamedTuple):
    time: float
    grey: Frames


class _Span(NamedTuple):
    """worth: larger for a longer and straighter walk."""

    first: _Step
    last: _Step
    worth: float


class TransitionFinder:
    """Thumbnails come in order of time; `spans` are the transitions found so far."""

    def __init__(self) -> None:
        self.spans: list[Segment] = []
        self._steps: deque[_Step] = deque(maxlen=_WALK)
        self._points = np.zeros((_WALK, 3 * _SIZE[0] * _SIZE[1]), np.float32)
        self._products = np.zeros((_WALK, _WALK))
        self._rows: deque[int] = deque(maxlen=_WALK)
        self._best: _Span | None = None
        self._ended_plain = False

    def see(self, thumbnail: Thumbnail) -> None:
        """Take the next frame; those closer than `PACE` are skipped."""
        if self._steps and thumbnail.time - self._steps[-1].time < PACE - 1e-3:
            return
        self._remember(thumbnail)
        span = self._straightest()
        if self._best is not None and self._is_over(self._best, span, thumbnail.time):
            self._settle()
        if span is not None and (self._best is None or span.worth > self._best.worth):
            self._best = span

    def finish(self, cuts: Sequence[float]) -> tuple[Segment, ...]:
        """All transitions, when no more frames come. A hard cut inside a span says that it is none."""
        self._settle()
        return tuple(
            span for span in self.spans if not any(span.start < cut <= span.end for cut in cuts)
        )

    @staticmethod
    def _is_over(best: _Span, span: _Span | None, now: float) -> bool:
        """Whether nothing better can come: the next span is another one, or all is calm again."""
        if span is not None:
            return span.first.time >= best.last.time
        return now - best.last.time > SHORTEST

    def _remember(self, thumbnail: Thumbnail) -> None:
        """Keep a picture as a point, in the place of the oldest, and its products with the others."""
        row = (self._rows[-1] + 1) % _WALK if self._rows else 0
        self._rows.append(row)
        self._steps.append(_Step(thumbnail.time, thumbnail.grey))
        small = cv2.resize(thumbnail.mix, _SIZE, interpolation=cv2.INTER_AREA)
        self._points[row] = small.ravel() / np.sqrt(_SIZE[0] * _SIZE[1])
        self._products[row] = self._products[:, row] = self._points @ self._points[row]

    def _straightest(self) -> _Span | None:
        """The best span that ends now, if any walks straight enough."""
        rows = np.array(self._rows)
        own, newest = self._products[rows, rows], self._products[rows[-1], rows]
        if (own + own[-1] - 2 * newest).max() < LEAST_DIFFERENCE**2:
            return None
        times = np.array([step.time for step in self._steps])
        worths = worth_of_spans(times, self._products[rows[:, None], rows])
        best = int(np.argmax(worths))
        if worths[best] <= 0:
            return None
        return _Span(self._steps[best], self._steps[-1], float(worths[best]))

    def _settle(self) -> None:
        """Keep the best span, if its ends are different pictures and not one picture that moved."""
        best, self._best = self._best, None
        if best is None or unexplained(best.first.grey, best.last.grey) < LEAST_NEW:
            return
        start, end = best.first.time, best.last.time
        starts_plain = _is_plain(best.first.grey)
        if (
            self.spans
            and self._ended_plain
            and starts_plain
            and start - self.spans[-1].end < LONGEST_PLAIN
        ):
            start = self.spans.pop().start
        self.spans.append(Segment(start, end))
        self._ended_plain = _is_plain(best.last.grey)


def worth_of_spans(times: Floats, products: Floats) -> Floats:
    """How likely each span from a step to the last one is a transition; 0 and below: it is not.

    Args: times: (T,) seconds. products: (T, T) inner products of the pictures as points.
    Returns: (T,) squared difference of the ends, times how far the straying stays under its limit.
        Straying: mean squared distance from the straight line, as a share of the squared difference,
        plus half the square of the worst lead or lag.
    """
    squares = np.diag(products)
    apart = np.maximum(squares + squares[-1] - 2 * products[:, -1], 1e-6)
    length = times[-1] - times
    usable = (apart >= LEAST_DIFFERENCE**2) & (length >= SHORTEST - 1e-3) & (length <= LONGEST)
    worths = np.zeros(len(times))
    if not usable.any():
        return worths
    starts = np.flatnonzero(usable)
    apart, own = apart[starts, None], squares[starts, None]
    across = products[starts]
    share = (products[-1] - across - products[starts, -1:] + own) / apart
    away = (squares - 2 * across + own) / apart - share**2
    inside = np.arange(len(times)) >= starts[:, None]
    pace = (times - times[starts, None]) / length[starts, None]
    lag = np.where(inside, np.abs(share - pace), 0).max(axis=1)
    straying = np.where(inside, away, 0).sum(axis=1) / inside.sum(axis=1) + lag**2 / 2
    worths[starts] = apart[:, 0] * (1 - straying / MOST_STRAYING)
    return worths


def _is_plain(grey: Frames) -> bool:
    return float(cv2.meanStdDev(grey)[1][0, 0]) < PLAIN
