"""The default scorer: no weights to download, no net; what one pass over the video already knows."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np

from gifworthy import terms
from gifworthy.flaws import bad_moments
from gifworthy.settings import Settings
from gifworthy.types import Floats, Reason, Scan, Scores, Segment
from gifworthy.video import Video

LEAST_MOTION = 0.25


@dataclass(frozen=True)
class Weights:
    """How much each term counts, beside the motion of the liveliest segment, which counts 1.

    Contrast, tones, colourfulness and saliency as `scripts/fit_signals.py` fits them (ridge 0.03). It
    fits none of sharpness, novelty and representativeness above 0 and cannot fit loudness and
    position: these are small by decision, so that they speak only where little moves.
    """

    motion: float = 1.0
    sharpness: float = 0.01
    contrast: float = 0.01
    tones: float = 0.05
    colourfulness: float = 0.02
    saliency: float = 0.03
    novelty: float = 0.01
    representativeness: float = 0.01
    loudness: float = 0.05
    position: float = 0.05


@dataclass(frozen=True)
class Smallest:
    """For each term that is compared with the rest of the video, the spread below which nobody sees it."""

    sharpness: float = 1.5
    contrast: float = 5.0
    tones: float = 0.2
    colourfulness: float = 5.0
    saliency: float = 0.03
    novelty: float = 0.05
    representativeness: float = 0.05
    loudness: float = 6.0


NAMES = tuple(field.name for field in fields(Weights))


@dataclass(frozen=True)
class Signals:
    """A weighted sum of terms, each made comparable inside the video.

    How much is going on (`motion`: by itself, not by the camera), how clear it is to see (`sharpness`,
    `contrast`, `tones`, `colourfulness`, `saliency`), how different from the rest and how typical of it
    (`novelty`, `representativeness`), what is heard (`loudness`), and where people tend to pick
    (`position`). `gifworthy.terms` gives each one's formula.

    Motion decides: it is divided by the liveliest segment's, or by a quarter where hardly anything
    moves, so that the twitching of a still video is not taken for life. The rest, as robust deviations
    from the median segment in -1..1, decides between segments that are about as lively.
    """

    weights: Weights = Weights()

    @classmethod
    def load(cls, settings: Settings) -> Signals:
        """The fitted weights; they come with the package."""
        del settings
        return cls()

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Larger is better; the reasons add up to the value. Focus is where things change and stand out."""
        places = terms.places_of(video.scan, segments, bad_moments(video.scan))
        added = comparable(video.scan, segments, places) * np.array(astuple(self.weights))
        reasons = tuple(
            tuple(Reason(name, float(value)) for name, value in zip(NAMES, row, strict=True))
            for row in added
        )
        return Scores(segments, added.sum(axis=1), terms.focus(video.scan, places), reasons)


def comparable(scan: Scan, segments: tuple[Segment, ...], places: terms.Places) -> Floats:
    """Every term of every segment, on scales that mean the same in every video: (N, K), order of `NAMES`."""
    smallest = Smallest()
    columns = [_beside_the_most(terms.motion(scan, places) * terms.wholeness(segments))]
    for name in NAMES[1:-1]:
        measured: Floats = getattr(terms, name)(scan, places)
        columns.append(_beside_the_rest(measured, getattr(smallest, name)))
    columns.append(terms.position(scan, places))
    return np.stack(columns, axis=1)


def _beside_the_most(values: Floats) -> Floats:
    """Share 0..1 of the largest, or of `LEAST_MOTION` when even that is smaller."""
    return np.asarray(values / max(float(values.max()), LEAST_MOTION))


def _beside_the_rest(values: Floats, smallest: float) -> Floats:
    """Robust deviation from the median, in -1..1: (x - median) / (2 max(1.48 MAD, smallest)), clipped."""
    off = values - np.median(values)
    spread = max(1.4826 * float(np.median(np.abs(off))), smallest)
    return np.asarray(np.clip(off / (2 * spread), -1, 1))
