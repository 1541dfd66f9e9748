"""Imagined videos that can be told in several ways: features, no pixels.

A video shows two of five subjects whole: a start, a development and an end, at places drawn by lot, once
each. Each of the two is a right answer. Beside them lie strays, which show none of the subjects, and
collages: a start, a development and an end that show both subjects at once, half as strongly. A collage
is what the mean of the right answers looks like, and right in none.

Shape letters: N shots of a video, D feature size, G right answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.seconds import SecondJudge, SecondTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.sources import segments_of
from gifworthy.types import Floats

SUBJECTS, WHOLE, ROLES, FEATURES = 5, 2, 3, 12
STRAYS = (2, 4)
NOISE = 0.1


@dataclass(frozen=True)
class World:
    """What subjects and roles look like: (5, D) and (3, D), directions at right angles."""

    subjects: Floats
    roles: Floats

    @classmethod
    def drawn(cls, random: np.random.Generator) -> World:
        """Directions by lot."""
        directions = np.linalg.qr(random.normal(size=(FEATURES, SUBJECTS + ROLES)))[0].T
        return cls(directions[:SUBJECTS], directions[SUBJECTS:])

    def whole(self, subject: int) -> Floats:
        """(3, D) its start, development and end."""
        return np.asarray(self.subjects[subject] + self.roles)

    def stray(self, random: np.random.Generator) -> Floats:
        """(D,) a shot in some role of something that is no subject."""
        other = random.normal(size=FEATURES)
        known = np.concatenate([self.subjects, self.roles])
        other -= known.T @ (known @ other)
        return np.asarray(other / np.linalg.norm(other) + self.roles[random.integers(ROLES)])


@dataclass(frozen=True)
class Film:
    """One video. vectors: (N, D). gifs: (G, 3) the right answers. tags: words that name its subjects."""

    vectors: Floats
    gifs: np.ndarray
    tags: str


def film(world: World, random: np.random.Generator) -> Film:
    """A video of 11 or 12 seconds, in an order drawn by lot."""
    subjects = np.sort(random.permutation(SUBJECTS)[:WHOLE])
    answers = [world.whole(int(subject)) for subject in subjects]
    strays = [world.stray(random) for _ in range(random.integers(*STRAYS))]
    shots = np.concatenate([*answers, strays, np.mean(answers, axis=0)])
    order = random.permutation(len(shots))
    vectors = shots[order] + NOISE * random.normal(size=shots.shape)
    gifs = order.argsort()[: WHOLE * ROLES].reshape(WHOLE, ROLES)
    return Film(vectors, gifs, " ".join(f"subject{subject}" for subject in subjects))


def examples_of(world: World, counts: tuple[int, int], random: np.random.Generator) -> Examples:
    """So many to learn from, and to watch."""
    films = [film(world, random) for _ in range(sum(counts))]
    firsts = np.cumsum([0, *(len(made.vectors) for made in films)])
    every = [example(f"v{number}", made, int(firsts[number])) for number, made in enumerate(films)]
    inputs = np.concatenate([made.vectors for made in films]).astype(np.float32)
    return Examples(tuple(every[: counts[0]]), tuple(every[counts[0] :]), inputs)


def example(name: str, made: Film, first: int = 0) -> Example:
    """A film as a recipe is given it."""
    case = Case(name, "", "", tuple(labels_of(name, made)))
    trial = SecondJudge().trial(case)
    assert isinstance(trial, SecondTrial)
    return Example(case, segments_of(trial.spans), trial.oracle(), first, trial)


def labels_of(name: str, made: Film) -> list[Label]:
    """A label for each shot of each right answer."""
    return [
        Label(
            name,
            float(second),
            float(second) + 1,
            1.0,
            "imagined:1",
            item=f"gif {item}",
            order=order,
            duration=float(len(made.vectors)),
            tags=made.tags,
        )
        for item, seconds in enumerate(made.gifs)
        for order, second in enumerate(seconds)
    ]
