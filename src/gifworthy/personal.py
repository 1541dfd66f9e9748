"""A scorer, bound to one viewer: its own way where it has one, else its values and the viewer's taste.

Shape letters: N segments, H choices, F features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol, Self, runtime_checkable

import numpy as np

from gifworthy.features import Features
from gifworthy.habits import NOBODY, habit_numbers, habit_table
from gifworthy.protocols import Scorer
from gifworthy.readers import VectorReader, open_reader
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.taste import evened, likeness
from gifworthy.types import Floats, History, Reason, Scores, Segment
from gifworthy.video import Video

TASTE = 2.5
"""How much more a viewer's taste weighs than everybody's, each in its own spreads."""
CHANCE, SURE = 0.3, 0.5
"""The `surplus` up to which a history is not trusted, and from which on wholly."""
TERMS = ("everybody", "taste", "habit")

Judged = Callable[[History], Scores]


@runtime_checkable
class PersonalScorer(Protocol):
    """A scorer that can be bound to a viewer, such as `phd` and `habits`."""

    def for_viewer(self, history: History) -> Scorer:
        """The same, bound to what one viewer chose before."""
        ...


@runtime_checkable
class SharingScorer(Protocol):
    """A personal scorer whose look at a video serves any number of viewers."""

    def look(self, video: Video, segments: tuple[Segment, ...]) -> Judged:
        """Look once; what comes back is arithmetic: a viewer's history -> the scores for that viewer."""
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


def passed_over(scorer: Scorer) -> int:
    """How many segments that a viewer did not choose a scorer wants to see beside each choice."""
    return int(getattr(scorer, "passed_over", 0))


def bound(scorer: Scorer, history: History, features: Features) -> Scorer:
    """The scorer for one viewer, whose choices look as `features` sees them; as it is without a history."""
    if not len(history):
        return scorer
    if isinstance(scorer, PersonalScorer):
        return scorer.for_viewer(history)
    return Taste(scorer, features, history)


def scores_for_viewers(
    scorer: Scorer,
    video: Video,
    segments: tuple[Segment, ...],
    histories: Iterable[History],
    features: Features,
) -> Iterator[Scores]:
    """One video for many viewers, in their order: it is looked at once, then each is arithmetic.

    Each gets what `bound(scorer, history, features).score(video, segments)` says. Args: features: as
    the histories were seen, see `features_for`.
    """
    everybodys = scorer.score(video, segments)
    judged = _judging(scorer, everybodys, features, video)
    for history in histories:
        yield judged(history) if len(history) else everybodys


def _judging(scorer: Scorer, everybodys: Scores, features: Features, video: Video) -> Judged:
    if not isinstance(scorer, PersonalScorer):
        return Taste(scorer, features).beside(everybodys, video)
    if isinstance(scorer, SharingScorer):
        return scorer.look(video, everybodys.segments)
    return lambda history: scorer.for_viewer(history).score(video, everybodys.segments)


@dataclass(frozen=True)
class Taste:
    """Late fusion without training: generic scores, likeness to the history, and habits of where.

    generic, evened out over the video
    + 2.5 trust x cosine of the closest choice, evened out
    + log of how much likelier this viewer picks there than people do.

    Trust rises from 0 to 1 while the `surplus` of those cosines goes from 0.3, where clips that have nothing
    to do with each other end, to 0.5. Features are brought to one scale by the segments and the history
    together. Who has no history gets the generic order. Constants: `scripts/fit_taste.py`.
    """

    generic: Scorer
    features: Features
    history: History = NOBODY

    def for_viewer(self, history: History) -> Self:
        """The same, bound to what one viewer chose before, as `features` sees it."""
        return replace(self, history=history)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is likelier to be this viewer's choice."""
        return self.look(video, segments)(self.history)

    def look(self, video: Video, segments: tuple[Segment, ...]) -> Judged:
        """Score for everybody and see the segments once, for any number of viewers."""
        return self.beside(self.generic.score(video, segments), video)

    def beside(self, everybodys: Scores, video: Video) -> Judged:
        """The same, where everybody's scores are known."""
        segments, general = everybodys.segments, evened(everybodys.values)
        vectors = cache(lambda: self.features.of(video, segments))
        spans, table = spans_of(segments), habit_table()

        def judged(history: History) -> Scores:
            chosen = history.features
            alike = likeness(vectors(), chosen) if chosen.size else np.zeros((len(segments), 0))
            habits = habit_numbers(spans, video.duration, history, table)
            own = habits @ table.weights[-habits.shape[1] :]
            parts = np.stack([general, taste_of(alike), own], axis=1)
            reasons = tuple(
                tuple(Reason(name, float(value)) for name, value in zip(TERMS, row, strict=True))
                for row in parts
            )
            return Scores(segments, parts.sum(axis=1), everybodys.focus, reasons)

        return judged


def spans_of(segments: tuple[Segment, ...]) -> Floats:
    """(N, 2) seconds."""
    return np.array([(segment.start, segment.end) for segment in segments])


def taste_of(likeness_nh: Floats) -> Floats:
    """(N,) what each segment gains by looking like a choice; 0 without one, or where all look alike."""
    if not likeness_nh.size:
        return np.zeros(len(likeness_nh))
    closest = likeness_nh.max(axis=1)
    trust = float(np.clip((surplus(closest) - CHANCE) / (SURE - CHANCE), 0.0, 1.0))
    return TASTE * trust * evened(closest)


def surplus(closest_n: Floats) -> float:
    """How much more alike the most alike segment is than segments are by chance: its cosine and 1/N.

    Features that are brought to one scale by N segments and a choice sum to 0, so that the mean cosine
    of the choice to them is about -1/N, whatever they show.
    """
    return float(closest_n.max()) + 1 / len(closest_n)
