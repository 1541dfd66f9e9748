"""Rows for nets with context, made batch by batch from what was read and what is known of each video.

Shape letters: M segments of all videos, B rows of a batch, F features, C categories, V words, P position.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.pairs import popularity
from gifworthy.learning.recipe import Rows
from gifworthy.models.context import Context, positions, words_of
from gifworthy.protocols import Pieces
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import nn

    from gifworthy.learning.run import Run
    from gifworthy.models.standard import Standard

Singles = NDArray[np.float32]
AT_A_TIME = 8192


@dataclass(frozen=True)
class ContextRows:
    """What a net with context reads: the vectors, and beside them what `context` says."""

    examples: Examples
    context: Context

    @property
    def width(self) -> int:
        """F + C + V + P."""
        context = self.context
        beside = len(context.categories) + len(context.words) + context.position
        return int(self.examples.inputs.shape[1]) + beside

    def of(self, rows: Rows) -> Singles:
        """(B, F + C + V + P) of some rows of `Examples.inputs`."""
        features = np.asarray(self.examples.inputs[rows], np.float32)
        parts = [features, self._about[np.searchsorted(self._firsts, rows, side="right") - 1]]
        if self.context.position:
            parts.append(self._positions[rows])
        return np.concatenate(parts, axis=1)

    @cached_property
    def _in_order(self) -> list[Example]:
        both = self.examples.train + self.examples.validation
        return sorted(both, key=lambda example: example.first)

    @cached_property
    def _firsts(self) -> Rows:
        return np.array([example.first for example in self._in_order])

    @cached_property
    def _about(self) -> Singles:
        rows = [self.context.about(e.case.topic, e.case.tags) for e in self._in_order]
        return np.stack(rows)

    @cached_property
    def _positions(self) -> Singles:
        found = np.zeros((len(self.examples.inputs), 3), np.float32)
        for example in self._in_order:
            found[example.rows] = positions(example.segments, example.duration)
        return found


def need_vectors(examples: Examples) -> None:
    """Raises: LabelsNotFound when what was read are no vectors."""
    if examples.inputs.ndim != 2 or not examples.inputs.shape[1]:
        raise LabelsNotFound("this recipe learns from vectors; give a backbone or --features")


def categories_in(examples: Examples) -> tuple[str, ...]:
    """The categories of the training videos, sorted; a semicolon parts names, so none has one."""
    return tuple(sorted({e.case.topic.replace(";", ",") for e in examples.train} - {""}))


def vocabulary(examples: Examples, most: int) -> tuple[str, ...]:
    """The words that the tags of most training videos have, at most so many; equals by alphabet."""
    counts = Counter(w for e in examples.train for w in sorted(set(words_of(e.case.tags))))
    return tuple(word for word, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:most])


def grades(examples: Examples) -> tuple[Floats, Rows]:
    """How good each training segment is, nan elsewhere, and the number of its video: (M,) and (M,)."""
    count = len(examples.inputs)
    values, video = np.full(count, np.nan), np.full(count, -1, np.intp)
    for place, example in enumerate(examples.train):
        values[example.rows], video[example.rows] = example.values, place
    return values, video


def popularities(examples: Examples) -> Floats:
    """(M,) how popular the GIF is that covers most of each training segment, 0..1; 0 where none does."""
    found = np.zeros(len(examples.inputs))
    labels = [label for example in examples.train for label in example.case.labels]
    if not labels:
        return found
    all_popular = popularity(
        np.array([x.views for x in labels]), np.array([x.days for x in labels])
    )
    first = 0
    for example in examples.train:
        popular = all_popular[first : first + len(example.case.labels)]
        first += len(example.case.labels)
        starts = np.array([segment.start for segment in example.segments])[:, None]
        ends = np.array([segment.end for segment in example.segments])[:, None]
        spans = example.case.spans
        shared = np.minimum(spans[:, 1], ends) - np.maximum(spans[:, 0], starts)
        covering = popular[shared.argmax(axis=1)]
        found[example.rows] = np.where(shared.max(axis=1) > 0, covering, 0.0)
    return found


def fit_standard(standard: Standard, examples: Examples) -> None:
    """Mean and spread of each number over the training segments."""
    import torch

    mean, spread = _mean_and_spread(examples)
    spread[spread < 1e-6 * np.maximum(np.abs(mean), 1e-6)] = 0.0
    standard.fit(torch.from_numpy(mean), torch.from_numpy(spread))


def fit_one_scale(standard: Standard, examples: Examples) -> None:
    """Mean of each number, and one spread for all, so that what is near stays near."""
    import torch

    mean, spread = _mean_and_spread(examples)
    common = np.full_like(spread, np.sqrt((spread**2).mean()))
    standard.fit(torch.from_numpy(mean), torch.from_numpy(common))


def _mean_and_spread(examples: Examples) -> tuple[Floats, Floats]:
    """(F,) and (F,), a part of the training segments at a time."""
    rows = np.concatenate([example.rows for example in examples.train])
    total = squares = np.zeros(examples.inputs.shape[1])
    for first in range(0, len(rows), AT_A_TIME):
        part = np.asarray(examples.inputs[rows[first : first + AT_A_TIME]], np.float64)
        total, squares = total + part.sum(0), squares + (part**2).sum(0)
    mean = total / len(rows)
    return mean, np.sqrt(np.maximum(squares / len(rows) - mean**2, 0.0))


def rated(network: nn.Module, context: Context, pieces: Pieces, run: Run) -> Floats:
    """(N,) what a net with context says of one video, as its scorer will."""
    scores = network(run.tensor(context.rows(pieces)))
    return np.asarray(scores.float().cpu().numpy().reshape(len(pieces.segments)), np.float64)


def decayed(network: nn.Module, decay: float) -> list[dict[str, Any]]:
    """What an optimizer is given, so that weights and not biases are held small.

    `decay` times the squared norm of the weights is added to the loss (Video2GIF, equation 3), whose
    slope is 2 `decay` times the weights; that is what torch calls decay.
    """
    learning = [p for p in network.parameters() if p.requires_grad]
    weights, biases = [p for p in learning if p.ndim > 1], [p for p in learning if p.ndim <= 1]
    return [
        {"params": weights, "weight_decay": 2 * decay},
        {"params": biases, "weight_decay": 0.0},
    ]
