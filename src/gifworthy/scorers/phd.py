"""PHD-GIFs: ranks for one viewer; the viewer's history is an input, not a model.

Shape letters: N segments, H choices, F features, C numbers beside a segment, K distances.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self, cast

import numpy as np
from safetensors.numpy import load as load_arrays

from gifworthy.checkpoints import WEIGHTS, Card, file_of, read_card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.habits import NOBODY, habit_numbers, habit_table
from gifworthy.nets import Net, load_net
from gifworthy.protocols import Pieces
from gifworthy.readers import Reader, reader_of
from gifworthy.reading import NOTHING, Reading
from gifworthy.settings import Settings
from gifworthy.taste import Aggregation, Joining, Representation, directed, distances, evened
from gifworthy.types import Floats, History, Reason, Scores, Segment
from gifworthy.video import Video

TERMS = ("segment and history", "nearest choices", "habit")


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
    def load(cls, settings: Settings) -> Self:
        """The model of that name among the weights of this machine. Raises: as `open`."""
        folder = settings.weights.expanduser() / "phd"
        try:
            return cls.open(folder, settings)
        except WeightsMissing:
            raise WeightsMissing(
                f"{folder} holds no phd model; train one with `gifworthy train phd --data ... -o {folder}`, "
                f"or leave --scorer out: a viewer's taste needs no training"
            ) from None

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
        parts = self._parts(Pieces(segments, video.duration, self.reader.of(video, segments)))
        reasons = tuple(
            tuple(Reason(name, float(value)) for name, value in zip(TERMS, row, strict=True))
            for row in parts
        )
        return Scores(segments, parts.sum(axis=1), reasons=reasons)

    def rate(self, pieces: Pieces) -> Floats:
        """(N,) the same for pieces that were read before."""
        return np.asarray(self._parts(pieces).sum(axis=1))

    def _parts(self, pieces: Pieces) -> Floats:
        """(N, 3) what each part adds."""
        features = self.scale.of(np.asarray(pieces.inputs, np.float64))
        chosen = self.scale.of(self.history.features) if self.history.features.size else NO_CHOICE
        answers = self.net(viewer_rows(features, chosen, self.joining)).astype(np.float64)
        return fused_parts(answers, habits_of(pieces, self.history), self.shares)


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
    spans = np.array([(segment.start, segment.end) for segment in pieces.segments])
    table = habit_table()
    numbers = habit_numbers(spans, pieces.duration, history, table)
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
