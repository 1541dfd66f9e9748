"""Intervals and evidence that hold however often one looks.

Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory and asymptotic
confidence sequences" (Annals of Statistics 52, 2024; arXiv 2103.06476): the mixture over a normal prior of
Robbins (1970), with the variance estimated. With t observations, sigma^2 their variance and a free rho,

    mean +- sigma sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(sqrt(t rho^2 + 1) / alpha)),

which in the standard error s = sigma / sqrt(t) and the progress k = t rho^2 reads

    mean +- s sqrt((1 + 1/k) log((1 + k) / alpha^2)).

A plain interval is right at one look that was fixed ahead; this one is right at all looks at once, and
narrowest, for its price, where k is `best_progress`. Everything below is in s and k, elementwise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import lambertw

from gifworthy.types import Floats


def best_progress(level: float) -> float:
    """The k at which the interval is narrowest: k = log(1 + k) - 2 log(level), by Lambert's W.

    Args: level: the error rate alpha, 0..1.
    """
    return float(-lambertw(-(level**2) / np.e, k=-1).real - 1)


def progress(done: ArrayLike, planned: float, level: float) -> Floats:
    """How far an experiment has come, as k: `best_progress` when all that was planned is done."""
    return np.asarray(best_progress(level) * np.asarray(done, np.float64) / planned)


def multiplier(k: ArrayLike, level: float) -> Floats:
    """How many standard errors the interval reaches to each side, where a fixed look has 1.96."""
    k = np.asarray(k, np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.sqrt((1 + 1 / k) * np.log((1 + k) / level**2)))


def evidence(z: ArrayLike, k: ArrayLike) -> Floats:
    """The e-value against "no difference": exp(z^2 k / (2 (1 + k))) / sqrt(1 + k).

    Under "no difference" the chance that it ever reaches 1/alpha is at most alpha; it does so just when
    the interval of that level leaves out 0. Large ones are cut off at e^700.
    """
    z, k = np.asarray(z, np.float64), np.asarray(k, np.float64)
    return np.asarray(np.exp(np.minimum(z**2 * k / (2 * (1 + k)) - np.log1p(k) / 2, 700.0)))


def false_discoveries_bounded(
    evidences: Floats, level: float
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of many hypotheses to reject, so that at most `level` of the rejected are rejected falsely.

    The e-Benjamini-Hochberg procedure (Wang and Ramdas, "False discovery rate control with e-values",
    JRSS B 84, 2022): reject the i largest for the largest i with e_(i) >= N / (level i). It holds
    however the e-values depend on each other.

    Args: evidences: (N,), nan where nothing is known.
    """
    known = np.nan_to_num(np.asarray(evidences, np.float64), nan=0.0)
    ordered = np.sort(known)[::-1]
    enough = ordered * level * np.arange(1, len(known) + 1) >= len(known)
    count = int(np.flatnonzero(enough)[-1]) + 1 if enough.any() else 0
    return np.asarray(known >= ordered[count - 1]) if count else np.zeros(len(known), np.bool_)
