"""What viewers wrote, when a cover is made: pieces around the peaks, and a term of every score.

Shape letters: N segments, S seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gifworthy.comments import CommentBook, CommentCounts, best_peaks
from gifworthy.protocols import Scorer, Segmenter, Selector
from gifworthy.types import Floats, Reason, Scores, Segment
from gifworthy.video import Video

WEIGHT = 2.0
"""How much more a spread of comments weighs than a spread of the scorer's values: people have seen it."""
MOST_PEAKS = 40
MOST_MOVED = 0.5
"""Seconds by which what is shown of a peak may be moved to keep off a cut."""
SHORTEST = 1.0
TINY = 1e-9


def counts_for(book: CommentBook | None, video: Video) -> CommentCounts | None:
    """The comments of a video; None where there are none, or none that counts.

    Raises: CommentsUnreadable.
    """
    counts = None if book is None else book.counts(str(video.source), video.duration)
    return counts if counts is not None and counts.total > 0 else None


def hearing(
    bind: Callable[[Scorer], Scorer], book: CommentBook | None
) -> Callable[[Scorer], Scorer]:
    """The binding, and comments on top of it."""
    return bind if book is None else lambda scorer: Heard(bind(scorer), book)


def at_peaks(segmenter: Segmenter, book: CommentBook | None) -> Segmenter:
    """The segmenter, cutting at comments as well when there are any."""
    return segmenter if book is None else AtPeaks(segmenter, book)


def listening(selector: Selector, name: str, book: CommentBook | None) -> Selector:
    """The selector, after a look whether comments can change what it chooses.

    Raises: ValueError when it keeps neither a `scorer` nor `comments`.
    """
    if book is None or hasattr(selector, "scorer") or hasattr(selector, "comments"):
        return selector
    raise ValueError(
        f"the selector {name!r} goes by no scores, so comments would change nothing; leave out "
        f"--comments, or choose another --selector"
    )


def notes_for(book: CommentBook | None, video: Video) -> tuple[str, ...]:
    """What there is to say of a video's comments, in words."""
    return () if book is None else book.notes(str(video.source), video.duration)


def rates(per_second_s: Floats, segments: tuple[Segment, ...]) -> Floats:
    """Comments a second in each segment, seconds that it shares in part counted in part: (N,)."""
    sums, edges = np.concatenate([[0.0], per_second_s.cumsum()]), np.arange(len(per_second_s) + 1)
    spans = np.array([(segment.start, segment.end) for segment in segments])
    starts, ends = (np.interp(column, edges, sums) for column in spans.T)
    return np.asarray((ends - starts) / (spans[:, 1] - spans[:, 0]))


@dataclass(frozen=True)
class Heard:
    """A scorer, and what viewers wrote: value + 2 spreads of the values x comments, in their spreads.

    Comments are the logarithm of 1 + comments a second, brought to mean 0 and spread 1 over the pieces:
    the very number that `storyline` was fitted on (GIF-Thumbnails). Where nobody wrote anything, the
    scorer's values stay as they are.
    """

    scorer: Scorer
    book: CommentBook

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is better. Raises: CommentsUnreadable."""
        scores = self.scorer.score(video, segments)
        counts = counts_for(self.book, video)
        if counts is None:
            return scores
        said = np.log1p(rates(counts.per_second, segments))
        term = WEIGHT * (float(scores.values.std()) or 1.0) * _standardised(said)
        before = scores.reasons or ((),) * len(segments)
        reasons = tuple(
            (*some, Reason("comments", float(value)))
            for some, value in zip(before, term, strict=True)
        )
        return replace(scores, values=scores.values + term, reasons=reasons)


@dataclass(frozen=True)
class AtPeaks:
    """A segmenter whose pieces are cut again so that the seconds people wrote about stand alone.

    The 40 highest peaks, 3 s apart, that lie in one piece become pieces of a second; what is left of a
    piece on either side stays one when it lasts a second.
    """

    segmenter: Segmenter
    book: CommentBook

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Pieces in order of time. Raises: CommentsUnreadable."""
        pieces, counts = self.segmenter.segment(video), counts_for(self.book, video)
        if counts is None:
            return pieces
        peaks = best_peaks(counts.per_second, min(MOST_PEAKS, int(counts.total)), filled=False)
        return tuple(part for piece in pieces for part in _parted(piece, peaks))


def peak_second(second: int, piece: Segment) -> Segment | None:
    """A second of a piece, the nearest to the one that is meant; None when it lies half a second off."""
    start = min(max(piece.start, float(second)), piece.end - SHORTEST - TINY)
    if start < piece.start or abs(start - second) > MOST_MOVED:
        return None
    return Segment(start, min(start + SHORTEST + TINY, piece.end))


def _parted(piece: Segment, peaks: tuple[int, ...]) -> Iterator[Segment]:
    inside = [shown for peak in peaks if (shown := peak_second(peak, piece)) is not None]
    start = piece.start
    for shown in inside:
        if shown.start - start >= SHORTEST:
            yield Segment(start, shown.start)
        yield shown
        start = shown.end
    if not inside:
        yield piece
    elif piece.end - start >= SHORTEST:
        yield Segment(start, piece.end)


def _standardised(values: Floats) -> Floats:
    spread = float(values.std())
    return (values - values.mean()) / spread if spread > 1e-9 else np.zeros_like(values)
