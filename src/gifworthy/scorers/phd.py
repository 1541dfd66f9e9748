"""PHD-GIFs: ranks for one viewer; the viewer's history is an input, not a model.

Shape letters: N segments, H choices, F features, C numbers beside a segment, K distances.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import ClassVar, Self, cast

import numpy as np
from safetensors.numpy import load as load_arrays

from gifworthy.checkpoints import CARD, WEIGHTS, Card, file_of, read_card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.features import Features
from gifworthy.habits import NOBODY, habit_numbers, habit_table
from gifworthy.nets import Net, load_net
from gifworthy.personal import Taste, spans_of
from gifworthy.protocols import Pieces
from gifworthy.readers import Reader, reader_of
from gifworthy.reading import NOTHING, Reading
from gifworthy.scorers import SCORERS
from gifworthy.settings import Settings
from gifworthy.taste import (
    Aggregation,
    Joining,
    Representation,
    directed,
    distances,
    evened,
    rank_svm,
)
from gifworthy.types import Floats, History, Reason, Scores, Segment
from gifworthy.video import Video

FOLDER = "phd"
TERMS = ("segment and history", "nearest choices", "habit")
RESIDUAL_COST = 0.01

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scale:
    """What brings features to one scale. mean, spread: (F,)."""

    mean: Floats
    spread: Floats

    def of(self, features: Floats) -> Floats:
        """(..., F) the same, on that scale."""
        return np.asarray((features - self.mean) / self.spread)


@dataclass(frozen=True)
class Phd:
    """PHD-CA + SVM-D + habits, late-fused.

    reading: what `reader` reads. shares: (2,) of SVM-D and of habits, found on validation. history:
    whose taste it is.
    """

    reader: Reader
    reading: Reading
    net: Net
    scale: Scale
    joining: Joining
    shares: Floats
    history: History = NOBODY
    terms: ClassVar[tuple[str, ...]] = TERMS

    @classmethod
    def open(cls, folder: Path, settings: Settings) -> Self:
        """The scorer of a trained model's folder, for nobody in particular.

        Raises: WeightsMissing, WeightsBroken when it holds another model; DeviceAbsent, MissingExtra.
        """
        card = read_card(folder)
        if card.network != "phd":
            raise WeightsBroken(
                f"{folder} holds {card.network}, not phd; give a folder that phd wrote"
            )
        arrays = load_arrays(file_of(folder, card, WEIGHTS).read_bytes())
        scale = Scale(*(arrays[f"standard.{name}"].astype(float) for name in ("mean", "spread")))
        return cls(
            reader_of(folder, card, settings),
            card.use.reading if card.use else NOTHING,
            load_net(folder, settings),
            scale,
            _joining(card),
            arrays["shares"].astype(float),
        )

    @classmethod
    def load(cls, settings: Settings) -> Self | Taste:
        """The model of that name among the weights of this machine; where there is none, a taste that needs
        no training: `signals` for everybody, beside how alike `pixels` sees the segments and a history.

        Raises: as `open` when there is one.
        """
        folder = settings.weights.expanduser() / FOLDER
        if (folder / CARD).exists():
            return cls.open(folder, settings)
        _say_untrained(folder)
        return Taste(SCORERS["signals"].load(settings), Features.load("pixels", settings))

    def for_viewer(self, history: History) -> Self:
        """The same, bound to what one viewer chose before: (H, F) features of the model's own backbone."""
        size, given = len(self.scale.mean), history.features.shape[1]
        if history.features.size and given != size:
            raise ValueError(
                f"the history's features have {given} numbers, the model reads {size}; read the history "
                f"with the backbone that the model was trained on"
            )
        return replace(self, history=history)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is likelier to be picked by this viewer; without a history, by people."""
        return self.look(video, segments)(self.history)

    def look(self, video: Video, segments: tuple[Segment, ...]) -> Callable[[History], Scores]:
        """Read the segments once, for any number of viewers."""
        pieces = Pieces(segments, video.duration, self.reader.of(video, segments))
        return lambda history: self.for_viewer(history)._scores(pieces)

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) the same for pieces that were read before."""
        return np.asarray(self.parts(pieces).sum(axis=1))

    def parts(self, pieces: Pieces) -> Floats:
        """(N, terms) what each part adds."""
        habits = habits_of(pieces, self.history)
        return fused_parts(self._answers(self._seen(pieces)), habits, self.shares)

    def _scores(self, pieces: Pieces) -> Scores:
        parts = self.parts(pieces)
        reasons = tuple(
            tuple(Reason(name, float(value)) for name, value in zip(self.terms, row, strict=True))
            for row in parts
        )
        return Scores(pieces.segments, parts.sum(axis=1), reasons=reasons)

    def _seen(self, pieces: Pieces) -> Floats:
        """(N, F) on one scale."""
        return self.scale.of(np.asarray(pieces.inputs, np.float64))

    @property
    def _chosen(self) -> Floats:
        """(H, F) likewise."""
        features = self.history.features
        return self.scale.of(features) if features.size else NO_CHOICE

    def _answers(self, segments_nf: Floats) -> Floats:
        """(N, 2) PHD-CA and SVM-D of segments, this viewer's history beside them."""
        return self._asked(segments_nf, self._chosen)

    def _asked(self, segments_nf: Floats, history_hf: Floats) -> Floats:
        return self.net(viewer_rows(segments_nf, history_hf, self.joining)).astype(np.float64)


