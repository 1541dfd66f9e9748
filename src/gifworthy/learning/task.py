"""What is to be learned, from what, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gifworthy.learning.manifest import Manifest
from gifworthy.learning.recipe import Recipe
from gifworthy.learning.run import SAVE_SECONDS, Precision, Progress
from gifworthy.learning.sources import Material


def _unheard(done: int, of: int, video: str) -> None:
    del done, of, video


def _unseen(progress: Progress) -> None:
    del progress


@dataclass(frozen=True)
class Task:
    """What is to be learned, from what.

    recipe: with its fields as they shall be. name: of the recipe. labels: to learn from; validation:
    to watch on, None for a part of the labels. where: how messages call the labels' file. seed: of all
    lots. steps: a limit for each net, None for none. save_seconds: what a fall may cost.
    """

    name: str
    recipe: Recipe
    labels: Manifest
    material: Material = field(default_factory=Material)
    validation: Manifest | None = None
    seed: int = 0
    steps: int | None = None
    precision: Precision = "32"
    where: str = ""
    save_seconds: float = SAVE_SECONDS


@dataclass(frozen=True)
class Telling:
    """Who is told how far it has come. reading: (done, of, video)."""

    reading: Callable[[int, int, str], None] = _unheard
    learning: Callable[[Progress], None] = _unseen


SILENCE = Telling()
