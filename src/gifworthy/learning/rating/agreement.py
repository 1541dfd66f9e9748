"""How far raters agree.

Shape letters: R raters, N pieces.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gifworthy.learning.consensus import agreement as krippendorff
from gifworthy.learning.rating.answers import Key
from gifworthy.learning.rating.schemes import Word
from gifworthy.types import Floats


@dataclass(frozen=True)
class Agreement:
    """Of some raters. shared: pieces that two or more have rated. same: share 0..1 of pairs of answers
    to one piece that are the same word. kappa: Cohen's, mean over pairs of raters. alpha:
    Krippendorff's for interval data. All nan where no piece was rated twice.
    """

    raters: tuple[str, ...]
    answers: int
    shared: int
    same: float
    kappa: float
    alpha: float

    def __str__(self) -> str:
        count = len(self.raters)
        people = f"{self.answers} answers by {count} {'rater' if count == 1 else 'raters'}"
        if not self.shared:
            return f"{people}; none was rated by two, so agreement is not known"
        kappa = "not defined" if math.isnan(self.kappa) else f"{self.kappa:.2f}"
        return (
            f"{people}; {self.shared} pieces rated by two or more: {100 * self.same:.0f} % say the "
            f"same, Cohen's kappa {kappa}, Krippendorff's alpha {self.alpha:.2f}"
        )


def agreement_of(given: Mapping[Key, Word]) -> Agreement:
    """How far the raters of some answers agree."""
    raters = tuple(dict.fromkeys(rater for _, _, rater in given))
    values_rn = _grid(given, raters)
    shared = int((np.isfinite(values_rn).sum(axis=0) >= 2).sum())
    pairs = list(combinations(values_rn, 2))
    kappas = [cohens_kappa(one, other) for one, other in pairs]
    known = [kappa for kappa in kappas if not math.isnan(kappa)]
    return Agreement(
        raters,
        len(given),
        shared,
        _same(pairs),
        float(np.mean(known)) if known else math.nan,
        krippendorff(values_rn) if shared else math.nan,
    )


def cohens_kappa(one_n: Floats, other_n: Floats) -> float:
    """Cohen (1960): (observed - expected) / (1 - expected) agreement of two raters on shared pieces.

    Args: one_n, other_n: (N,) what each said, nan where nothing.
    Returns: 1 all the same, 0 as by chance; nan when nothing is shared or chance alone would agree.
    """
    both = np.isfinite(one_n) & np.isfinite(other_n)
    one, other = one_n[both], other_n[both]
    if not len(one):
        return math.nan
    words = np.union1d(one, other)
    expected = sum(float((one == word).mean() * (other == word).mean()) for word in words)
    observed = float((one == other).mean())
    return (observed - expected) / (1 - expected) if expected < 1 else math.nan


def _grid(given: Mapping[Key, Word], raters: tuple[str, ...]) -> Floats:
    """What each rater said of each piece: (R, N), nan where nothing."""
    places = {place: n for n, place in enumerate(dict.fromkeys(key[:2] for key in given))}
    values = np.full((len(raters), len(places)), np.nan)
    for (video, start, rater), word in given.items():
        values[raters.index(rater), places[video, start]] = word.value
    return values


def _same(pairs: list[tuple[Floats, Floats]]) -> float:
    both = [(a[m], b[m]) for a, b in pairs if (m := np.isfinite(a) & np.isfinite(b)).any()]
    if not both:
        return math.nan
    return float(np.mean(np.concatenate([a == b for a, b in both])))
