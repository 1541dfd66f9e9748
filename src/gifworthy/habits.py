"""Where one viewer picks, beside people in general: numbers of a place, and what a history adds to them.

Shape letters: N segments, H choices of the history, B numbers of a place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from gifworthy.types import Floats, History

TABLE = "habits.json"
SHARE_WIDTH, MOMENT_WIDTH = 0.2, 0.6
"""Of the kernels over the share of the video that has passed, and over the logarithm of seconds."""
LENGTH_WIDTH = 0.7
"""A choice from a video e^0.7 times as long or short counts 0.61 of one from a video as long."""
STUBBORN = 8.0
"""How many videos of history weigh as much as what people do in general."""
LONGEST_SHARE, LONGEST_MOMENT = 1.0, 8.0
REFERENCE = 120.0
NOBODY = History(np.zeros((0, 0)), np.zeros(0), np.zeros(0))


@dataclass(frozen=True)
class HabitTable:
    """What `scripts/fit_habits.py` learned from histories.

    weights: (B + 2,) of the numbers of a place, and of the two habits. share_density, moment_density:
    (P,) how densely people pick at even steps of share 0..1 and of `log_moment` 0..8.
    """

    weights: Floats
    share_density: Floats
    moment_density: Floats

    @classmethod
    def from_json(cls, text: str) -> HabitTable:
        """Read what the script wrote."""
        table = json.loads(text)
        names = ("weights", "share_density", "moment_density")
        return cls(*(np.array(table[name]) for name in names))


@cache
def habit_table() -> HabitTable:
    """The table that comes with the package."""
    return HabitTable.from_json(files("gifworthy.data").joinpath(TABLE).read_text("utf-8"))


def log_moment(seconds: Floats) -> Floats:
    """Seconds on a scale on which the first ones are far apart: 0 at the start, 3.0 after 96 s."""
    return np.log1p(seconds / 5.0)


def place_numbers(spans: Floats, duration: float) -> Floats:
    """What people in general go by: (N, 12). Args: spans: (N, 2) seconds. duration: of the video."""
    starts, ends = spans.T
    middles = np.minimum((starts + ends) / 2, duration)
    share = middles / duration
    passed, left = log_moment(middles), log_moment(duration - middles)
    first, last = (starts <= 0).astype(float), (ends >= duration - 1e-6).astype(float)
    length = np.log(duration / REFERENCE)
    general = [share, share**2, share**3, passed, left, first, last]
    with_length = [length * column for column in (share, share**2, passed, left, first)]
    return np.stack(general + with_length, axis=1)


def habit_numbers(spans: Floats, duration: float, history: History, table: HabitTable) -> Floats:
    """How much likelier this viewer picks at a place than people do, logarithms: (N, 2).

    Over the share of the video and over its seconds: a kernel density of the history's middles, each
    video of it counting once and by how alike its length is, shrunk towards people in general

        log((sum of kernels + STUBBORN * density) / ((videos + STUBBORN) * density))

    so that an empty history says 0 everywhere, and a short one little.
    """
    known = np.isfinite(history.positions) & np.isfinite(_lengths(history))
    if not known.any():
        return np.zeros((len(spans), 2))
    share, length = history.positions[known], _lengths(history)[known]
    counts = _weights(history, known, duration)
    middles = np.minimum(spans.mean(axis=1), duration)
    of_share = _likelier(
        _density(middles / duration, share, counts, SHARE_WIDTH, LONGEST_SHARE),
        _general(middles / duration, table.share_density, LONGEST_SHARE),
        counts.sum(),
    )
    passed = log_moment(middles)
    of_moment = _likelier(
        _density(passed, log_moment(share * length), counts, MOMENT_WIDTH),
        _general(passed, table.moment_density, LONGEST_MOMENT),
        counts.sum(),
    )
    return np.stack([of_share, of_moment], axis=1)


def _lengths(history: History) -> Floats:
    return history.lengths if len(history.lengths) else np.full(len(history), np.nan)


def _weights(history: History, known: np.ndarray, duration: float) -> Floats:
    """(H,) each video counts once, less the less alike its length is."""
    videos = history.videos[known] if len(history.videos) else np.arange(known.sum())
    _, place, counts = np.unique(videos, return_inverse=True, return_counts=True)
    unlike = np.log(_lengths(history)[known] / duration) / LENGTH_WIDTH
    return np.asarray(np.exp(-0.5 * unlike**2) / counts[place])


def _density(
    places: Floats, centres: Floats, weights: Floats, width: float, last: float | None = None
) -> Floats:
    """Weighted sum of Gaussian kernels, reflected at 0 and at `last`."""
    images = [centres, -centres] + ([] if last is None else [2 * last - centres])
    kernels = sum(np.exp(-0.5 * ((places[:, None] - image) / width) ** 2) for image in images)
    return np.asarray((kernels * weights).sum(axis=1) / width)


def _general(places: Floats, density: Floats, last: float) -> Floats:
    return np.interp(places, np.linspace(0.0, last, len(density)), density)


def _likelier(own: Floats, general: Floats, count: float) -> Floats:
    return np.asarray(np.log((own + STUBBORN * general) / ((count + STUBBORN) * general)))
