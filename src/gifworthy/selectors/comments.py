"""Where viewers wrote most: the peaks of their comments, which GEVADEN's proposals are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.choosing import enough, in_time
from gifworthy.commented import counts_for, peak_second
from gifworthy.comments import CommentBook, best_peaks
from gifworthy.errors import CommentsTooFew
from gifworthy.protocols import Ingredients
from gifworthy.types import Floats, Highlight, Segment, Storyboard
from gifworthy.video import Video

TINY = 1e-6


@dataclass(frozen=True)
class CommentPeaks:
    """The `count` highest peaks of comments, in the order of time; the picture has no say.

    What the gate refuses is passed over. Seconds with fewer comments fill up where there are too few
    peaks; pieces that nobody wrote about, where there are too few such seconds.
    """

    comments: CommentBook
    count: int = 1

    @classmethod
    def load(cls, ingredients: Ingredients) -> CommentPeaks:
        """With the comments and the number of highlights. Raises: ValueError without comments."""
        if ingredients.comments is None:
            raise ValueError(
                "the selector 'comments' goes by what viewers wrote; give --comments FILE, or another "
                "selector"
            )
        return cls(ingredients.comments, ingredients.count)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """Seconds inside the segments. Raises: CommentsTooFew, CommentsUnreadable, VideoTooShort."""
        counts = counts_for(self.comments, video)
        if counts is None:
            raise CommentsTooFew(
                f"nobody wrote anything about {video.name} that counts, so its comments have no peak; "
                f"choose another --selector"
            )
        seconds = _seconds(segments, len(counts.per_second))
        chosen = best_peaks(counts.per_second, self.count, _allowed(seconds, counts.per_second))
        liked = [Highlight(seconds[s], float(counts.per_second[s])) for s in chosen]
        rest = [Highlight(piece, 0.0) for piece in enough(video, segments, self.count)]
        shown: list[Highlight] = []
        for candidate in (*liked, *rest):
            if len(shown) < self.count and not any(_overlap(candidate, one) for one in shown):
                shown.append(candidate)
        return in_time(shown, "comments")


def _overlap(one: Highlight, other: Highlight) -> bool:
    return one.segment.shared_with(other.segment) > TINY


def _seconds(segments: tuple[Segment, ...], length: int) -> dict[int, Segment]:
    """Each second that can be shown, and what is then seen: where two pieces have it, the closer one."""
    found: dict[int, Segment] = {}
    for piece in segments:
        for second in range(int(piece.start), min(length, int(np.ceil(piece.end)))):
            shown, before = peak_second(second, piece), found.get(second)
            if shown and (not before or abs(shown.start - second) < abs(before.start - second)):
                found[second] = shown
    return found


def _allowed(seconds: dict[int, Segment], per_second: Floats) -> NDArray[np.bool_]:
    """Seconds that may be shown and have a comment: (S,)."""
    allowed = np.zeros(len(per_second), bool)
    allowed[list(seconds)] = True
    return allowed & (per_second > 0)
