"""What is never shown. The pipeline asks it before every selector, whatever the plan.

A segment is refused when more than a third of its moments is flawed: framing keeps its window off the
rest. Some flaws are absolute: black is never shown. Others are relative to the video: a frozen picture
is refused where something else moves, but a talk over slides that stand still must have a cover too,
so a relative word lapses where it would leave nothing. `short` is relative too: a piece of less than
`SHORTEST` seconds between two cuts.

The first and last tenth of a video are looked at more sternly (`intro`, `outro`): there a third as
many flawed moments are enough, since a logo between two fades is an intro whatever it shows.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from gifworthy.errors import NothingWorthShowing
from gifworthy.flaws import RELATIVE, Flaws, flaws
from gifworthy.moments import counted
from gifworthy.types import Refusal, Segment
from gifworthy.video import Video

WORST_SHARE = 1 / 3
STERN_SHARE = 1 / 9
ENOUGH = 1.0
SHORTEST = 0.8
END_SHARE, END_SECONDS = 0.1, 10.0
LAPSING = ("short", "outro", "intro", *reversed(RELATIVE))

Refusals = tuple[Refusal | None, ...]


def judge(video: Video, segments: tuple[Segment, ...]) -> Refusals:
    """A refusal, or None, for each segment; its measure is the share 0..1 of it that is so."""
    found = flaws(video.scan)
    lapsed: tuple[str, ...] = ()
    for word in (None, *LAPSING):
        lapsed = (*lapsed, word) if word else lapsed
        kept = found.without(*lapsed)
        refusals = tuple(_refusal(video, segment, kept, lapsed) for segment in segments)
        if _something_left(video, segments, refusals):
            break
    return refusals


def worth_showing(video: Video, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The segments that are not refused, in the order given.

    Raises: NothingWorthShowing, with the number of refusals by word.
    """
    refusals = judge(video, segments)
    kept = tuple(s for s, refusal in zip(segments, refusals, strict=True) if refusal is None)
    if not kept:
        counts = Counter(refusal.word for refusal in refusals if refusal)
        words = ", ".join(f"{count} {word}" for word, count in counts.most_common())
        advice = (
            "exclude less"
            if counts["excluded"] == len(segments)
            else "give another video, or say --allow-refused"
        )
        raise NothingWorthShowing(
            f"nothing in {video.name} is worth showing: {counted(len(segments), 'segment')} refused "
            f"({words}); {advice}"
        )
    return kept


def least_bad(video: Video, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The segment with the fewest flawed moments, for who allows refused ones; never an excluded one."""
    allowed = [s for s in segments if not _excluded(video, s)]
    bad = flaws(video.scan).any
    shares = [bad[video.scan.inside(segment)].mean() for segment in allowed]
    if not allowed:
        raise NothingWorthShowing(
            f"every segment of {video.name} touches an excluded span; exclude less"
        )
    return (allowed[int(np.argmin(shares))],)


def _refusal(
    video: Video, segment: Segment, found: Flaws, lapsed: tuple[str, ...]
) -> Refusal | None:
    if _excluded(video, segment):
        return Refusal("excluded", 1.0)
    if segment.duration < SHORTEST and "short" not in lapsed:
        return Refusal("short", 1.0)
    marks = found.marks[:, video.scan.inside(segment)]
    bad = float(marks.any(axis=0).mean()) if len(marks) else 0.0
    if bad > WORST_SHARE:
        shares = marks.mean(axis=1)
        worst = int(np.argmax(shares))
        return Refusal(found.words[worst], float(shares[worst]))
    end = _end(video, segment)
    return Refusal(end, bad) if end and end not in lapsed and bad > STERN_SHARE else None


def _end(video: Video, segment: Segment) -> str | None:
    """Whether a segment lies in the first or last tenth of the video, at most ten seconds."""
    reach = min(END_SECONDS, END_SHARE * video.duration)
    if segment.end <= reach:
        return "intro"
    return "outro" if segment.start >= video.duration - reach else None


def _excluded(video: Video, segment: Segment) -> bool:
    return any(segment.shared_with(span) > 0 for span in video.excluded)


def _something_left(video: Video, segments: tuple[Segment, ...], refusals: Refusals) -> bool:
    left = sum(s.duration for s, r in zip(segments, refusals, strict=True) if r is None)
    return left >= min(ENOUGH, 0.5 * video.bounds.duration)
