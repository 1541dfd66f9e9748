"""What the default scorer looks at, term by term: one number for each segment, no weights yet.

Each term takes a scan and, for each segment, the places (indices) of the moments that count. What is
measured eight times a second is averaged over all of them; what is costly is looked at in `LOOKS` of
them, spread evenly.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.appearance import appearance
from gifworthy.attention import spectral_residual
from gifworthy.types import Box, Floats, Frames, Scan, Segment

Places = tuple[NDArray[np.intp], ...]
Term = Callable[[Scan, Places], Floats]

LOOKS = 2
HALF_MOVING = 0.03
WHOLE_SECONDS = 2.0
ALIKE = 0.1
LOUD_SHARE = 0.9
FOCUS_SHARE = 0.1
STEPS = 8


def places_of(scan: Scan, segments: tuple[Segment, ...], flawed: NDArray[np.bool_]) -> Places:
    """The moments that count in each segment: those without a flaw, or all where each has one."""
    every = [np.arange(len(scan))[scan.inside(segment)] for segment in segments]
    good = [places[~flawed[places]] for places in every]
    return tuple(some if len(some) else all_ for some, all_ in zip(good, every, strict=True))


def motion(scan: Scan, places: Places) -> Floats:
    """How much moves by itself: m / (m + 0.03), m the mean share of the picture that does; 0..1.

    The camera's movement is taken out before. Half is reached at three hundredths of the picture,
    which is a dog that runs across it: beyond that more is livelier, but not by as much.
    """
    moving = _mean(scan.moving, places)
    return np.asarray(moving / (moving + HALF_MOVING))


def wholeness(segments: tuple[Segment, ...]) -> Floats:
    """How much of a cover a segment can fill: its seconds over 2, at most 1. A flicker is no moment."""
    return np.minimum(1.0, np.array([segment.duration for segment in segments]) / WHOLE_SECONDS)


def sharpness(scan: Scan, places: Places) -> Floats:
    """Mean slope of the sharpest tenth of the picture, grey levels a pixel."""
    return _mean(scan.sharpness, places)


def contrast(scan: Scan, places: Places) -> Floats:
    """Standard deviation of grey, 0..255."""
    return _mean(scan.contrast, places)


def colourfulness(scan: Scan, places: Places) -> Floats:
    """Spread of the colours and their distance from grey (Hasler and Suesstrunk, 2003), 0..~150."""
    return _mean(scan.colourfulness, places)


def tones(scan: Scan, places: Places) -> Floats:
    """How many tones there are: entropy of the grey histogram of 64 bins, 0..6 bits.

    The one property of stills that went with people's ratings of TVSum frames.
    """
    return _looked(scan, places, _entropy)


def saliency(scan: Scan, places: Places) -> Floats:
    """How much there is to look at: effective share 0..1 of the picture that stands out.

    Spectral residual (Hou and Zhang, 2007) as a distribution p over n places: exp(entropy of p) / n. One
    spot on a bare wall gives little, a street full of people much.
    """
    return _looked(scan, places, _outstanding)


def novelty(scan: Scan, places: Places) -> Floats:
    """How unlike the rest: distance of the segment's mean appearance from the whole video's, 0..1."""
    looks = _appearances(scan, places)
    lengths = np.array([len(own) for own in places], np.float64)
    whole = np.average(looks, axis=0, weights=lengths)
    norms = np.linalg.norm(looks, axis=1) * np.linalg.norm(whole)
    return np.asarray(1 - looks @ whole / np.maximum(norms, 1e-9))


def representativeness(scan: Scan, places: Places) -> Floats:
    """How much of the video looks like this: mass of the segment's cluster, 0..1.

    As in Hecate (Song et al., 2016), which prefers the largest cluster of shots; soft here: each
    moment of the video counts by exp(-d / 0.1), d the distance of appearances.
    """
    looks = _appearances(scan, places)
    units = looks / np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-9)
    lengths = np.array([len(own) for own in places], np.float64)
    alike = np.exp(-(1 - np.clip(units @ units.T, 0, 1)) / ALIKE)
    return np.asarray(alike @ lengths / lengths.sum())


def loudness(scan: Scan, places: Places) -> Floats:
    """Its loud tenth: the 90th percentile of loudness, decibels; 0 for all without sound."""
    if len(scan.loudness) != len(scan):
        return np.zeros(len(places))
    return np.array([np.quantile(scan.loudness[own], LOUD_SHARE) for own in places])


def position(scan: Scan, places: Places) -> Floats:
    """Where people tend to pick: log density over chance at the segment's middle moment.

    Read from the table of `scorers/position.py`, between the rows of the two nearest lengths.
    """
    lengths, positions, density = _position_table()
    place = np.interp(np.log(scan.bounds.end), np.log(lengths), np.arange(len(lengths)))
    low = min(int(place), len(lengths) - 2)
    row = density[low] + (place - low) * (density[low + 1] - density[low])
    middles = np.array([scan.times[own].mean() for own in places])
    return np.asarray(np.interp(middles / scan.bounds.end, positions, row))


def focus(scan: Scan, places: Places) -> tuple[Box, ...]:
    """Where to look: the box that holds the middle four fifths of what changes and stands out."""
    return tuple(_focus(scan.frames[own]) for own in places)


def _mean(signal: Floats, places: Places) -> Floats:
    return np.array([signal[own].mean() for own in places])


def _looks(own: NDArray[np.intp]) -> NDArray[np.intp]:
    spots = (np.arange(LOOKS) + 0.5) / LOOKS * len(own)
    return np.unique(own[spots.astype(np.intp)])


def _looked(scan: Scan, places: Places, measure: Callable[[Frames], float]) -> Floats:
    return np.array(
        [np.mean([measure(_grey(scan.frames[at])) for at in _looks(own)]) for own in places]
    )


def _grey(frame: Frames) -> Frames:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)


def _entropy(grey: Frames) -> float:
    counts = np.bincount(grey.ravel() >> 2, minlength=64)
    return _bits(counts / grey.size)


def _outstanding(grey: Frames) -> float:
    residual = spectral_residual(grey)
    shares = residual.ravel() / max(float(residual.sum()), 1e-12)
    return float(2 ** _bits(shares) / shares.size)


def _bits(shares: Floats) -> float:
    some = shares[shares > 0]
    return float(-(some * np.log2(some)).sum())


def _appearances(scan: Scan, places: Places) -> Floats:
    return np.array([appearance(scan.frames[_looks(own)]).mean(axis=0) for own in places])


@cache
def _position_table() -> tuple[Floats, Floats, Floats]:
    table = json.loads(files("gifworthy.data").joinpath("position.json").read_text("utf-8"))
    lengths, positions, density = (
        np.array(table[name]) for name in ("durations", "positions", "log_density")
    )
    return lengths, positions, density


def _focus(frames: Frames) -> Box:
    """Marginals of change plus saliency, cut at a tenth on either side; a few steps tell of them all."""
    stands_out = spectral_residual(_grey(frames[len(frames) // 2]))
    heat = stands_out / max(float(stands_out.sum()), 1e-12)
    starts = range(0, len(frames) - 1, max(1, (len(frames) - 1) // STEPS))
    steps = [cv2.absdiff(_grey(frames[at]), _grey(frames[at + 1])) for at in starts]
    if steps:
        changed = cv2.resize(np.mean(steps, axis=0), heat.shape[::-1], interpolation=cv2.INTER_AREA)
        above = np.maximum(changed - np.median(changed), 0)
        heat = heat + 2 * above / max(float(above.sum()), 1e-12)
    left, right = _middle_of(heat.sum(axis=0))
    top, bottom = _middle_of(heat.sum(axis=1))
    return Box(left, top, right, bottom)


def _middle_of(weights: Floats) -> tuple[float, float]:
    """Between which fractions 0..1 the middle four fifths of the weights lie."""
    edges = np.linspace(0, 1, len(weights) + 1)
    sums = np.concatenate([[0.0], np.cumsum(weights / weights.sum())])
    low, high = np.interp([FOCUS_SHARE, 1 - FOCUS_SHARE], sums, edges)
    return float(low), float(high)
