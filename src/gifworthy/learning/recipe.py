"""What a recipe is: one paper's way of learning, its numbers as the fields of a frozen dataclass.

Shape letters: P items, K rows of an item, B items of a batch, N segments of a video.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.examples import Example, Examples
from gifworthy.protocols import Pieces
from gifworthy.reading import Reading
from gifworthy.types import Floats

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer
    from torch.optim.lr_scheduler import LRScheduler

    from gifworthy.learning.run import Run

Rows = NDArray[np.intp]
Plain = str | int | float | bool | None
Loss = Callable[["nn.Module", Rows, np.random.Generator], "Tensor"]
Rate = Callable[["nn.Module", Pieces], Floats]
Judging = Callable[["nn.Module", Sequence[Example]], Mapping[str, float]]


class Recipe(Protocol):
    """A frozen dataclass whose fields are the paper's numbers, and two methods.

    Fields with the usual names are checked before anything is read (`fields.check_numbers`); others are
    the business of the recipe's own `__post_init__`.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def reading(self) -> Reading:
        """What is read of each segment before training begins."""
        ...

    def learn(self, examples: Examples, run: Run) -> Learned:
        """Learn from examples; what learns by steps does so in `run.fit(course, examples)`."""
        ...


def at_least(recipe: Recipe, **least: float) -> None:
    """Refuse fields that are too small. Raises: ValueError, which names the field and its bound."""
    for name, low in least.items():
        if getattr(recipe, name) < low:
            raise ValueError(f"{name} must be at least {low}, not {getattr(recipe, name)}")


@dataclass(frozen=True)
class Course:
    """A net, what it is shown, and what it is told: everything that `Run.fit` must know.

    network: learns in place. items: (P, K), what one item of a batch is made of, as rows of
        `Examples.inputs`; a pair is (better, worse). Any row of an item tells whose video it is.
    loss: (network, rows (B, K), random) -> scalar. Lots are drawn from `random` alone, so that a
        training that goes on after a fall draws the same ones. Call the network that is handed in.
    rate: (network, pieces) -> (N,): how the net scores one video in validation, larger is better.
    optimizer: over `network.parameters()`. schedule: stepped once an epoch.
    batch: items a step. epochs: at most. patience: epochs without a better validation, 0 to go to the end.
    watch: the validation metric that says what is better: `nACC`, or one of the data set's own.
    judge: where a net gives no numbers: (network, validation examples) -> metrics by name, larger is
        better; used in place of `rate`.
    """

    network: nn.Module
    items: Rows
    loss: Loss
    optimizer: Optimizer
    rate: Rate | None = None
    schedule: LRScheduler | None = None
    batch: int = 50
    epochs: int = 25
    patience: int = 0
    watch: str = "nACC"
    judge: Judging | None = None


@dataclass(frozen=True)
class Learned:
    """What a recipe made: a net, what builds it again, and who will use it.

    network: as it is to be used; also what was fitted without steps is a net, its numbers in buffers.
    model: its name among `MODELS`. arguments: what its class was built with, keyword by keyword.
    scorer: the name, among `SCORERS`, of the class whose `open` makes a scorer of the folder.
    inputs: one tensor for each input of the net, a batch of two, to export it with. names: of the
        inputs. segmenter: which pieces it was trained on, where it wants no others.
    selector: where the net chooses instead of rating, the name, among `SELECTORS`, of who opens the
        folder; the scorer is "" then. axes: what the first axis of each input counts, where they differ.
    """

    network: nn.Module
    model: str
    arguments: Mapping[str, Plain]
    scorer: str
    inputs: tuple[Tensor, ...] = field(repr=False)
    names: tuple[str, ...] = ("input",)
    segmenter: str = ""
    selector: str = ""
    axes: tuple[str, ...] = ()
