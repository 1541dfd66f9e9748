"""Maps of frames: made by windows that slide over a video, and summed to scores and places to look.

Shape letters: T frames of a strip, K targets, H, W sides of a map, N segments, M moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.nets import Net
from gifworthy.readers import StripReader
from gifworthy.sliding import (
    STRIDE,
    Places,
    Strip,
    Way,
    frame_at,
    frames_in,
    moment_of,
    strip_after,
    strip_length,
    strip_of,
    strips,
)
from gifworthy.types import Box, Floats, Frames, Scores, Segment
from gifworthy.video import Video

Singles = NDArray[np.float32]
GROUP_BYTES, GROUP_STRIPS = 8 << 20, 3
"""Of the frames that are held at a time, however long the video is; three strips' at least, since each
group begins at a key frame, which may lie far back."""
LONGEST_SIDE = 192
"""Of a map that leaves here; nobody crops more finely."""
FOCUS_SIDE = 48
HOT, FLAT = 0.5, 1.5
"""A place is hot from this share of the peak on; a map whose peak is less than so many means is flat."""


class Mapped(NamedTuple):
    """One frame of the grid: its score, and how much each of its places matters, (h, w) in 0..1."""

    frame: int
    score: float
    map: Singles


@dataclass(frozen=True)
class Slider:
    """A net whose windows slide over a video. Memory is bounded, whatever the video's length.

    net: takes (N, 3, T, H, W) grey levels, gives scores (N, K) and logits (N, K, H, W).
    """

    net: Net
    reader: StripReader

    def maps(self, video: Video, wanted: Places, way: Way = strip_of) -> Iterator[Mapped]:
        """The map of each wanted frame of the grid, strip after strip.

        The next frames are decoded while the net looks at these. What neighbouring windows share is
        computed once inside a strip. Raises: VideoError.
        """
        asked = {int(frame) for frame in wanted}
        for group, frames, shown in _ahead(self._groups(video, asked, way)):
            for strip in group:
                chosen = np.searchsorted(frames, np.minimum(strip.frames, frames[-1]))
                scores, maps = look(self.net, shown[chosen][None])
                for frame, score, found in zip(strip.mapped, scores[0], maps[0], strict=True):
                    if int(frame) in asked and way(int(frame), strip.targets) == strip:
                        yield Mapped(int(frame), float(score), reduced(found, LONGEST_SIDE))

    def maps_both_ways(self, video: Video, wanted: Places) -> Iterator[Mapped]:
        """The same, each the geometric mean of the map from before it and the map from after it.

        What moves leaves a trail in a window, since a net pools over time. The trails of both windows lie
        on either side of it; what both agree on is where it is. Twice the work. Raises: VideoError.
        """
        late = [f for f in wanted if not strip_of(int(f), self.reader.targets).backwards]
        after = {
            seen.frame: seen.map for seen in self.maps(video, np.array(late, np.intp), strip_after)
        }
        for frame, score, found in self.maps(video, wanted):
            both = np.sqrt(found * after[frame]) if frame in after else found
            yield Mapped(frame, score, both)

    def _groups(
        self, video: Video, asked: set[int], way: Way
    ) -> Iterator[tuple[list[Strip], Places, Frames]]:
        """Strips, the frames that they hold, and what is shown there."""
        last = frames_in(video.duration, self.reader.rate) - 1
        most = max(
            GROUP_BYTES // (3 * self.reader.height * self.reader.width),
            GROUP_STRIPS * strip_length(self.reader.targets),
        )
        group: list[Strip] = []
        held: set[int] = set()
        for strip in strips(asked, self.reader.targets, way):
            own = set(np.minimum(strip.frames, last).tolist())
            if group and len(held | own) > most:
                yield self._read(video, group, held)
                group, held = [], set()
            group.append(strip)
            held |= own
        if group:
            yield self._read(video, group, held)

    def _read(
        self, video: Video, group: list[Strip], held: set[int]
    ) -> tuple[list[Strip], Places, Frames]:
        frames = np.array(sorted(held), np.intp)
        return group, frames, self.reader.at(video, moment_of(frames, self.reader.rate))


def look(net: Net, strips_nthw3: NDArray[np.uint8]) -> tuple[Floats, Singles]:
    """Scores, (N, K), and maps in 0..1, (N, K, H, W), of frames as they were read."""
    levels = np.ascontiguousarray(strips_nthw3.transpose(0, 4, 1, 2, 3), np.float32)
    scores, logits = net.outputs(levels)[:2]
    maps = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
    return np.asarray(scores, np.float64), np.asarray(maps, np.float32)


def frames_of(segments: Sequence[Segment], count: int, rate: float) -> list[Places]:
    """Which frames of the grid stand for each segment: every eighth inside, or the middle's alone."""
    found = []
    for segment in segments:
        first, last = np.ceil(np.array([segment.start, segment.end]) * rate - 0.5).astype(int)
        first = -(-max(0, int(first)) // STRIDE) * STRIDE
        inside = np.arange(first, min(int(last), count), STRIDE)
        middle = np.minimum(frame_at(np.array([segment.middle]), rate), count - 1)
        found.append(inside if len(inside) else middle)
    return found


def summed(
    mapped: Iterator[Mapped], frames: Sequence[Places], segments: tuple[Segment, ...]
) -> Scores:
    """Each segment's score, the mean of its frames', and where in it the mean of their maps is hot."""
    owners: dict[int, list[int]] = {}
    for segment, own in enumerate(frames):
        for frame in own:
            owners.setdefault(int(frame), []).append(segment)
    values, counts = np.zeros(len(segments)), np.array([len(own) for own in frames])
    seen: dict[int, Singles] = {}
    for frame, score, found in mapped:
        small = reduced(found, FOCUS_SIDE)
        for owner in owners[frame]:
            values[owner] += score / counts[owner]
            share = small / np.float32(counts[owner])
            seen[owner] = seen[owner] + share if owner in seen else share
    return Scores(segments, values, tuple(focus(seen[owner]) for owner in range(len(segments))))


def focus(heat: Singles) -> Box | None:
    """The box around the hot part of a map that holds its peak; None where the map is flat."""
    peak = float(heat.max())
    if not peak > FLAT * float(heat.mean()):
        return None
    _, parts = cv2.connectedComponents((heat >= HOT * peak).astype(np.uint8))
    down, across = np.unravel_index(int(heat.argmax()), heat.shape)
    rows, columns = np.nonzero(parts == parts[down, across])
    high, wide = heat.shape
    return Box(
        float(columns.min() / wide),
        float(rows.min() / high),
        float((columns.max() + 1) / wide),
        float((rows.max() + 1) / high),
    )


@dataclass(frozen=True)
class Between:
    """Which frames of the grid stand for some moments, and how much each counts.

    before, after: (M,) frames. share: (M,) 0..1, how much `after` counts.
    """

    before: Places
    after: Places
    share: Floats

    @classmethod
    def of(cls, moments: Floats, count: int, rate: float) -> Between:
        """Every frame of the grid, or every second, fourth or eighth where the moments lie no closer."""
        gap = float(np.median(np.diff(moments))) if len(moments) > 1 else 0.0
        every = next((n for n in (8, 4, 2) if n <= gap * rate + 1e-6), 1)
        last = (count - 1) // every
        places = np.clip((moments * rate - 0.5) / every, 0, last)
        before = np.floor(places).astype(np.intp)
        after = np.minimum(before + 1, last)
        return cls(before * every, after * every, places - before)

    @property
    def wanted(self) -> Places:
        """Every frame that counts at all."""
        needed = np.concatenate([self.before, self.after[self.share > 0]])
        return np.unique(needed)

    def mixed(self, mapped: Iterator[Mapped]) -> Floats:
        """The map of each moment: (M, h, w)."""
        found = {frame: seen for frame, _, seen in mapped}
        pairs = zip(self.before, self.after, self.share, strict=True)
        maps = [
            found[int(a)] if not share else (1 - share) * found[int(a)] + share * found[int(b)]
            for a, b, share in pairs
        ]
        return np.asarray(np.stack(maps), np.float64)


def reduced(heat: Singles, side: int) -> Singles:
    """A map whose longer side is at most so long; means of what falls together."""
    scale = side / max(heat.shape)
    if scale >= 1:
        return heat
    size = tuple(max(1, round(length * scale)) for length in heat.shape[::-1])
    return np.asarray(cv2.resize(heat, size, interpolation=cv2.INTER_AREA), np.float32)


Group = tuple[list[Strip], Places, Frames]


def _ahead(groups: Iterator[Group]) -> Iterator[Group]:
    """The same groups, each read while the one before is looked at."""
    with ThreadPoolExecutor(1, "decoder") as decoder:
        coming = decoder.submit(next, groups, None)
        while (group := coming.result()) is not None:
            coming = decoder.submit(next, groups, None)
            yield group
