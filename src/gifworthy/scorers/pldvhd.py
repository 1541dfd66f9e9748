"""PLD-VHD's scorer: which pixels of each frame belong to a highlight, summed to a score and a focus."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.checkpoints import read_card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.mapping import Between, Slider, frames_of, look, summed
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.readers import StripReader
from gifworthy.settings import Settings
from gifworthy.sliding import Around, frames_in, inside, targets_in
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video

NAME = "pldvhd"


@dataclass(frozen=True)
class PldVhd:
    """A net that `gifworthy train pldvhd` made, sliding over the frames of a video."""

    net: Net
    reader: StripReader

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> PldVhd:
        """The scorer of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        card = read_card(folder)
        if card.network != NAME or card.use is None or not card.use.reading.rate:
            raise WeightsBroken(
                f"{folder} holds {card.network}, no {NAME} that was trained to rate; give a folder that "
                f"`gifworthy train {NAME}` wrote"
            )
        read = card.use.reading
        reader = StripReader(targets_in(read.frames), read.side, read.wide, read.rate)
        return cls(load_net(folder, settings), reader)

    @classmethod
    def load(cls, settings: Settings) -> PldVhd:
        """The model called `pldvhd` among the weights of this machine.

        Raises: WeightsMissing, which says how to make one; else as `open`.
        """
        folder = settings.weights.expanduser() / NAME
        if not folder.exists():
            raise WeightsMissing(
                f"there is no trained {NAME} on this machine: none was published; train one with "
                f"`gifworthy train {NAME} ... -o {folder}`, or give its folder as the plan"
            )
        return cls.open(folder, settings)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """The mean over each segment's frames of the mean of their maps, in [0, 1], and where it is hot.

        Raises: VideoError.
        """
        frames = frames_of(segments, self._count(video), self.reader.rate)
        if not segments:
            return Scores((), np.zeros(0))
        mapped = self._slider.maps(video, np.unique(np.concatenate(frames)))
        return summed(mapped, frames, segments)

    def heat(self, video: Video, moments: Floats) -> Floats:
        """How much each place of each frame matters: (M,) rising seconds -> (M, h, w) in 0..1.

        A map covers the whole upright frame. Raises: VideoError.
        """
        between = Between.of(moments, self._count(video), self.reader.rate)
        return between.mixed(self._slider.maps(video, between.wanted))

    def heat_closely(self, video: Video, moments: Floats) -> Floats:
        """The same from both sides of each frame in time, for who has to know exactly where.

        Raises: VideoError.
        """
        between = Between.of(moments, self._count(video), self.reader.rate)
        return between.mixed(self._slider.maps_both_ways(video, between.wanted))

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) in [0, 1], for strips that were read before: the mean of the targets inside the segment."""
        values = []
        for segment, strip in zip(pieces.segments, pieces.inputs, strict=True):
            scores, _ = look(self.net, np.asarray(strip, np.uint8)[None])
            mapped = Around.of(segment, self.reader.targets, self.reader.rate).mapped
            values.append(float(scores[0][inside(segment, mapped)].mean()))
        return np.array(values, np.float64)

    @property
    def _slider(self) -> Slider:
        return Slider(self.net, self.reader)

    def _count(self, video: Video) -> int:
        return frames_in(video.duration, self.reader.rate)
