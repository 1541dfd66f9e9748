"""How a video's segments lie to what one viewer chose before: the arithmetic of PHD-GIFs.

Everything is numpy, so that training, scoring and benchmarks read the same rows. "Close" is by the angle:
cosine distance, 0 the same direction, 1 at right angles, 2 opposite.

Shape letters: N segments, H choices of the history, F features, K nearest choices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from gifworthy.types import Floats

Aggregation = Literal["mean", "max", "nearest", "weighted", "none", "attention"]
Representation = Literal["vectors", "distances"]
AGGREGATIONS: tuple[Aggregation, ...] = get_args(Aggregation)
FAR = 1.0
"""The distance of a choice that was never made: it pads short histories, and tells nothing."""
SHARPNESS = 8.0
"""Of the weights of `weighted`: a choice 0.1 closer weighs e^0.8 as much."""
NEAREST = 20


@dataclass(frozen=True)
class Joining:
    """How a history is put beside a segment: the choices of PHD-GIFs' second table.

    aggregation: `mean` and `max` of all choices, `nearest`, the mean of the K closest to the segment,
        `weighted`, the mean of all, closer ones more, `none`, the K closest each for itself, and
        `attention`, the same, for a net that weighs them itself. representation: the vectors
        themselves beside the segment's, or only how far they are from it. nearest: K.
    """

    aggregation: Aggregation = "mean"
    representation: Representation = "vectors"
    nearest: int = NEAREST

    def __post_init__(self) -> None:
        if self.aggregation not in AGGREGATIONS:
            raise ValueError(
                f"aggregation must be one of {', '.join(AGGREGATIONS)}, not {self.aggregation!r}"
            )
        if self.nearest < 1:
            raise ValueError(f"nearest must be at least 1, not {self.nearest}")
        if self.aggregation == "attention" and self.representation == "distances":
            raise ValueError("attention mixes vectors; take representation=vectors")

    @property
    def slots(self) -> int:
        """How many vectors, or distances, stand beside a segment."""
        return self.nearest if self.aggregation in ("none", "attention") else 1

    def width(self, features: int) -> int:
        """Numbers that stand beside a segment of F features."""
        return self.slots * (features if self.representation == "vectors" else 1)

    def beside(self, segments_nf: Floats, history_hf: Floats) -> Floats:
        """What stands beside each segment: (N, slots * F), or (N, slots) distances.

        Without a history vectors are 0 and distances `FAR`.
        """
        joined_nsf = self._joined(segments_nf, history_hf)
        if self.representation == "vectors":
            return joined_nsf.reshape(len(segments_nf), -1)
        directions = np.einsum("nf,nsf->ns", directed(segments_nf), directed(joined_nsf))
        return np.asarray(1.0 - directions)

    def _joined(self, segments_nf: Floats, history_hf: Floats) -> Floats:
        count, size = segments_nf.shape
        if not len(history_hf):
            return np.zeros((count, self.slots, size))
        if self.aggregation == "mean":
            return np.broadcast_to(directed(history_hf).mean(axis=0), (count, 1, size))
        if self.aggregation == "max":
            return np.broadcast_to(directed(history_hf).max(axis=0), (count, 1, size))
        close_nh = cosines(segments_nf, history_hf)
        if self.aggregation == "weighted":
            weights = np.exp(SHARPNESS * (close_nh - close_nh.max(axis=1, keepdims=True)))
            weights /= weights.sum(axis=1, keepdims=True)
            return np.asarray((weights @ directed(history_hf))[:, None])
        nearest = np.argsort(-close_nh, axis=1, kind="stable")[:, : self.nearest]
        found = directed(history_hf)[nearest]
        if self.aggregation == "nearest":
            return np.asarray(found.mean(axis=1, keepdims=True))
        padded = np.zeros((count, self.nearest, size))
        padded[:, : found.shape[1]] = found
        return padded


def directed(vectors: Floats) -> Floats:
    """Each vector at length 1; one of length 0 as it is."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0))


def cosines(segments_nf: Floats, history_hf: Floats) -> Floats:
    """(N, H) cosine of the angle between each segment and each choice, -1..1."""
    return np.asarray(directed(segments_nf) @ directed(history_hf).T)


def distances(segments_nf: Floats, history_hf: Floats, nearest: int = NEAREST) -> Floats:
    """SVM-D's numbers: (N, K) cosine distances to the K closest choices, the closest first.

    A history shorter than K is padded with `FAR`, at the end: what is not there is no evidence.
    """
    found = np.full((len(segments_nf), nearest), FAR)
    if len(history_hf):
        close = np.sort(1.0 - cosines(segments_nf, history_hf), axis=1)[:, :nearest]
        found[:, : close.shape[1]] = close
    return found


def maximal_similarity(segments_nf: Floats, history_hf: Floats) -> Floats:
    """(N,) cosine of the closest choice; 0 without a history."""
    if not len(history_hf):
        return np.zeros(len(segments_nf))
    return np.asarray(cosines(segments_nf, history_hf).max(axis=1))


def mean_similarity(segments_nf: Floats, history_hf: Floats) -> Floats:
    """Video-MMR's relevance: (N,) mean cosine to all choices; 0 without a history."""
    if not len(history_hf):
        return np.zeros(len(segments_nf))
    return np.asarray(cosines(segments_nf, history_hf).mean(axis=1))


def evened(values_n: Floats) -> Floats:
    """The values of one video less their mean, in units of their spread; 0 where all are alike."""
    spread = float(values_n.std())
    return np.asarray((values_n - values_n.mean()) / spread if spread > 1e-9 else 0.0 * values_n)


def rank_svm(apart_pf: Floats, cost: float) -> Floats:
    """(F,) weights w of a linear rank SVM: |w|^2 / 2 + cost * sum max(0, 1 - w . (better - worse))^2.

    Its dual, |a|^2 / (4 cost) + |sum a (better - worse)|^2 / 2 - sum a with a >= 0, is solved exactly as a
    problem of least squares, which suits the few choices of one viewer: its size is that of the pairs, not of
    the features. Args: apart_pf: a row for each pair.
    """
    from scipy.optimize import nnls

    kernel = apart_pf @ apart_pf.T + np.eye(len(apart_pf)) / (2 * cost)
    lower = np.linalg.cholesky(kernel)
    duals, _ = nnls(lower.T, np.linalg.solve(lower, np.ones(len(kernel))))
    return np.asarray(apart_pf.T @ duals)


def likeness(segments_nf: Floats, history_hf: Floats) -> Floats:
    """(N, H) cosines, all features on one scale first; H at least 1."""
    both = np.concatenate([segments_nf, history_hf])
    spread = both.std(axis=0)
    scaled = (both - both.mean(axis=0)) / np.where(spread > 1e-9, spread, 1.0)
    return cosines(scaled[: len(segments_nf)], scaled[len(segments_nf) :])
