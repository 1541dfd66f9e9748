"""A scorer, bound to one viewer: its own way where it has one, else its values and the viewer's taste.

Shape letters: N segments, H choices, F features.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from gifworthy.features import Features
from gifworthy.habits import habit_numbers, habit_table
from gifworthy.protocols import Scorer
from gifworthy.readers import VectorReader, open_reader
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.taste import evened, likeness
from gifworthy.types import Floats, History, Reason, Scores, Segment
from gifworthy.video import Video

TASTE = 2.0
"""How much more a viewer's taste weighs than everybody's, each in its own spreads."""
SURE = 0.3
"""Cosine of the closest choice from which on a history is trusted wholly."""


@runtime_checkable
class PersonalScorer(Protocol):
    """A scorer that can be bound to a viewer, such as `phd` and `habits`."""

    def for_viewer(self, history: History) -> Scorer:
        """The same, bound to what one viewer chose before."""
        ...


def features_for(scorer: Scorer, settings: Settings) -> Features:
    """Through which backbone a history is to be seen for a scorer: its own, or `pixels`.

    Raises: WeightsMissing, WeightsBroken; DeviceAbsent, MissingExtra.
    """
    reading = getattr(scorer, "reading", None)
    if isinstance(reading, Reading) and reading.what == "vectors":
        reader = open_reader(reading, settings)
        assert isinstance(reader, VectorReader), "vectors are read by a reader of vectors"
        return reader.features
    return Features.load("pixels", settings)


def bound(scorer: Scorer, history: History, features: Features) -> Scorer:
    """The scorer for one viewer, whose choices look as `features` sees them; as it is without a history."""
    if not len(history):
        return scorer
    if isinstance(scorer, PersonalScorer):
        return scorer.for_viewer(history)
    return Taste(scorer, features, history)


@dataclass(frozen=True)
class Taste:
    """Late fusion without training: generic scores, likeness to the history, and habits of where.

    generic, evened out over the video
    + 2 trust x cosine of the closest choice, evened out
    + log of how much likelier this viewer picks there than people do.

    Trust is the largest of those cosines over 0.3, within 0..1, so that a history which has nothing
    to do with a video hardly pulls. Features are brought to one scale by the segments and the history
    together.
    """

    generic: Scorer
    features: Features
    history: History

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is likelier to be this viewer's choice."""
        scores = self.generic.score(video, segments)
        spans = np.array([(segment.start, segment.end) for segment in segments])
        table = habit_table()
        habits = habit_numbers(spans, video.duration, self.history, table)
        parts = np.stack(
            [
                evened(scores.values),
                taste_of(self.likeness(video, segments)),
                habits @ table.weights[-habits.shape[1] :],
            ],
            axis=1,
        )
        reasons = tuple(
            tuple(Reason(name, float(value)) for name, value in zip(TERMS, row, strict=True))
            for row in parts
        )
        return Scores(segments, parts.sum(axis=1), scores.focus, reasons)

    def likeness(self, video: Video, segments: tuple[Segment, ...]) -> Floats:
        """(N, H) how alike each segment and each choice look, -1..1."""
        if not self.history.features.size:
            return np.zeros((len(segments), 0))
        return likeness(self.features.of(video, segments), self.history.features)


TERMS = ("everybody", "taste", "habit")


def taste_of(likeness_nh: Floats) -> Floats:
    """(N,) what each segment gains by looking like a choice; 0 without one, or where all look alike."""
    if not likeness_nh.size:
        return np.zeros(len(likeness_nh))
    closest = likeness_nh.max(axis=1)
    trust = float(np.clip(closest.max() / SURE, 0.0, 1.0))
    return TASTE * trust * evened(closest)
