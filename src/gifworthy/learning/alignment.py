"""Where in a video a GIF was cut from, however it was changed since: made smaller, slower or faster,
thinned, given a palette, cropped a little, written upon.

Video2GIF, section 3, aligns GIF and video by a DCT hash of each frame and the Hamming distance (mean error
0.34 s, median 0.20 s). So do we to find the likeliest stretches; within them the place is found by pixels.

    the GIF's hashes, the videos' -> what each start costs at each speed   hashes.py, tracks.py, matching.py
    -> the likeliest stretches, and the place in them                      placing.py, registration.py
    -> the video that is like the GIF there, or none                       here
    -> for a GIF of several shots, each of them                            montages.py
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path

import numpy as np

from gifworthy.decoding import open_source
from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.hashes import BITS, Hashes, distances, hashes
from gifworthy.learning.matching import Fits, fit, speeds_for
from gifworthy.learning.placing import AS_LIKELY, FINEST, Place, Search
from gifworthy.learning.strips import Strip, strip
from gifworthy.learning.tracks import RATE, Track, track_of
from gifworthy.moments import clock
from gifworthy.protocols import Store
from gifworthy.settings import Settings
from gifworthy.types import WHOLE_FRAME, Box, Segment

FOREIGN = 18.0
"""Bits of 64 from which on a GIF is said to come from another video. In `benchmarks/alignment.py` the
right place differed in 16.3 at most, the best place of a wrong video in 23.9 at least."""
GUESSED = 0.5
"""Seconds of doubt from which on an alignment is called a guess."""
MOST_PICTURES = 48
MOST_RIVALS = 3
LONGEST = 120.0


@dataclass(frozen=True)
class Alignment:
    """Where a GIF comes from.

    nearest: the video most like it. segment: the seconds of that video that it shows. speed: seconds of
    video a second of GIF. part: of the video's picture. distance: mean Hamming distance of its frames
    and that video's there, bits of 64. doubt: seconds to the farthest place that is as good; large
    where nothing moves. duration: of the video.
    """

    gif: Path
    nearest: Path
    segment: Segment
    speed: float
    part: Box
    distance: float
    doubt: float
    duration: float

    @property
    def video(self) -> Path | None:
        """Where it comes from; None when even the nearest video is too unlike."""
        return self.nearest if self.distance < FOREIGN else None

    @property
    def is_guess(self) -> bool:
        """Whether other places are as good: the GIF shows hardly any movement."""
        return self.doubt > GUESSED

    @property
    def sure(self) -> float:
        """1 where every bit agrees, 0 where no more do than by chance; less where the place is a guess."""
        return max(0.0, 1.0 - 2 * self.distance / BITS) / (1.0 + max(0.0, self.doubt - GUESSED))


@dataclass(frozen=True)
class Aligner:
    """Some videos, looked over once, in which GIFs are found."""

    videos: tuple[Path, ...]
    tracks: tuple[Track, ...]
    settings: Settings

    @classmethod
    def of(
        cls,
        videos: tuple[Path, ...],
        settings: Settings,
        store: Store | None = None,
        tell: Callable[[str], object] = lambda _: None,
    ) -> Aligner:
        """Look over each video, unless that was done before.

        Args: store: where the hashes are remembered, None for nowhere. tell: hears each video's name
            before it is looked over.
        Raises: VideoError; LabelsNotFound when there is no video.
        """
        if not videos:
            raise LabelsNotFound("there is no video to align with; give one, or a folder of some")
        tracks = []
        for path in videos:
            tell(path.name)
            tracks.append(track_of(path, settings, store))
        return cls(videos, tuple(tracks), settings)

    def find(self, gif: Path, part: Segment | None = None) -> Alignment:
        """Where a GIF comes from.

        Args: part: seconds of the GIF that are looked for, such as one shot; None for all of it.
        Raises: VideoError when it cannot be read; LabelsUnreadable when it is longer than two minutes.
        """
        shown, length = _shown(gif, part, self.settings)
        own = hashes(shown.greys)
        fits = [_costs(own, shown, track) for track in self.tracks]
        cheapest = np.array([float(some.costs.min()) for some in fits])
        likely = np.flatnonzero(cheapest <= cheapest.min() + AS_LIKELY)
        rivals = likely[np.argsort(cheapest[likely], kind="stable")][:MOST_RIVALS].tolist()
        if not np.isfinite(cheapest.min()):
            return self._alignment(gif, rivals[0], _NOWHERE, length)
        placed = [(number, self._placed(number, shown, own, fits[number])) for number in rivals]
        number, place = min(placed, key=lambda pair: pair[1].unlike)
        return self._alignment(gif, number, place, length)

    def _placed(self, number: int, shown: Strip, own: Hashes, fits: Fits) -> Place:
        with open_source(self.videos[number], self.settings) as source:
            try:
                return Search(source, shown, own).run(fits)
            finally:
                source.place.close()

    def _alignment(self, gif: Path, number: int, place: Place, length: float) -> Alignment:
        duration = self.tracks[number].duration
        start = min(place.start, duration - 1e-3)
        end = max(min(start + length * place.speed, duration), start + 1e-3)
        return Alignment(
            gif,
            self.videos[number],
            Segment(start, end),
            place.speed,
            place.part,
            place.bits,
            place.doubt,
            duration,
        )


_NOWHERE = Place(0.0, 1.0, WHOLE_FRAME, inf, float(BITS), 0.0)
"""Where a GIF lies that is longer than every video."""


def _costs(own: Hashes, shown: Strip, track: Track) -> Fits:
    moments = shown.times - shown.times[0]
    speeds = speeds_for(float(moments[-1]), RATE)
    return fit(distances(own, track.ticks), moments, RATE, speeds)


def pictures_of(path: Path, settings: Settings) -> tuple[Strip, float]:
    """A GIF's pictures, and its seconds.

    Raises: VideoError when it cannot be read; LabelsUnreadable when it is longer than two minutes.
    """
    with open_source(path, settings) as source:
        try:
            if source.duration > LONGEST:
                raise LabelsUnreadable(
                    f"{path} lasts {clock(source.duration)}; GIFs of at most {clock(LONGEST)} are "
                    f"aligned: is it a video?"
                )
            return strip(source, rate=FINEST), source.duration
        finally:
            source.place.close()


def _shown(path: Path, part: Segment | None, settings: Settings) -> tuple[Strip, float]:
    """Some pictures of a GIF or of a part of it, and its seconds."""
    pictures, length = pictures_of(path, settings)
    if part is not None:
        pictures, length = pictures.between(part), part.duration
    return pictures.thinned(MOST_PICTURES), length
