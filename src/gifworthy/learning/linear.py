"""Linear weights for each category, fitted in one go: what the recipes of SVMs share. Needs scikit-learn.

Shape letters: M segments of all videos, F features, P pairs, C categories.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import LabelsNotFound, MissingExtra
from gifworthy.learning.contextual import fit_standard
from gifworthy.learning.examples import Examples
from gifworthy.learning.pairs import Pairs
from gifworthy.learning.recipe import Learned, Rows
from gifworthy.types import Floats

ROUNDS, TOLERANCE = 5000, 1e-5
MOST_PAIRS = 20_000
Topics = NDArray[np.str_]


@dataclass(frozen=True)
class Standardised:
    """The features of all segments on one scale; a part of them at a time. mean, spread: (F,)."""

    examples: Examples
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, examples: Examples) -> Standardised:
        """Mean and spread of the training segments."""
        from gifworthy.models.standard import Standard

        standard = Standard(int(examples.inputs.shape[1]))
        fit_standard(standard, examples)
        return cls(examples, standard.mean.double().numpy(), standard.spread.double().numpy())

    def __getitem__(self, rows: Rows) -> Floats:
        """(B, F) of some rows."""
        found = np.asarray(self.examples.inputs[rows], np.float64)
        return np.asarray((found - self.mean) / self.spread)


def topics_of(examples: Examples) -> Topics:
    """(M,) the category of each training segment's video, "" for the others."""
    found = np.zeros(len(examples.inputs), dtype=object)
    found[:] = ""
    for example in examples.train:
        found[example.rows] = example.case.topic
    return found.astype(np.str_)


def rank_weights(
    features: Standardised, pairs: Pairs, cost: float, most: int = MOST_PAIRS
) -> Floats:
    """(F,) a linear rank SVM (Lee, Lin 2014): |w|^2 / 2 + C sum max(0, 1 - w (better - worse))^2.

    Args: most: pairs at most, drawn evenly; all differences lie in memory at once.
    Raises: LabelsNotFound without a pair, MissingExtra without scikit-learn.
    """
    if not len(pairs):
        raise LabelsNotFound(
            "no video has a chosen and an unchosen segment to learn from; give more videos or labels"
        )
    if len(pairs) > most:
        drawn = np.random.default_rng(0).choice(len(pairs), most, replace=False)
        pairs = pairs.part(np.sort(drawn))
    apart = features[pairs.better] - features[pairs.worse]
    turned = np.where(np.arange(len(apart)) % 2, 1.0, -1.0)
    return separating(apart * turned[:, None], turned, cost, offset=False)[0]


def separating(
    features_nf: Floats, classes_n: NDArray[np.generic], cost: float, offset: bool = True
) -> tuple[Floats, float]:
    """(F,) weights and offset of a linear SVM with squared hinge between two classes."""
    try:
        from sklearn.svm import LinearSVC
    except ImportError:
        raise MissingExtra("an SVM needs scikit-learn; pip install 'gifworthy[train]'") from None
    svm = LinearSVC(C=cost, fit_intercept=offset, dual=False, max_iter=ROUNDS, tol=TOLERANCE)
    svm.fit(features_nf, classes_n)
    return np.asarray(svm.coef_[0]), float(svm.intercept_[0]) if offset else 0.0


def by_topic(
    pairs: Pairs, topics_m: Topics, categories: tuple[str, ...], fit: Callable[[Pairs], Floats]
) -> Floats:
    """(C, F) a fit of each category's pairs; of all pairs where a category has none, or there is none."""
    parts = [np.flatnonzero(topics_m[pairs.better] == category) for category in categories]
    whole = fit(pairs) if not parts or not all(len(part) for part in parts) else None
    own = [fit(pairs.part(part)) if len(part) else whole for part in parts]
    return np.stack([weights for weights in own or [whole] if weights is not None])


def learned(
    weights_cf: Floats,
    features: Standardised,
    categories: tuple[str, ...],
    scorer: str,
    offsets_c: Floats | None = None,
) -> Learned:
    """The weights as a net, to be written like any other."""
    import torch

    from gifworthy.models.linear import LinearByTopic

    arguments = {"features": weights_cf.shape[1], "categories": ";".join(categories)}
    network = LinearByTopic(weights_cf.shape[1], ";".join(categories))
    network.standard.fit(torch.from_numpy(features.mean), torch.from_numpy(features.spread))
    offsets = np.zeros(len(weights_cf)) if offsets_c is None else offsets_c
    with torch.no_grad():
        network.weights.weight.copy_(torch.from_numpy(weights_cf))
        network.weights.bias.copy_(torch.from_numpy(offsets))
    example = torch.zeros(2, weights_cf.shape[1] + len(categories))
    return Learned(network.eval(), "linear", arguments, scorer, (example,), ("rows",))
