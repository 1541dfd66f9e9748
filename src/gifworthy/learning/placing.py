"""Where exactly a GIF lies in one video, once the hashes said where it may lie.

Sixty-four bits are too coarse for a still scene in which only something small moves. Here little grey
pictures are laid over each other (the GIF may be cropped) and compared pixel by pixel: first all over
the likeliest stretches, then around the best place at the video's own frames.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf

import numpy as np

from gifworthy.decoding import Source
from gifworthy.learning.hashes import Hashes, distances, hashes
from gifworthy.learning.matching import HABIT, Fits, fit, likely_stretches, speeds_for
from gifworthy.learning.registration import (
    compared,
    cropped,
    refined,
    shown_part,
    unlikeness,
    unlikeness_beside,
)
from gifworthy.learning.strips import Strip, strip
from gifworthy.learning.tracks import RATE
from gifworthy.types import Box, Floats, Frames

FINEST = 30.0
MOST_TICKS = 900
MOST_SECONDS = 150.0
AROUND = 0.75
AS_LIKELY = 3.0
"""Bits by which a place may be worse than the best and still be looked at."""
AS_GOOD, NEARLY, LEAST = 1.05, 1.1, 0.15
"""A place is as good as the best, or nearly so, up to this factor of its unlikeness or this many grey
levels more. In real scenes that stand still the right place cost up to 5.2 % more than the best."""
PAIRS = 6
UNSETTLED = 0.5
"""Seconds of doubt from which on places that are about as good are told apart by what is left."""
STRONG_HABIT = 0.05


@dataclass(frozen=True)
class Place:
    """Where a GIF lies in one video.

    start: seconds. speed: seconds of video a second of GIF. part: of the picture. unlike: grey levels
    a pixel. bits: mean Hamming distance there. doubt: seconds to the farthest place that is as good.
    """

    start: float
    speed: float
    part: Box
    unlike: float
    bits: float
    doubt: float


@dataclass(frozen=True)
class _Film:
    """One stretch of the video. first: the second at which it begins. rate: ticks a second."""

    first: float
    strip: Strip
    rate: float

    @property
    def ticks(self) -> Floats:
        """(V,) seconds at which the GIF may start."""
        count = max(1, int((self.strip.times[-1] - self.first) * self.rate) + 1)
        return np.asarray(self.first + np.arange(count) / self.rate)


@dataclass(frozen=True)
class _Spot:
    """The best place in some stretches: in which, and how far others are as good.

    rivals: starts that are nearly as good, seconds. usual: what the GIF differs in anywhere among
    them, (36, 64); None when it was not asked.
    """

    start: float
    speed: float
    unlike: float
    doubt: float
    film: _Film
    rivals: Floats
    usual: Floats | None = None


@dataclass(frozen=True)
class Search:
    """One GIF in one video. shown: the GIF's pictures. own: their hashes."""

    source: Source
    shown: Strip
    own: Hashes

    def run(self, fits: Fits) -> Place:
        """The place. Args: fits: what each start costs, by the hashes; one of them is finite."""
        spans = self._likely(fits)
        rate = min(FINEST, max(RATE, MOST_TICKS / sum(b - a for a, b in spans)))
        films = [_Film(a, strip(self.source, a, b, rate), rate) for a, b in spans]
        start, speed = fits.best / RATE, float(fits.speeds[fits.best])
        film = next(f for (a, b), f in zip(spans, films, strict=True) if a <= start < b)
        part = shown_part(*self._pairs(film.strip, start, speed))
        spot = self._best(films, part)
        if spot.doubt > UNSETTLED:
            spot = self._settled(films, spot, part)
        return self._finely(spot if rate >= FINEST else self._closer(spot), part)

    @cached_property
    def moments(self) -> Floats:
        """(G,) seconds from the GIF's first picture."""
        return np.asarray(self.shown.times - self.shown.times[0])

    @cached_property
    def _greys(self) -> Frames:
        return compared(self.shown.greys)

    def _likely(self, fits: Fits) -> list[tuple[float, float]]:
        """The stretches in which the GIF may lie, seconds."""
        reach = np.rint(self.moments[-1] * fits.speeds * RATE)
        around, most = round(AROUND * RATE), int(MOST_SECONDS * RATE)
        found = likely_stretches(fits, reach, around, AS_LIKELY, most)
        return [(first / RATE, last / RATE) for first, last in found]

    def _settled(self, films: list[_Film], spot: _Spot, part: Box) -> _Spot:
        """The best of many places that are about as good, by what little differs between them.

        What changes alone would be misled by noise, all that differs by what palettes always add: the
        sum of both missed ten real GIFs in which little moves by 3.6 s in all, the one by 24, the other
        by 20.
        """
        usual = self._usual(films, spot.rivals, part)
        tried = [
            (float(start), float(speed), float(cost), film)
            for film in films
            for start, speed, cost in self._among(film, part, usual, spot.rivals)
        ]
        start, speed, _, film = min(tried, key=lambda one: one[2])
        return replace(spot, start=start, speed=speed, film=film, usual=usual)

    def _among(
        self, film: _Film, part: Box, usual: Floats, rivals: Floats
    ) -> Iterator[tuple[float, float, float]]:
        """Start, speed and cost of the rivals in one stretch: all that differs, and what changes."""
        plainly = self._fits(film, part, self._speeds(film.rate))
        beside = self._fits(film, part, self._speeds(film.rate), usual)
        costs = plainly.costs + beside.costs
        among = np.isin(np.rint(film.ticks * FINEST), np.rint(rivals * FINEST))
        yield from zip(film.ticks[among], beside.speeds[among], costs[among], strict=True)

    def _usual(self, films: list[_Film], rivals: Floats, part: Box) -> Floats:
        """What the GIF differs in from the video, mean over the places that are about as good."""
        pictures = []
        for film in films:
            mine = rivals[(rivals >= film.first) & (rivals <= film.strip.times[-1])]
            if len(mine):
                pictures.append(cropped(film.strip.at(mine).greys, part))
        return np.asarray(self._greys.mean(axis=0) - np.concatenate(pictures).mean(axis=0))

    def _closer(self, spot: _Spot) -> _Spot:
        """The same spot, with every picture of the video around it."""
        first = max(0.0, spot.start - AROUND)
        end = spot.start + float(self.moments[-1]) * spot.speed + AROUND
        return replace(spot, film=_Film(first, strip(self.source, first, end, FINEST), FINEST))

    def _finely(self, spot: _Spot, part: Box) -> Place:
        film, span = spot.film, float(self.moments[-1])
        part = refined(*self._pairs(film.strip, spot.start, spot.speed), part)
        near = speeds_for(span, FINEST, spot.speed * 0.9, spot.speed * 1.1)
        fits = self._fits(film, part, near, spot.usual)
        away = np.abs(film.ticks - spot.start) > AROUND
        at = int(np.argmin(np.where(away, inf, fits.costs)))
        start, speed = float(film.ticks[at]), float(fits.speeds[at])
        there = film.strip.at(start + self.moments * speed)
        bits = distances(self.own, hashes(cropped(there.greys, part))).diagonal().mean()
        return Place(start, speed, part, spot.unlike, float(bits), spot.doubt)

    def _pairs(self, film: Strip, start: float, speed: float) -> tuple[Frames, Frames]:
        """Some pictures of the GIF, and those of the film that they would be."""
        some = self.shown.thinned(PAIRS)
        there = film.at(start + (some.times - self.shown.times[0]) * speed)
        return some.greys, there.greys

    def _best(self, films: list[_Film], part: Box) -> _Spot:
        """The best place in some stretches."""
        found = [(film, self._fits(film, part, self._speeds(film.rate))) for film in films]
        film, fits = min(found, key=lambda pair: float(pair[1].costs.min()))
        start, unlike = float(film.ticks[fits.best]), float(fits.costs.min())
        starts = np.concatenate([other.ticks for other, _ in found])
        costs = np.concatenate([other.costs for _, other in found])
        good, near = (starts[costs <= max(unlike * a, unlike + LEAST)] for a in (AS_GOOD, NEARLY))
        doubt = float(np.abs(good - start).max())
        return _Spot(start, float(fits.speeds[fits.best]), unlike, doubt, film, near)

    def _speeds(self, rate: float) -> Floats:
        return speeds_for(float(self.moments[-1]), rate)

    def _fits(self, film: _Film, part: Box, speeds: Floats, usual: Floats | None = None) -> Fits:
        seen = cropped(film.strip.greys, part)
        unlike = (
            unlikeness(self._greys, seen)
            if usual is None
            else unlikeness_beside(self._greys, seen, usual)
        )
        habit = HABIT if usual is None else STRONG_HABIT
        costs = unlike[:, film.strip.places(film.ticks)]
        return fit(costs, self.moments, film.rate, speeds, habit)
