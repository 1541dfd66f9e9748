"""One manifest for all data sets: who said how good which span of which video is, and how sure that is.

Shape letters: L labels, N distinct spans, R raters.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from gifworthy.types import Floats


@dataclass(frozen=True, slots=True)
class Label:
    """One row: one person's word on one span of one video.

    video: the data set's own name for it. start, end: seconds. value: how good, larger is better; the
    manifest's `scale` says what the numbers mean. sure: 0..1, how far to trust it. who: viewer or
    rater. query: what was asked for, where something was. item: which GIF the span belongs to, where
    one has several. order: place in showing order, from 0. split: train, validation, test or nothing.
    role: what the row is for inside its split (`history`, `target`). topic: domain or category.
    duration: of the video, seconds, nan when unknown. fps: the frame rate by which frames became
    seconds, 0 when the source gives seconds. views: how often it was seen. source: `file:line`.
    days: how long it had been there to be seen; its unit does not matter. tags: the video's, parted by
    semicolons.
    """

    video: str
    start: float
    end: float
    value: float
    source: str
    who: str = ""
    query: str = ""
    item: str = ""
    order: int = 0
    sure: float = 1.0
    split: str = ""
    role: str = ""
    topic: str = ""
    duration: float = math.nan
    fps: float = 0.0
    views: float = math.nan
    days: float = math.nan
    tags: str = ""


@dataclass(frozen=True)
class Anomaly:
    """Something odd that was counted; `what` says when it was also left out."""

    what: str
    count: int
    first: str


class Oddities:
    """Counts what is odd while a data set is read, and remembers where each kind was seen first."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, str] = {}

    def note(self, what: str, where: str) -> None:
        """Count one thing that is odd."""
        self._counts[what] += 1
        self._first.setdefault(what, where)

    def anomalies(self) -> tuple[Anomaly, ...]:
        """All kinds, in the order in which they were met."""
        return tuple(
            Anomaly(what, self._counts[what], where) for what, where in self._first.items()
        )


@dataclass(frozen=True)
class Case:
    """One video as it was put to its raters, to one viewer, or under one query: what gets judged.

    curve: (S,) comments in each second, where they came with the labels.
    """

    video: str
    query: str
    who: str
    labels: tuple[Label, ...]
    curve: Floats | None = field(default=None, repr=False, compare=False)

    @property
    def duration(self) -> float:
        """Seconds, nan when unknown."""
        return self.labels[0].duration

    @property
    def fps(self) -> float:
        """Frames a second by which the labels were placed; 0 when they were placed in seconds."""
        return self.labels[0].fps

    @property
    def frames(self) -> int:
        """How many frames the video has, by its duration and rate."""
        return round(self.duration * self.fps)

    @property
    def topic(self) -> str:
        """Domain or category."""
        return self.labels[0].topic

    @property
    def tags(self) -> tuple[str, ...]:
        """Words that say what the video is about."""
        return tuple(word for word in self.labels[0].tags.split(";") if word)

    @property
    def name(self) -> str:
        """How messages and predictions call it."""
        return self.query.partition(":")[0] or self.video

    @cached_property
    def spans(self) -> Floats:
        """(L, 2) start and end of each label, seconds."""
        return np.array([(label.start, label.end) for label in self.labels])

    @cached_property
    def values(self) -> Floats:
        """(L,) how good each label says its span is."""
        return np.array([label.value for label in self.labels])

    @cached_property
    def raters(self) -> tuple[str, ...]:
        """Who said something, in order of first appearance."""
        return tuple(dict.fromkeys(label.who for label in self.labels))

    def grid(self) -> tuple[Floats, Floats]:
        """Every rater's value of every distinct span, in order of time.

        Returns: spans (N, 2) seconds; values (R, N), nan where a rater said nothing.
        """
        places = sorted({(label.start, label.end) for label in self.labels})
        column = {place: index for index, place in enumerate(places)}
        row = {who: index for index, who in enumerate(self.raters)}
        values = np.full((len(row), len(column)), np.nan)
        for label in self.labels:
            values[row[label.who], column[label.start, label.end]] = label.value
        return np.array(places), values


@dataclass(frozen=True)
class Manifest:
    """All labels of one data set.

    name: the data set. scale: what `value` means, in words. labels: the rows. personal: whether `who`
    is a viewer with a taste of one's own, rather than a rater whose word holds for everybody.
    anomalies: what was odd, and whether it was kept or left out. curves: comments in each second of a
    video, (S,), where the data set has them.
    """

    name: str
    scale: str
    labels: tuple[Label, ...] = field(repr=False)
    personal: bool = False
    anomalies: tuple[Anomaly, ...] = ()
    curves: Mapping[str, Floats] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def videos(self) -> tuple[str, ...]:
        """Names of the videos, in order of first appearance."""
        return tuple(dict.fromkeys(label.video for label in self.labels))

    @cached_property
    def people(self) -> tuple[str, ...]:
        """Names of viewers or raters, in order of first appearance."""
        return tuple(dict.fromkeys(label.who for label in self.labels if label.who))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The labels, gathered by video and query, and by viewer where taste is personal."""
        gathered: dict[tuple[str, str, str], list[Label]] = {}
        for label in self.labels:
            who = label.who if self.personal else ""
            gathered.setdefault((label.video, label.query, who), []).append(label)
        return tuple(
            Case(*key, tuple(labels), self.curves.get(key[0])) for key, labels in gathered.items()
        )

    def only(self, keep: Callable[[Label], bool]) -> Manifest:
        """The same manifest with the labels that pass."""
        return replace(self, labels=tuple(label for label in self.labels if keep(label)))


def runs(chosen: ArrayLike) -> list[tuple[int, int]]:
    """First index and one past the last of each run of true values."""
    edges = np.diff(np.asarray(chosen, dtype=np.int8), prepend=0, append=0)
    return list(
        zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist(), strict=True)
    )
