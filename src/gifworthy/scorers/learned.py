"""Any net that was trained to give one number for one vector."""

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
class Learned:
    """What a net says of each segment's vector; the net and its backbone are those of a folder."""

    reader: Reader
    net: Net

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> Learned:
        """The scorer of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        card = read_card(folder)
        return cls(reader_of(folder, card, settings), load_net(folder, settings))

    @classmethod
    def load(cls, settings: Settings) -> Learned:
        """The model called `learned` among the weights of this machine. Raises: as `open`."""
        return cls.open(settings.weights.expanduser() / "learned", settings)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """One number a segment."""
        inputs = self.reader.of(video, segments)
        return Scores(segments, self.rate(Pieces(segments, video.duration, inputs)))

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) for vectors that were read before."""
        values = self.net(pieces.inputs.astype(np.float32))
        return np.asarray(values.reshape(len(pieces.segments)), np.float64)
