"""Where to cut in time: the seconds of a segment worth showing, never across a cut if it can be helped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from gifworthy.reduced import greys
from gifworthy.types import Floats, Scan, Segment
from gifworthy.video import Video

ENOUGH = 1 / 2
LEAST_ALONE = 0.9
SLIVER = 0.4
STRIDE = 1 / 16
GROWTH = 0.5
WORTH_ADDING = 0.5
DULL = 10
JUMP = 0.005
TINY = 1e-6


@dataclass(frozen=True)
class Place:
    """A window, and the room around it in which its ends may still be moved."""

    window: Segment
    room: Segment


def best_length(
    video: Video,
    segment: Segment,
    lengths: tuple[float, float],
    barred: Barred,
    appeal: Appeal,
) -> Place:
    """The best window for a segment whose length may be chosen: as long as more is worth showing.

    The best window of each length is weighed: every second of it counts by how much there is to see,
    less the middle between what the dull tenth of the video and the shortest window show in a second.
    So a window grows while what is added is more than half as good, but not out of its shot.

    Args: lengths: seconds at least and at most.
    """
    least, most = lengths
    steps = np.append(np.arange(least, most, GROWTH), most)
    places = [best_window(video, segment, float(s), barred, appeal) for s in steps]
    first = places[0].window
    dull = float(np.percentile(appeal.values, DULL))
    bar = dull + WORTH_ADDING * (appeal.mean(first) - dull)
    worth = [(appeal.mean(p.window) - bar) * p.window.duration for p in places]
    return places[int(np.round(worth, 6).argmax())]  # of equals the shortest


def best_window(
    video: Video, segment: Segment, seconds: float, barred: Barred, appeal: Appeal | None = None
) -> Place:
    """The best window of `seconds` for a segment.

    Looked for where nothing is barred, in this order: inside the segment and one shot; in the whole
    shot around it; then a shorter window, when the shot has half of what is wanted or lasts a second,
    since a second less disturbs nobody and a cut everybody; then across cuts, from the segment on. Each
    must show at least half of the segment, or be half of it. When all that fails, the same over bad
    spans, and at last anywhere in the video's bounds: a video shorter than wanted gives what there is.

    Args: segment: what was chosen. seconds: the length wanted. barred: where not to look.
        appeal: how much there is to see, and when; as the scan has it unless given.
    """
    appeal = appeal or Appeal.of(video.scan, JUMP)
    for allowed in (barred, replace(barred, bad=())):
        for spans, least in _preferred(video.bounds, segment, seconds, allowed):
            shown = least / seconds * min(seconds, segment.duration) / 2
            long = [span for span in spans if span.duration >= least - TINY]
            windows = [allowed.trimmed(w) for span in long for w in _windows(span, seconds)]
            windows = [w for w in windows if w.shared_with(segment) >= shown]
            if windows:
                best = max(windows, key=lambda w: appeal.of_window(w, segment, seconds))
                return Place(best, _room(best, allowed.shots(video.bounds)))
    raise AssertionError("the last span is the whole video")


def _preferred(
    bounds: Segment, segment: Segment, seconds: float, barred: Barred
) -> Iterator[tuple[list[Segment], float]]:
    """Where a window may lie, and how long it must be there; the best choice first."""
    around = [shot for shot in barred.shots(bounds) if shot.shared_with(segment) > TINY]
    across = [span for span in barred.spans(bounds) if span.shared_with(segment) > TINY]
    yield [shot.within(segment) for shot in around], seconds
    yield around, seconds
    yield around, ENOUGH * seconds
    yield around, min(LEAST_ALONE, ENOUGH * seconds)
    yield [Segment(max(span.start, segment.start), span.end) for span in across], seconds
    yield across, seconds
    yield across, ENOUGH * seconds
    if not barred.bad:
        yield [bounds], 0.0


def _room(window: Segment, shots: list[Segment]) -> Segment:
    """From the start of the shot in which a window begins to the end of that in which it ends."""
    first = [shot.start for shot in shots if shot.start - TINY <= window.start < shot.end]
    last = [shot.end for shot in shots if shot.start < window.end <= shot.end + TINY]
    return Segment(*(first or [window.start]), *(last or [window.end]))


@dataclass(frozen=True)
class Barred:
    """What a window must not show.

    cuts: (C,) seconds; a window may cross one only when there is no other way. before, after:
    seconds to keep from a cut on either side, so that no frame of the next shot is seen.
    bad: spans with something wrong. never: spans that are excluded or shown already.
    """

    cuts: Floats
    before: float
    after: float
    bad: tuple[Segment, ...] = ()
    never: tuple[Segment, ...] = ()

    def shots(self, bounds: Segment) -> list[Segment]:
        """The spans without a cut and without a bad moment."""
        around = [Segment(max(0.0, c - self.before), c + self.after) for c in self.cuts.tolist()]
        return without(bounds, [*around, *self.bad, *self.never])

    def trimmed(self, window: Segment) -> Segment:
        """Without the sliver of another shot at either end: a flash of it looks like a mistake."""
        cuts = self.cuts
        first = cuts[(cuts > window.start - self.after + TINY) & (cuts < window.start + SLIVER)]
        last = cuts[(cuts > window.end - SLIVER) & (cuts < window.end + self.before - TINY)]
        start = float(first[-1]) + self.after if len(first) else window.start
        end = float(last[0]) - self.before if len(last) else window.end
        return Segment(start, end) if end - start > SLIVER else window

    def spans(self, bounds: Segment) -> list[Segment]:
        """The spans without a bad moment; cuts may be inside."""
        return without(bounds, [*self.bad, *self.never])


@dataclass(frozen=True)
class Appeal:
    """How much there is to see at each moment.

    times: (T,). values: (T,) 0..1. greys: (T, P) small grey pictures. jump: what a grey level of
    difference between the first moment of a window and its last takes away.
    """

    times: Floats
    values: Floats
    greys: Floats
    jump: float

    @classmethod
    def of(cls, scan: Scan, jump: float = 0.0) -> Appeal:
        """How fast and how much of the picture moves by itself, and how sharp it is, in equal parts.

        Each is measured against the video's own 95th percentile.
        """
        moving = scan.moving if len(scan.moving) else scan.motion
        parts = [_share(values) for values in (scan.motion, moving, scan.sharpness)]
        return cls(scan.times, np.mean(parts, axis=0), greys(scan), jump)

    def told(self, moments: Floats, values: Floats) -> Appeal:
        """The same, where somebody who saw every frame says how much there is to see: (M,), (M,)."""
        inside = (self.times >= moments[0]) & (self.times <= moments[-1])
        said = np.interp(self.times, moments, _share(values))
        return replace(self, values=np.where(inside, said, 0.0))

    def mean(self, window: Segment) -> float:
        """Mean appeal of a window, 0..1."""
        first, last = np.searchsorted(self.times, [window.start, window.end])
        values = self.values[first:last]
        return float(
            values.mean() if len(values) else np.interp(window.middle, self.times, self.values)
        )

    def between(self, starts: Floats, ends: Floats) -> Floats:
        """The appeal summed from each start to each of its own ends: (A,), (A, N) -> (A, N)."""
        steps = np.diff(self.times, append=2 * self.times[-1] - self.times[-2:][0])
        sums = np.concatenate([[0.0], (self.values * steps).cumsum()])
        edges = np.append(self.times, self.times[-1] + steps[-1])
        return np.asarray(np.interp(ends, edges, sums) - np.interp(starts, edges, sums)[:, None])

    def of_window(self, window: Segment, segment: Segment, seconds: float) -> float:
        """Mean appeal of a window; lying outside the chosen segment or being too short costs.

        So does a little to be far from its middle: what was chosen is there.
        """
        first, last = np.searchsorted(self.times, [window.start, window.end])
        seen = self.mean(window)
        jump = np.abs(self.greys[min(first, last - 1)] - self.greys[last - 1]).mean()
        outside = 1 - window.shared_with(segment) / min(window.duration, segment.duration)
        off = abs(window.middle - segment.middle) / segment.duration
        short = 1 - window.duration / seconds
        return float(seen - self.jump * jump) - outside - 0.05 * off - short


def _share(values: Floats) -> Floats:
    top = float(np.percentile(values, 95))
    return np.clip(values / top, 0, 1) if top > 0 else np.zeros_like(values)


def _windows(room: Segment, seconds: float) -> Iterable[Segment]:
    free = room.duration - seconds
    if free <= TINY:
        return [room]
    starts = room.start + np.linspace(0, free, max(2, round(free / STRIDE) + 1))
    return [Segment(float(start), float(start) + seconds) for start in starts]


def longest(spans: Iterable[Segment]) -> float:
    """Seconds of the longest span; 0 when there is none."""
    return max((span.duration for span in spans), default=0.0)


def without(bounds: Segment, spans: Iterable[Segment]) -> list[Segment]:
    """What is left of `bounds` when spans are taken out, in order of time."""
    left, start = [], bounds.start
    for span in sorted(spans):
        if span.start > start + TINY:
            left.append(Segment(start, min(span.start, bounds.end)))
        start = max(start, span.end)
        if start >= bounds.end - TINY:
            return left
    return [*left, Segment(start, bounds.end)]
