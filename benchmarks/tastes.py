"""Imagined viewers, their interests, and the videos in which they picked: features, no pixels.

A segment's vector is its subject (one of `SUBJECTS` directions), how good it is to everybody (one more
direction), and noise. A viewer with interests picks of each video the segment with the largest

    appeal * how good it is to everybody + interest * whether it is of an interest + a whim

so that history and generic appeal both tell, and neither tells all. Where in the video it lies is chance.

Shape letters: N segments, F features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.sources import segments_of

SUBJECTS, FEATURES, SEGMENTS, SECONDS = 8, 24, 24, 5.0
APPEAL, INTEREST, WHIM, NOISE = 1.0, 1.5, 0.7, 0.35


@dataclass(frozen=True)
class World:
    """What subjects look like. subjects: (S, F). appeal: (F,), at right angles to them."""

    subjects: np.ndarray
    appeal: np.ndarray

    @classmethod
    def drawn(cls, random: np.random.Generator) -> World:
        """Directions at right angles to each other, drawn by lot."""
        directions = np.linalg.qr(random.normal(size=(FEATURES, SUBJECTS + 1)))[0].T
        return cls(directions[:SUBJECTS], directions[SUBJECTS])


@dataclass(frozen=True)
class Viewer:
    """Who picked, in how many videos; the last is the target. misled: its interests are others'."""

    name: str
    videos: int
    misled: bool = False


def examples_of(
    world: World, viewers: list[Viewer], random: np.random.Generator, first: int = 0
) -> tuple[list[Example], np.ndarray]:
    """Every video of some viewers, and their vectors (M, F). first: row of the first segment."""
    found: list[Example] = []
    rows = []
    for viewer in viewers:
        count = int(random.integers(1, 4))
        interests = random.permutation(SUBJECTS)
        own, others = interests[:count], interests[count : 2 * count]
        for number in range(viewer.videos):
            is_target = number == viewer.videos - 1
            wanted = others if viewer.misled and is_target else own
            vectors, picked = _video(world, wanted, random)
            case = _case(f"{viewer.name}/{number}", viewer.name, picked)
            trial = GifJudge().trial(case)
            assert isinstance(trial, GifTrial)
            place = first + SEGMENTS * len(found)
            found.append(Example(case, segments_of(trial.spans), trial.oracle(), place, trial))
            rows.append(vectors)
    return found, np.concatenate(rows).astype(np.float32)


def _video(world: World, wanted: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, int]:
    subject = random.integers(SUBJECTS, size=SEGMENTS)
    good = random.normal(size=SEGMENTS)
    vectors = world.subjects[subject] + np.outer(good, world.appeal) * 0.5
    vectors = vectors + NOISE * random.normal(size=vectors.shape)
    worth = APPEAL * good + INTEREST * np.isin(subject, wanted)
    return vectors, int((worth + WHIM * random.normal(size=SEGMENTS)).argmax())


def _case(video: str, who: str, picked: int) -> Case:
    start = SECONDS * picked
    label = Label(
        video,
        start,
        start + SECONDS,
        1.0,
        "imagined",
        who=who,
        duration=SECONDS * SEGMENTS,
        fps=2.0,
    )
    return Case(video, "", who, (label,))


def parted(
    world: World, random: np.random.Generator, train: int, watched: int, videos: int
) -> Examples:
    """Examples to learn from: viewers of the two parts are others."""
    learners = [Viewer(f"t{n}", videos) for n in range(train)]
    watchers = [Viewer(f"v{n}", videos) for n in range(watched)]
    first, rows = examples_of(world, learners, random)
    second, more = examples_of(world, watchers, random, len(rows))
    return Examples(tuple(first), tuple(second), np.concatenate([rows, more]))
