"""The colours of some pictures, and the nearest of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.encoders.gif.variance_cuts import first_palette
from gifworthy.types import Floats

Colours = NDArray[np.float32]
Indexes = NDArray[np.uint8]

BITS = 6
"""Bits a channel of the cells in which colours are counted and looked up."""
AT_ONCE = 1024
"""Points compared at once: their distances stay in the processor's cache."""
SAMPLES = 200_000
STRETCH, SLACK = 3.0, 4.0
"""A palette is worn on while it misfits at most so many times as when it was made, and a little."""


@dataclass(frozen=True)
class Palette:
    """Colours of one or more pictures: (K, 3), whole numbers 0..255.

    misfit: mean squared distance from the colours it was made for, as visible as they were.
    """

    colours: Colours
    misfit: float = 0.0

    def __len__(self) -> int:
        return len(self.colours)

    def nearest(self, wanted: Colours) -> Indexes:
        """The nearest colour of each wanted one: (N, 3) -> (N,).

        Each cell knows its two nearest colours; the choice between them is exact.
        """
        cells = _cells(wanted)
        used = np.nonzero(np.bincount(cells, minlength=1 << 3 * BITS))[0]
        table = np.zeros((2, 1 << 3 * BITS), np.uint8)
        table[0, used], table[1, used] = _nearest_two(_centres(used), self.colours)
        first, second = table[0][cells], table[1][cells]
        closer = self.error(second, wanted) < self.error(first, wanted)
        indexes: Indexes = np.where(closer, second, first)
        return indexes

    def error(self, indexes: Indexes, wanted: Colours) -> Colours:
        """Squared distance from each wanted colour to the one given for it: (N,)."""
        return squared(self.colours[indexes] - wanted)


def palette_of(wanted: Colours, weights: Colours, size: int, before: Palette | None) -> Palette:
    """At most `size` colours with the least weighted squared error.

    A few rounds of Lloyd's algorithm (k-means) over colour cells, from the palette before where that
    nearly fits, else from Wu's variance cuts.

    Args: wanted: (N, 3). weights: (N,) above 0.
    """
    step = max(1, len(wanted) // SAMPLES)
    wanted, weights = wanted[::step], weights[::step]
    counted = _Counted.of(wanted, weights)
    colours, misfit, rounds = np.zeros((0, 3), np.float32), np.inf, 2
    if before is not None:
        colours, misfit = counted.moved(before.colours)
    if before is None or misfit > STRETCH * before.misfit + SLACK:
        colours, rounds = first_palette(wanted, weights, size), 6
    for _ in range(rounds):
        colours, misfit = counted.moved(colours)
    return Palette(np.clip(np.round(colours), 0, 255).astype(np.float32), misfit)


@dataclass(frozen=True)
class _Counted:
    """Colours, cell by cell. means: (M, 3). mass: (M,) sum of weights."""

    means: Colours
    mass: Floats

    @classmethod
    def of(cls, wanted: Colours, weights: Colours) -> _Counted:
        cells = _cells(wanted)
        mass = _totals(cells, weights)
        used = np.nonzero(mass)[0]
        sums = [_totals(cells, weights * channel)[used] for channel in wanted.T]
        means = np.stack(sums, axis=1) / mass[used, None]
        return cls(means.astype(np.float32), mass[used])

    def moved(self, colours: Colours) -> tuple[Colours, float]:
        """Each colour at the mean of what is nearest to it, and the mean squared distance before.

        A colour that nothing is near to stays.
        """
        owner, missed = _nearest(self.means, colours)
        count = len(colours)
        mass = np.bincount(owner, self.mass, count)
        sums = [np.bincount(owner, self.mass * channel, count) for channel in self.means.T]
        moved = np.stack(sums, axis=1) / np.maximum(mass, 1e-12)[:, None]
        misfit = float(np.average(missed, weights=self.mass))
        return np.where(mass[:, None] > 0, moved, colours).astype(np.float32), misfit


def _totals(cells: NDArray[np.int32], amounts: Colours) -> Floats:
    return np.asarray(np.bincount(cells, amounts, minlength=1 << 3 * BITS), np.float64)


def _cells(colours: Colours) -> NDArray[np.int32]:
    red, green, blue = (np.clip(colours, 0, 255).astype(np.int32) >> (8 - BITS)).T
    cells: NDArray[np.int32] = (red << 2 * BITS) | (green << BITS) | blue
    return cells


def _centres(cells: NDArray[np.int64]) -> Colours:
    side = (1 << BITS) - 1
    parts = np.stack([cells >> 2 * BITS, (cells >> BITS) & side, cells & side], axis=1)
    return ((parts + 0.5) * (1 << (8 - BITS)) - 0.5).astype(np.float32)


def _nearest(points: Colours, colours: Colours) -> tuple[Indexes, Colours]:
    """The nearest colour of each point, and the squared distance to it: (N, 3), (K, 3) -> twice (N,)."""
    nearest, least = np.zeros(len(points), np.uint8), np.empty(len(points), np.float32)
    for part in _parts(len(points)):
        distances = _distances(points[part], colours)
        near = distances.argmin(1)
        nearest[part], least[part] = near, distances[np.arange(len(near)), near]
    return nearest, least + squared(points)


def _nearest_two(points: Colours, colours: Colours) -> tuple[Indexes, Indexes]:
    """The nearest and the second nearest colour of each point: (N, 3), (K, 3) -> twice (N,)."""
    first, second = np.zeros(len(points), np.uint8), np.zeros(len(points), np.uint8)
    for part in _parts(len(points)):
        distances = _distances(points[part], colours)
        near = distances.argmin(1)
        distances[np.arange(len(near)), near] = np.inf
        first[part], second[part] = near, distances.argmin(1)
    return first, second


def _parts(count: int) -> Iterator[slice]:
    return (slice(begin, begin + AT_ONCE) for begin in range(0, count, AT_ONCE))


def _distances(points: Colours, colours: Colours) -> Colours:
    """Squared distances up to a term that depends on the point alone: (N, 3), (K, 3) -> (N, K).

    One product of homogeneous coordinates, (x, 1) . (-2c, |c|^2), and OpenCV's, which stays on its
    thread: a BLAS that wakes others for so thin a product takes many times as long.
    """
    homogeneous = np.column_stack([points, np.ones(len(points), np.float32)])
    folded = np.column_stack([-2 * colours, np.square(colours).sum(1)])
    nothing = np.zeros((len(points), len(colours)), np.float32)
    return np.asarray(cv2.gemm(homogeneous, folded, 1, nothing, 0, flags=cv2.GEMM_2_T), np.float32)


def squared(differences: Colours) -> Colours:
    """Squared length of each row: (N, 3) -> (N,)."""
    return np.asarray(np.einsum("nc,nc->n", differences, differences), np.float32)
