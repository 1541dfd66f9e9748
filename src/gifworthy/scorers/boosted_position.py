"""Where people pick, learned by boosted trees: no look at pixels, but at more than one number of a place.

Shape letters: N segments.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.checkpoints import read_card
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.settings import Settings
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video

NAMES = (
    "start share",
    "middle share",
    "end share",
    "start",
    "left after",
    "length",
    "video length",
    "pieces",
    "rank",
)
FALLING = (-1, -1, -1, -1, 1, 0, 0, 0, -1)
"""How each number goes with the score where an earlier segment is never scored lower."""
EDGE = 1e-6
"""Trees give many segments one score; of those the earlier is preferred, as people do."""


def places_of(segments: tuple[Segment, ...], duration: float) -> Floats:
    """What is known of where each segment lies: (N, 9) float32, in the order of `NAMES`.

    Shares are of the video's duration, lengths in seconds; the rank is the share of pieces before it.
    """
    starts = np.array([segment.start for segment in segments])
    ends = np.array([segment.end for segment in segments])
    rank = np.argsort(np.argsort(starts, kind="stable"), kind="stable") / len(segments)
    even = np.ones(len(segments))
    columns = (
        starts / duration,
        (starts + ends) / 2 / duration,
        ends / duration,
        starts,
        duration - ends,
        ends - starts,
        duration * even,
        len(segments) * even,
        rank,
    )
    return np.stack(columns, axis=1)


@dataclass(frozen=True)
class BoostedPosition:
    """Scores a segment by where it lies, with trees that `gifworthy train boosted-position` grew."""

    net: Net

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> BoostedPosition:
        """The scorer of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        read_card(folder)
        return cls(load_net(folder, settings))

    @classmethod
    def load(cls, settings: Settings) -> BoostedPosition:
        """The model of this name among the weights of this machine. Raises: as `open`."""
        return cls.open(settings.weights.expanduser() / "boosted-position", settings)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is likelier to be picked."""
        nothing = np.zeros((len(segments), 0), np.float32)
        return Scores(segments, self.rate(Pieces(segments, video.duration, nothing)))

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) raw scores of the trees."""
        places = places_of(pieces.segments, pieces.duration).astype(np.float32)
        return self.net(places)[:, 0].astype(np.float64) - EDGE * places[:, 0]
