"""From published names of weights to ours.

Every published file names the same arrays in its own way. A network lists the layouts it was
published in; each is a few substitutions. A file fits when, renamed, it has exactly the names and
shapes of the network: nothing missing, nothing left over.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

import torch
from torch import Tensor, nn

Weights = Mapping[str, Tensor]
COUNTER = "num_batches_tracked"


@dataclass(frozen=True)
class Layout:
    """How a published file names the weights of a network.

    rules: (pattern, replacement), applied to every name one after another.
    transposed: dense matrices are stored as (inputs, outputs), as Theano does.
    """

    name: str
    rules: tuple[tuple[str, str], ...]
    transposed: bool = False

    def renamed(self, weights: Weights) -> dict[str, Tensor]:
        """The same arrays under our names."""
        return {self._rename(name): self._turned(array) for name, array in weights.items()}

    def _rename(self, name: str) -> str:
        name = name.removeprefix("module.")  # written by a net on several GPUs
        for pattern, replacement in self.rules:
            name = re.sub(pattern, replacement, name)
        return name

    def _turned(self, array: Tensor) -> Tensor:
        return array.T if self.transposed and array.ndim == 2 else array


Network = TypeVar("Network", bound=nn.Module, covariant=True)


class NetworkClass(Protocol[Network]):
    """A network whose weights were published: its layouts, and the parts that go with the classes."""

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """How published files name the weights."""
        ...

    @property
    def classifier(self) -> tuple[str, ...]:
        """The parts that are left out with the classes."""
        ...

    def __call__(self, *, classes: int) -> Network:
        """The network, with a head for that many classes; 0 for none."""
        ...


@dataclass(frozen=True)
class Misfit:
    """Why arrays do not make up a network, in one layout."""

    layout: Layout
    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    shapes: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many arrays are wrong."""
        return len(self.missing) + len(self.unexpected) + len(self.shapes)

    def __str__(self) -> str:
        kinds = (
            ("missing", self.missing),
            ("unknown", self.unexpected),
            ("of another shape", self.shapes),
        )
        said = [f"{len(names)} {kind} (such as {names[0]})" for kind, names in kinds if names]
        return ", ".join(said)


def fit(weights: Weights, kind: NetworkClass[Network]) -> Network | Misfit:
    """The network with these weights, whichever of its layouts they are in; or the nearest misfit."""
    misfits: list[Misfit] = []
    for layout in kind.layouts:
        network = _fit(layout.renamed(weights), kind, layout)
        if not isinstance(network, Misfit):
            return network
        misfits.append(network)
    return min(misfits, key=lambda misfit: misfit.size)


def _fit(found: dict[str, Tensor], kind: NetworkClass[Network], layout: Layout) -> Network | Misfit:
    head = found.get("head.weight")
    if head is None:
        found = {n: a for n, a in found.items() if n.split(".")[0] not in kind.classifier}
    network = on_meta(lambda: kind(classes=0 if head is None else len(head)))
    wanted = network.state_dict()
    found = _with_counters(found, wanted)
    wrong = {n for n in wanted.keys() & found.keys() if not _same(found[n], wanted[n])}
    if wrong or wanted.keys() != found.keys():
        return Misfit(
            layout,
            tuple(sorted(wanted.keys() - found.keys())),
            tuple(sorted(found.keys() - wanted.keys())),
            tuple(f"{n}: {_sizes(found[n])}, not {_sizes(wanted[n])}" for n in sorted(wrong)),
        )
    shaped = {n: found[n].reshape(wanted[n].shape).to(wanted[n].dtype) for n in wanted}
    network.load_state_dict({n: array.contiguous() for n, array in shaped.items()}, assign=True)
    network.eval()
    return network


def on_meta(build: Callable[[], Network]) -> Network:
    """A network without memory: names and shapes only."""
    with torch.device("meta"):
        return build()


def _with_counters(found: dict[str, Tensor], wanted: Weights) -> dict[str, Tensor]:
    """Old files do not count the batches that a norm has seen; nothing but training reads it."""
    absent = {n for n in wanted.keys() - found.keys() if n.endswith(COUNTER)}
    return found | {n: torch.zeros((), dtype=torch.int64) for n in absent}


def _same(found: Tensor, wanted: Tensor) -> bool:
    """Equal but for axes of length one: a 1 x 1 x 1 convolution of one cell is a dense layer."""
    return [n for n in found.shape if n > 1] == [n for n in wanted.shape if n > 1]


def _sizes(array: Tensor) -> str:
    return "x".join(map(str, array.shape)) or "a number"
