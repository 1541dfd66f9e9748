"""Scorers that are a net over vectors and context: what Video2GIF, its rivals and its successor share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np

from gifworthy.checkpoints import Card, read_card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.models.context import Context
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.readers import Reader, reader_of
from gifworthy.reading import NOTHING, Reading
from gifworthy.settings import Settings
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video

BEHIND = 1.0


@dataclass(frozen=True)
class ContextualScorer:
    """One number for each segment, from its vectors and what is known of its video.

    reader, reading: what is read of a segment. net: (N, ...) rows to (N, 1). context: the columns of a
        row beside the vectors. topic, tags: what the video is about; nothing until `about` says it.
    """

    name: ClassVar[str]
    recipe: ClassVar[str]

    reader: Reader
    reading: Reading
    net: Net
    context: Context
    topic: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> Self:
        """The scorer of a trained model's folder.

        Raises: WeightsMissing, WeightsBroken when it holds another model; DeviceAbsent, MissingExtra.
        """
        card = read_card(folder)
        _check(cls.name, cls.recipe, card, folder)
        reading = card.use.reading if card.use else NOTHING
        context = Context.of(card.arguments)
        return cls(reader_of(folder, card, settings), reading, load_net(folder, settings), context)

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """The model of that name among the weights of this machine. Raises: as `open`."""
        folder = settings.weights.expanduser() / cls.name
        try:
            return cls.open(folder, settings)
        except WeightsMissing as error:
            raise WeightsMissing(
                f"{cls.name} has no trained net in {folder}; run `gifworthy train {cls.recipe} --data "
                f"MANIFEST -o {folder}`, or give the folder of one with --plan"
            ) from error

    def about(self, topic: str = "", tags: tuple[str, ...] = ()) -> Self:
        """The same scorer for videos of that category and those tags."""
        return replace(self, topic=topic, tags=tags)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is better. What is shorter than a snippet of the backbone ranks behind all others."""
        long = [place for place, s in enumerate(segments) if self._has_snippet(video, s)]
        values = np.zeros(len(segments))
        if long:
            pieces = tuple(segments[place] for place in long)
            vectors = self.reader.of(video, pieces)
            rated = self.rate(Pieces(pieces, video.duration, vectors, self.topic, self.tags))
            values = np.full(len(segments), rated.min() - BEHIND)
            values[long] = rated
        return Scores(segments, values)

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) for vectors that were read before."""
        rows = self.context.rows(pieces)
        return np.asarray(self.net(rows).reshape(len(rows)), np.float64)

    def _has_snippet(self, video: Video, segment: Segment) -> bool:
        """As the published program: a segment of fewer than 16 frames gets no score."""
        if self.reading.stride is None:
            return True
        return int(segment.duration * video.fps + 1e-6) >= self.reading.frames


def _check(name: str, recipe: str, card: Card, folder: Path) -> None:
    used = card.use.scorer if card.use else ""
    if used != name:
        raise WeightsBroken(
            f"{folder} holds {card.network}{f', to be used by {used!r}' if used else ''}, not "
            f"{name!r}; train one with `gifworthy train {recipe}`"
        )