@cache
def _say_untrained(folder: Path) -> None:
    """Once is enough."""
    log.warning(
        "%s holds no phd model, so a taste without training is used; `gifworthy train phd` makes one",
        folder,
    )


class _Alone(Phd):
    """One part of a model that phd wrote."""

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """Of the model `phd` among the weights of this machine. Raises: as `open`."""
        folder = settings.weights.expanduser() / FOLDER
        try:
            return cls.open(folder, settings)
        except WeightsMissing:
            raise WeightsMissing(
                f"{folder} holds no phd model; train one with `gifworthy train phd --data ... -o {folder}`"
            ) from None


class PhdCa(_Alone):
    """PHD-CA alone: the net on segment and history."""

    terms = TERMS[:1]

    def parts(self, pieces: Pieces) -> Floats:
        """(N, 1)."""
        return evened(self._answers(self._seen(pieces))[:, 0])[:, None]


class SvmD(_Alone):
    """SVM-D alone: a rank SVM on the distances to the nearest choices; all alike without a history."""

    terms = TERMS[1:2]

    def parts(self, pieces: Pieces) -> Floats:
        """(N, 1)."""
        return evened(self._answers(self._seen(pieces))[:, 1])[:, None]


class Residual(_Alone):
    """PHD-GIFs' residual model: a small rank SVM of this viewer alone, over the generic score.

    It reads a segment and its generic score, PHD-CA's without a history. It learns from each choice of the
    viewer beside `passed_over` segments of the same video that the viewer did not choose; where none of the
    videos could be looked at, what is left is the generic score.
    """

    terms = ("everybody", "residual")
    passed_over = 4

    def parts(self, pieces: Pieces) -> Floats:
        """(N, 2)."""
        seen = self._with_generic(self._seen(pieces))
        own, generic = seen[:, :-1] @ self._weights[:-1], seen[:, -1] * self._weights[-1]
        return np.stack([generic, own], axis=1)

    @cached_property
    def _weights(self) -> Floats:
        """(F + 1,)."""
        if not self.history.passed.size:
            return np.append(np.zeros(len(self.scale.mean)), 1.0)
        better = self._with_generic(self._chosen)[self.history.beside]
        worse = self._with_generic(self.scale.of(self.history.passed))
        return rank_svm(better - worse, RESIDUAL_COST)

    def _with_generic(self, segments_nf: Floats) -> Floats:
        """(N, F + 1)."""
        return np.column_stack([segments_nf, self._asked(segments_nf, NO_CHOICE)[:, 0]])


NO_CHOICE = np.zeros((0, 0))


def viewer_rows(segments_nf: Floats, history_hf: Floats, joining: Joining) -> np.ndarray:
    """What the net reads: (N, F + C + K) float32."""
    parts = [
        directed(segments_nf),
        joining.beside(segments_nf, history_hf),
        distances(segments_nf, history_hf, joining.nearest),
    ]
    return np.concatenate(parts, axis=1).astype(np.float32)


def habits_of(pieces: Pieces, history: History) -> Floats:
    """(N,) how much likelier this viewer picks at each place than people do."""
    table = habit_table()
    numbers = habit_numbers(spans_of(pieces.segments), pieces.duration, history, table)
    return np.asarray(numbers @ table.weights[-numbers.shape[1] :])


def fused_parts(answers_n2: Floats, habits_n: Floats, shares: Floats) -> Floats:
    """Late fusion: (N, 3) PHD-CA and SVM-D, each evened out over the video, and habits, times the shares.

    Habits are logarithms of chances already, small where the history is short; they stay as they are.
    """
    aware, near = (evened(answers_n2[:, column]) for column in (0, 1))
    return np.stack([aware, shares[0] * near, shares[1] * habits_n], axis=1)


def _joining(card: Card) -> Joining:
    plain, given = Joining(), card.arguments
    return Joining(
        cast(Aggregation, given.get("aggregation", plain.aggregation)),
        cast(Representation, given.get("representation", plain.representation)),
        int(given.get("nearest") or plain.nearest),
    )
