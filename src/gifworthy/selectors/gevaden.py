"""GEVADEN, and the rival that tells one story a video: three shots imagined by a net, found in the video.

Shape letters: L samples, K shots of a cover (3), N shots of the video, D feature size, Z latent size, V
words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_arrays

from gifworthy.assignment import SHOTS, Average, Picks, agreed, closest, distances
from gifworthy.checkpoints import WEIGHTS, Card, file_of, read_card
from gifworthy.errors import VideoTooShort, WeightsBroken, WeightsMissing
from gifworthy.models.context import Context
from gifworthy.moments import counted
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Ingredients, Pieces, Segmenter
from gifworthy.readers import Reader, reader_of
from gifworthy.segmenters import SEGMENTERS
from gifworthy.settings import Settings
from gifworthy.types import Floats, Highlight, Segment, Storyboard
from gifworthy.video import Video

SAMPLES = 64
SLACK = 1e-6
NO_WORDS = Context()


@dataclass(frozen=True)
class Gevaden:
    """Imagines three shots, many times, and shows the seconds that fit all of it best (equation 10).

    The net reads every second of the video; only seconds that lie within the segments given, which the
    gate has let through, are shown, none twice. The same video gives the same cover: the lots that the
    samples of the prior are drawn by come from `seed`.

    Of 64 samples, a highlight's score is the share that would show it.

    reader, net, segmenter: what the model was trained with. unit: of distances, the net's own scale.
    latent: Z. words: the tags that join the prior, none where it sees none. average: how samples become
    one answer, see `assignment.agreed`. topic, tags: what the video is about; nothing until `about`.
    """

    name: ClassVar[str] = "gevaden"

    reader: Reader
    net: Net
    segmenter: Segmenter
    unit: float
    latent: int
    words: Context = NO_WORDS
    seed: int = 0
    average: Average = "likelihood"
    topic: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def open(cls, folder: Path, ingredients: Ingredients) -> Self:
        """The selector of a trained model's folder.

        Raises: WeightsMissing, WeightsBroken when it holds another model; DeviceAbsent, MissingExtra;
            ValueError when another number of shots is asked for than it tells.
        """
        card, settings = read_card(folder), ingredients.settings
        if card.network != cls.name or card.use is None:
            raise WeightsBroken(
                f"{folder} holds {card.network}, not {cls.name}; train one with "
                f"`gifworthy train {cls.name}`"
            )
        _check_count(cls.name, ingredients.count)
        return cls(
            reader_of(folder, card, settings),
            load_net(folder, settings),
            SEGMENTERS[card.use.segmenter or "seconds"](),
            _unit(folder, card),
            _latent(card),
            Context.named(words=str(card.arguments.get("words") or "")),
            ingredients.seed,
        )

    @classmethod
    def load(cls, ingredients: Ingredients) -> Self:
        """The model of that name among the weights of this machine. Raises: as `open`."""
        folder = _folder(ingredients.settings, cls.name)
        try:
            return cls.open(folder, ingredients)
        except WeightsMissing:
            raise WeightsMissing(
                f"{cls.name} has no trained net in {folder}; run `gifworthy train {cls.name} --data "
                f"MANIFEST -o {folder}`, or give the folder of one with --plan"
            ) from None

    def about(self, topic: str = "", tags: tuple[str, ...] = ()) -> Self:
        """The same selector for videos of that category and those tags."""
        return replace(self, topic=topic, tags=tags)

    def select(self, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
        """Three seconds in showing order. Raises: VideoTooShort."""
        every = self.segmenter.segment(video)
        shown = np.array([any(_within(piece, segment) for segment in segments) for piece in every])
        if shown.sum() < SHOTS:
            raise VideoTooShort(
                f"{video.name} has {counted(int(shown.sum()), 'whole second')} worth showing, "
                f"{self.name} shows {SHOTS}; give a longer part of it, or a plan of one shot"
            )
        inputs = self.reader.of(video, every)
        pieces = Pieces(every, video.duration, inputs, self.topic, self.tags)
        places = np.flatnonzero(shown)
        apart = self._apart(pieces, places)
        shares = _shares(apart)
        return Storyboard(
            tuple(
                Highlight(every[places[pick]], float(shares[pick]))
                for pick in agreed(apart, self.unit, self.average)
            ),
            self.name,
        )

    def tell(self, pieces: Pieces) -> Picks:
        """(K,) of all pieces, in showing order. Raises: VideoTooShort, ValueError for nan."""
        if len(pieces.segments) < SHOTS:
            raise VideoTooShort(
                f"{counted(len(pieces.segments), 'second')} cannot be told in {SHOTS}; give longer videos"
            )
        places = np.arange(len(pieces.segments))
        return agreed(self._apart(pieces, places), self.unit, self.average)

    def imagined(self, pieces: Pieces, count: int, random: np.random.Generator) -> Floats:
        """(count, K, D) of the video's prior, in the features' own scale.

        Raises: ValueError when features are not finite; WeightsBroken when what the net says is not.
        """
        shots = np.asarray(pieces.inputs, np.float32)
        _check_finite(shots)
        told = np.asarray(self.net(shots, *self._beside(pieces, count, random)), np.float64)
        if not np.isfinite(told).all():
            raise WeightsBroken(
                f"{self.name} imagines what is no number; train it again, with a lower learning rate"
            )
        return told

    def _beside(
        self, pieces: Pieces, count: int, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], ...]:
        """(L, Z) noise, and (L, V) words where the prior sees them."""
        noise = random.standard_normal((count, self.latent)).astype(np.float32)
        if not self.words.words:
            return (noise,)
        about = self.words.about(pieces.topic, pieces.tags)
        return noise, np.tile(about, (count, 1))

    def _apart(self, pieces: Pieces, places: Picks) -> Floats:
        """(L, K, N) distances of what is imagined to the pieces at some places."""
        told = self.imagined(pieces, SAMPLES, np.random.default_rng(self.seed))
        return distances(told, np.asarray(pieces.inputs)[places])


@dataclass(frozen=True)
class ReSeq2Seq(Gevaden):
    """The retrospective encoder-decoder: it imagines three shots once, with no lots to draw."""

    name: ClassVar[str] = "reseq2seq"

    def _beside(
        self, pieces: Pieces, count: int, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], ...]:
        del pieces, count, random
        return ()


def _check_count(name: str, count: int) -> None:
    if count != SHOTS:
        raise ValueError(f"{name} tells {SHOTS} shots, not {count}; give --shots {SHOTS}")


def _check_finite(shots: NDArray[np.float32]) -> None:
    broken = int((~np.isfinite(shots).all(axis=1)).sum())
    if broken:
        raise ValueError(
            f"the features of {broken} of {len(shots)} seconds hold nan or inf; make them again"
        )


def _unit(folder: Path, card: Card) -> float:
    """The one spread by which the net divides."""
    arrays = load_arrays(file_of(folder, card, WEIGHTS).read_bytes())
    return float(arrays["standard.spread"][0])


def _latent(card: Card) -> int:
    return int(card.arguments.get("latent") or 0)


def _folder(settings: Settings, name: str) -> Path:
    return settings.weights.expanduser() / name


def _within(piece: Segment, segment: Segment) -> bool:
    return segment.start - SLACK <= piece.start and piece.end <= segment.end + SLACK


def _shares(apart_lkn: Floats) -> Floats:
    """(N,) the share of the samples whose own closest shots have each."""
    picks = closest(apart_lkn)
    return np.asarray(np.bincount(picks.ravel(), minlength=apart_lkn.shape[2]) / len(picks))
