"""NetEase's scorer of GIF covers: 16 frames of each segment through a 3D-CNN, a score in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.checkpoints import read_card
from gifworthy.errors import WeightsBroken
from gifworthy.models.netease_inputs import Crop, batch_of
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.readers import Reader, reader_of
from gifworthy.settings import Settings
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video

NAME = "netease"
STEEP = 20.0


@dataclass(frozen=True)
class NetEase:
    """A net that `gifworthy train netease` made.

    streams: what the net looks at, `rgb`, `flow` or `both`. size: pixels of the crop it sees.
    """

    reader: Reader
    net: Net
    streams: str
    size: int

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> NetEase:
        """The scorer of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        card = read_card(folder)
        if card.network != NAME:
            raise WeightsBroken(
                f"{folder} holds {card.network}, not {NAME}; give a folder that "
                f"`gifworthy train {NAME}` wrote"
            )
        net, reader = load_net(folder, settings), reader_of(folder, card, settings)
        return cls(reader, net, str(card.arguments["streams"]), int(card.arguments["side"] or 0))

    @classmethod
    def load(cls, settings: Settings) -> NetEase:
        """The model called `netease` among the weights of this machine. Raises: as `open`."""
        return cls.open(settings.weights.expanduser() / NAME, settings)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """How exciting each segment is, in [0, 1]. Raises: VideoError; WeightsError."""
        inputs = self.reader.of(video, segments)
        return Scores(segments, self.rate(Pieces(segments, video.duration, inputs)))

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) in [0, 1], for frames that were read before."""
        said = []
        for first in range(0, len(pieces.segments), self.net.batch):
            frames = pieces.inputs[first : first + self.net.batch]
            crop = Crop.middle(frames.shape[2], self.size)
            clips = batch_of((crop.of(clip) for clip in frames), self.streams)
            said.append(self.net.outputs(*clips)[1].mean(axis=1, dtype=np.float64))
        return squashed(np.concatenate(said) if said else np.empty(0))


def squashed(logits: Floats) -> Floats:
    """The sigmoid of logits, in [0, 1], strictly rising: beyond `STEEP` it creeps on instead of tying.

    A ranking loss pulls logits apart without end; in double precision all sigmoids above 37 are 1.
    """
    near = np.clip(logits, -STEEP, STEEP)
    left = np.sign(logits) * (1 - STEEP / np.maximum(np.abs(logits), STEEP)) / (1 + np.exp(STEEP))
    return np.asarray(1 / (1 + np.exp(-near)) + left)
