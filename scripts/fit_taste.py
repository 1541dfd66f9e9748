"""Choose the two constants of `personal.Taste` on drawn films: how much taste weighs, and when it is trusted.

    python scripts/fit_taste.py [FILMS]

The kinds of happening are `benchmarks.happenings.CHOSEN_ON`; `python -m benchmarks planted_viewers` proves
the constants on others. Of each film there are four viewers, whose one past choice, in another film, shows
one of the kinds: the first segment must show it too. And four strangers, whose past choice is of the other
set of kinds with other seeds: nothing in the film is like it, so everybody's first segment should stay.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from benchmarks.happenings import CHOSEN_ON, PROVED_ON, SECONDS, Film, film

from gifworthy.features import Features
from gifworthy.personal import surplus
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import PLANS
from gifworthy.settings import Settings
from gifworthy.taste import evened, likeness
from gifworthy.types import Floats, Segment
from gifworthy.video import open_video

FILMS, FIRST_SEED, STRANGE_SEED = 24, 1000, 50_000
LONG = 4
"""How often each kind happens in every second film."""
WEIGHTS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
CHANCES, CERTAINTIES = (0.0, 0.1, 0.2, 0.3, 0.4), (0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
SHOWN = 40


@dataclass(frozen=True)
class Asked:
    """One viewer before one film. general: (N,) everybody's scores, evened. closest: (N,) cosines.

    right: (N,) which segments are as the viewer wants; of a stranger, everybody's first alone.
    """

    general: Floats
    closest: Floats
    right: np.ndarray
    stranger: bool


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILMS
    with tempfile.TemporaryDirectory() as folder:
        asked = [one for n in range(count) for one in viewers(Path(folder), n)]
    known = [one for one in asked if not one.stranger]
    strange = [one for one in asked if one.stranger]
    for name, some in (("viewers", known), ("strangers", strange)):
        largest = np.array([surplus(one.closest) for one in some])
        marks = np.percentile(largest, [5, 25, 50, 75, 95]).round(2).tolist()
        print(f"largest surplus, {len(some)} {name}: 5, 25, 50, 75, 95 of 100: {marks}")
    tried = [
        Tried(100 * share(known, *constants), 100 * share(strange, *constants), constants)
        for constants in product(WEIGHTS, CHANCES, CERTAINTIES)
        if constants[1] < constants[2]
    ]
    print("| taste | chance | sure | viewers right | strangers left alone |\n|---|---|---|---|---|")
    for row in sorted(tried, key=lambda row: (-row.right - row.alone, row.constants))[:SHOWN]:
        print(
            f"| {' | '.join(f'{x:g}' for x in row.constants)} | {row.right:.1f} | {row.alone:.1f} |"
        )


@dataclass(frozen=True)
class Tried:
    """Taste, chance and sure; of 100 viewers and strangers, how many got what they should."""

    right: float
    alone: float
    constants: tuple[float, float, float]


def share(asked: list[Asked], taste: float, chance: float, sure: float) -> float:
    """Of the viewers, whose first segment is right."""
    return float(np.mean([one.right[_first(one, taste, chance, sure)] for one in asked]))


def _first(one: Asked, taste: float, chance: float, sure: float) -> int:
    trust = float(np.clip((surplus(one.closest) - chance) / (sure - chance), 0.0, 1.0))
    return int((one.general + taste * trust * evened(one.closest)).argmax())


def viewers(folder: Path, number: int) -> Iterator[Asked]:
    settings = Settings(cache=folder / "cache")
    seeds = FIRST_SEED + 2 * number, FIRST_SEED + 2 * number + 1, STRANGE_SEED + number
    kinds = CHOSEN_ON, CHOSEN_ON, PROVED_ON
    times = LONG if number % 2 else 1, 1, 1
    final, past, strange = (
        film(folder / f"{seed}.mp4", own, seed, count)
        for seed, own, count in zip(seeds, kinds, times, strict=True)
    )
    maker, features = CoverMaker.load(PLANS["signals"], settings), Features.load("pixels", settings)
    with maker.open(final.path) as video:
        segments = maker._showable(video)
        general = evened(maker._scorer().score(video, segments).values)
        vectors = features.of(video, segments)
    shown = np.array([final.kind_at(segment.middle) for segment in segments])
    for source, own in ((past, CHOSEN_ON), (strange, PROVED_ON)):
        for kind in own:
            closest = likeness(vectors, _seen(source, kind.name, features)).max(axis=1)
            first = np.arange(len(segments)) == general.argmax()
            is_strange = source is strange
            yield Asked(general, closest, first if is_strange else shown == kind.name, is_strange)


def _seen(source: Film, kind: str, features: Features) -> Floats:
    start = source.start_of(kind)
    with open_video(source.path) as video:
        return features.of(video, [Segment(start, min(start + SECONDS, video.duration))])


if __name__ == "__main__":
    main()
