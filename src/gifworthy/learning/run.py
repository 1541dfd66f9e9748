"""One training on one machine: its seed, its folder, its device. A recipe is handed this."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.examples import Examples
from gifworthy.learning.judging import Metric
from gifworthy.learning.recipe import Course
from gifworthy.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from gifworthy.learning.devices import Devices

Precision = Literal["32", "bf16"]
SAVE_SECONDS = 30.0


@dataclass(frozen=True)
class Progress:
    """How far a net has come. verdict: what validation said last, in words."""

    name: str
    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    verdict: str = ""
    judged: bool = False


def _silent(progress: Progress) -> None:
    del progress


@dataclass(frozen=True)
class Run:
    """What a recipe is given besides examples.

    seed: all lots come from it. folder: where the state is kept while it runs. metrics: of the data
    set's benchmark. settings: of the machine. steps: a limit for each net, None for none.
    precision: `32`, or `bf16` where it is safe. save_seconds: between two states on disk.
    """

    seed: int
    folder: Path
    metrics: tuple[Metric, ...] = ()
    settings: Settings = field(default_factory=Settings)
    steps: int | None = None
    precision: Precision = "32"
    save_seconds: float = SAVE_SECONDS
    listen: Callable[[Progress], None] = field(default=_silent, repr=False)

    @cached_property
    def devices(self) -> Devices:
        """The processors this training has, one or several. Raises: DeviceAbsent, MissingExtra."""
        from gifworthy.learning.devices import Devices

        return Devices.open(self.settings.device, self.precision)

    def number(self, *words: str | int) -> int:
        """A seed that depends on the run's own and on some words: the same words, the same seed."""
        text = "\n".join(map(str, (self.seed, *words)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])

    def random(self, *words: str | int) -> np.random.Generator:
        """A generator of its own for some words."""
        return np.random.default_rng(self.number(*words))

    def start(self, name: str = "net") -> None:
        """Seed torch for drawing the weights of a net; call it before the net is made."""
        import torch

        torch.manual_seed(self.number("weights", name))

    def tensor(self, values: NDArray[np.generic]) -> Tensor:
        """An array on the device: floats as float32, bytes and whole numbers as they are."""
        import torch

        singles = values.astype(np.float32) if values.dtype == np.float64 else values
        return torch.from_numpy(np.ascontiguousarray(singles)).to(self.devices.device)

    def fit(self, course: Course, examples: Examples, name: str = "net") -> None:
        """Train the course's network, or go on where a training of that name stopped.

        Afterwards the network, on the CPU and evaluating, holds the weights of the best validation;
        without validation videos, the last.

        Raises: TrainingDiverged with the videos of the batch; OutputError when the disk is full;
            ValueError when the course cannot be run; LabelsNotFound when there is no item to learn from.
        """
        from gifworthy.learning.loop import fit

        fit(self, course, examples, name)
