"""What the default scorer's signals say of TVSum's human importance: `python -m benchmarks tvsum_signals`.

The only pixels with human importance here are stills: 11 to 28 frames of each of ten TVSum videos
(CC-BY), in `../shared/data/tvsum/keyframes`, or `$GIFWORTHY_DATA/tvsum/keyframes`. A still does not move
and is not heard, so `motion`, which decides in the scorer, and `loudness` are not measured; what is
measured is whether the rest, alone, goes with what twenty people called important. The frames were
picked near the extremes of the importance curve, which flatters every correlation, people's too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.table import Row, markdown
from numpy.typing import NDArray
from PIL import Image

from gifworthy import measures, terms
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.manifest import Case
from gifworthy.learning.metrics.intervals import bootstrap, means
from gifworthy.learning.metrics.ranks import kendall, spearman
from gifworthy.scorers.signals import NAMES, Weights, comparable
from gifworthy.types import Floats, Frames, Scan, Segment

DATA = Path(__file__).parents[2] / "shared" / "data"
LONG_SIDE = 96
NOT_IN_STILLS = ("motion", "loudness")
MEASURED = tuple(name for name in NAMES if name not in NOT_IN_STILLS)
AROUND = 0.01
LOOKED_AT = ("tones", "saliency")
"""Shaped after a look at these very frames (docs/log.md): their figures here are not held out."""
COLUMNS = (
    "people, one against the others",
    "chance (mean of 100 draws)",
    "earlier is better",
    "whole score without motion and sound",
    "the same without tones and saliency, shaped on these frames",
    *MEASURED,
)
DRAWS = 100


@dataclass(frozen=True)
class Stills:
    """Frames of one video. times: (T,) seconds. frames: (T, H, W, 3). ratings_rt: (R, T) importance."""

    times: Floats
    frames: Frames
    ratings_rt: Floats
    duration: float


def stills(folder: Path) -> Iterator[Stills]:
    """The frames of each video that has some, beside what each rater gave their two seconds."""
    for case in DATASETS["tvsum"]().read(folder).cases:
        place = folder / "keyframes" / f"{case.video}.mp4"
        numbers = sorted(int(path.stem) for path in place.glob("*.jpg") if path.stem.isdigit())
        if numbers:
            yield _of(case, place, numbers)


def _of(case: Case, place: Path, numbers: list[int]) -> Stills:
    spans, ratings_rn = case.grid()
    times = np.array(numbers) / case.fps
    at = np.searchsorted(spans[:, 0], times, side="right") - 1
    frames = [np.asarray(Image.open(place / f"{n}.jpg").convert("RGB")) for n in numbers]
    return Stills(times, np.stack(frames), ratings_rn[:, at], case.duration)


def scan_of(some: Stills) -> Scan:
    """A scan that saw these stills and nothing between them: nothing moves in it, nothing is heard."""
    count = len(some.times)
    looks = np.array([_looks(frame) for frame in some.frames])
    nothing = np.zeros(count)
    height, width = some.frames.shape[1:3]
    size = LONG_SIDE, round(LONG_SIDE * height / width)
    small = [cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in some.frames]
    return Scan(
        bounds=Segment(0.0, some.duration),
        times=some.times,
        frames=np.stack(small).astype(np.uint8, copy=False),
        brightness=looks[:, 0],
        contrast=looks[:, 1],
        sharpness=looks[:, 2],
        colourfulness=looks[:, 3],
        change=nothing,
        motion=nothing,
        camera=nothing,
        packets=nothing,
        cuts=np.zeros(0),
        key_times=np.zeros(0),
        loudness=np.zeros(0),
        flashes=nothing,
        moving=nothing,
    )


def _looks(frame: Frames) -> tuple[float, float, float, float]:
    grey = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
    height, width = frame.shape[:2]
    size = LONG_SIDE, round(LONG_SIDE * height / width)
    small = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)
    little = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)
    brightness, contrast = measures.brightness_and_contrast(little)
    return brightness, contrast, measures.sharpness(grey), measures.colourfulness(small)


def correlations(some: Stills) -> Floats:
    """Spearman and Kendall of each column with people's mean importance: (C, 2)."""
    scan = scan_of(some)
    segments = tuple(Segment(t - AROUND, t + AROUND) for t in some.times.tolist())
    places = terms.places_of(scan, segments, np.zeros(len(scan), bool))
    values = comparable(scan, segments, places)
    kept = np.array([name in MEASURED for name in NAMES])
    unseen = kept & np.array([name not in LOOKED_AT for name in NAMES])
    weighed = values * np.array(astuple(Weights()))
    truth = some.ratings_rt.mean(axis=0)
    lots = np.random.default_rng(0)
    scores = [-some.times, weighed[:, kept].sum(axis=1), weighed[:, unseen].sum(axis=1)]
    drawn = np.mean([_both(truth, lots.random(len(truth))) for _ in range(DRAWS)], axis=0)
    rows = [_people(some.ratings_rt), drawn, *(_both(truth, own) for own in scores)]
    return np.array([*rows, *(_both(truth, column) for column in values[:, kept].T)])


def _people(ratings_rt: Floats) -> tuple[float, float]:
    """Each rater against the mean of the others, averaged: the ceiling."""
    total, count = ratings_rt.sum(axis=0), len(ratings_rt)
    alone = [_both((total - own) / (count - 1), own) for own in ratings_rt]
    return float(np.mean([pair[0] for pair in alone])), float(np.mean([pair[1] for pair in alone]))


def _both(truth: NDArray[np.float64], scores: NDArray[np.float64]) -> tuple[float, float]:
    return spearman(truth, scores), kendall(truth, scores)


def main() -> None:
    folder = Path(os.environ.get("GIFWORTHY_DATA", DATA)) / "tvsum"
    if not (folder / "keyframes").is_dir():
        print(f"tvsum_signals: skipped, {folder / 'keyframes'} is not here")
        return
    films = list(stills(folder))
    values_vck = np.array([correlations(film) for film in films])
    weights = dict(zip(NAMES, astuple(Weights()), strict=True))
    rows = []
    for column, name in enumerate(COLUMNS):
        figures = [_told(values_vck[:, column, k]) for k in (0, 1)]
        against = f"weight {weights[name]:g}" if name in weights else ""
        rows.append(Row(name, against, " / ".join(figures)))
    count = sum(len(film.times) for film in films)
    title = (
        f"Signals and TVSum's importance: {count} stills of {len(films)} videos, Spearman / Kendall"
    )
    print(markdown(title, "python -m benchmarks tvsum_signals", rows))
    print(f"not in stills, so not measured: {', '.join(NOT_IN_STILLS)}")


def _told(values: Floats) -> str:
    """Mean over videos and its 95 % bootstrap interval."""
    table = values[:, None]
    low, high = bootstrap(table, np.random.default_rng(0))
    return f"{means(table)[0]:+.2f} ({low[0]:+.2f} to {high[0]:+.2f})"


if __name__ == "__main__":
    main()
