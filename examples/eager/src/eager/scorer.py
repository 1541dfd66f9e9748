"""The scorer: a video and its segments in, one number for each out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.checkpoints import read_card
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.readers import Reader, reader_of
from gifworthy.settings import Settings
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video


@dataclass(frozen=True)
class Eager:
    """Reads each segment's vector and asks the net."""

    reader: Reader
    net: Net

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> Eager:
        """What `gifworthy train eager` wrote."""
        return cls(reader_of(folder, read_card(folder), settings), load_net(folder, settings))

    @classmethod
    def load(cls, settings: Settings) -> Eager:
        """The model called `eager` among the weights of this machine."""
        return cls.open(settings.weights.expanduser() / "eager", settings)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """One number a segment."""
        inputs = self.reader.of(video, segments)
        return Scores(segments, self.rate(Pieces(segments, video.duration, inputs)))

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) for vectors that were read before."""
        return np.asarray(self.net(pieces.inputs.astype(np.float32))[:, 0], np.float64)
