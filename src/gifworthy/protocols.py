"""The verbs: what a part can do. One method each; a part is whatever has the method."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gifworthy.comments import CommentBook
from gifworthy.settings import Settings
from gifworthy.types import Clip, Floats, Scores, Segment, Storyboard, Style
from gifworthy.video import Video


class Segmenter(Protocol):
    """Where are the pieces?"""

    def segment(self, video: Video) -> tuple[Segment, ...]:
        """Segments in order of time, without overlap, inside `video.bounds`; at least one."""
        ...


class Backbone(Protocol):
    """What is in each piece?"""

    def encode(self, clips: Sequence[Clip]) -> Floats:
        """One feature vector per clip: (N, D)."""
        ...


class Scorer(Protocol):
    """How good is each piece? Numbers; `TopSegments` turns them into a choice."""

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """One value per segment, in the order given, larger is better."""
        ...


@runtime_checkable
class Seeing(Protocol):
    """Where does it look? What a scorer can do besides that has a map of every frame."""

    def heat(self, video: Video, moments: Floats) -> Floats:
        """How much each place matters at each moment, 0..1: (T,) rising seconds -> (T, h, w)."""
        ...


@runtime_checkable
class SeeingClosely(Seeing, Protocol):
    """What a scorer can do besides whose map is sharper for more work; a crop asks for that one."""

    def heat_closely(self, video: Video, moments: Floats) -> Floats:
        """As `heat`."""
        ...


class Selector(Protocol):
    """Which pieces, in which order? A choice; it need not have numbers."""

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """Some of the segments, in showing order."""
        ...


class Encoder(Protocol):
    """How is it written?"""

    media_type: str
    suffix: str

    def encode(self, clip: Clip, style: Style) -> bytes:
        """One animation file. The clip has its final size; `style.fps` is its frame rate."""
        ...


class Store(Protocol):
    """Have we done this before?"""

    def get(self, key: str) -> bytes | None:
        """What was put under that key, or None."""
        ...

    def put(self, key: str, data: bytes) -> None:
        """Keep `data` under `key`, whole or not at all."""
        ...


class LoadableScorer(Protocol):
    """What stands on the scorers' shelf: a class that can make itself ready on this machine."""

    def load(self, settings: Settings) -> Scorer:
        """A scorer that is ready to use."""
        ...


@dataclass(frozen=True)
class Pieces:
    """The pieces of one video as a trained model reads them; N segments.

    duration: seconds of the video. inputs: what was read of each segment: (N, D) float32 vectors,
    (N, T, S, S, 3) uint8 frames, or (N, 0). topic: category, where it is known. tags: words, likewise.
    """

    segments: tuple[Segment, ...]
    duration: float
    inputs: NDArray[np.float32] | NDArray[np.uint8]
    topic: str = ""
    tags: tuple[str, ...] = ()


class TrainedScorer(Scorer, Protocol):
    """A scorer that was trained: it can also rate pieces that were read before, without their video."""

    def rate(self, pieces: Pieces) -> Floats:
        """One value per segment, larger is better: (N,)."""
        ...


class TrainableScorer(Protocol):
    """What stands on the scorers' shelf for a recipe: it opens what `gifworthy train` wrote."""

    def open(self, folder: Path, settings: Settings) -> TrainedScorer:
        """The scorer of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        ...


@dataclass(frozen=True)
class Ingredients:
    """What a selector may be made of: the machine, a scorer (made when asked for), how many, a seed.

    comments: what viewers wrote, where it was given.
    """

    settings: Settings
    scorer: Callable[[], Scorer]
    count: int = 1
    seed: int = 0
    comments: CommentBook | None = None


class LoadableSelector(Protocol):
    """What stands on the selectors' shelf: a class that makes itself from ingredients."""

    def load(self, ingredients: Ingredients) -> Selector:
        """A selector that is ready to use."""
        ...


class TrainedSelector(Selector, Protocol):
    """A selector that was trained: it can also choose among pieces that were read before."""

    def tell(self, pieces: Pieces) -> NDArray[np.intp]:
        """Which pieces, in showing order: (K,)."""
        ...

    def imagined(self, pieces: Pieces, count: int, random: np.random.Generator) -> Floats:
        """What it would show, before it looks what there is: (count, K, D); one where it draws no lots."""
        ...


class TrainableSelector(Protocol):
    """What stands on the selectors' shelf for a recipe: it opens what `gifworthy train` wrote."""

    def open(self, folder: Path, ingredients: Ingredients) -> TrainedSelector:
        """The selector of a trained model's folder. Raises: WeightsMissing, WeightsBroken, DeviceAbsent."""
        ...
