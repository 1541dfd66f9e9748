"""A first palette, by cutting the box of colours where that takes away most variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats

BITS = 5
SIDE = 1 << BITS
Corner = tuple[int, int, int]


@dataclass(frozen=True)
class _Box:
    low: Corner
    high: Corner
    spread: float


def first_palette(
    wanted: NDArray[np.float32], weights: NDArray[np.float32], size: int
) -> NDArray[np.float32]:
    """At most `size` colours by Wu's cuts ("Efficient statistical computations for optimal color
    quantization", Graphics Gems II, 1991): the box with the most weighted variance is cut in two where
    that takes most of it away, again and again.

    Args: wanted: (N, 3). weights: (N,). Returns: (K, 3), the weighted mean of each box.
    """
    moments = _Moments(wanted, weights)
    boxes = [moments.box((0, 0, 0), (SIDE, SIDE, SIDE))]
    while len(boxes) < size:
        widest = max(range(len(boxes)), key=lambda index: boxes[index].spread)
        if boxes[widest].spread <= 0:
            break
        boxes[widest : widest + 1] = moments.halves(boxes[widest])
    sums = np.array([moments.within(box.low, box.high) for box in boxes])
    means: NDArray[np.float32] = (sums[:, 1:4] / np.maximum(sums[:, :1], 1e-12)).astype(np.float32)
    return means


class _Moments:
    """Mass, colour sums and squares of every box from the origin, so that any box is eight look-ups."""

    def __init__(self, wanted: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
        red, green, blue = (np.clip(wanted, 0, 255).astype(np.int32) >> (8 - BITS)).T
        cells = (red << 2 * BITS) | (green << BITS) | blue
        squares = np.square(wanted, dtype=np.float64).sum(1)
        parts = [np.ones(len(wanted)), *wanted.T.astype(np.float64), squares]
        counted = [np.bincount(cells, weights * part, minlength=SIDE**3) for part in parts]
        whole = np.stack(counted).reshape(5, SIDE, SIDE, SIDE)
        self.sums = np.zeros((5, SIDE + 1, SIDE + 1, SIDE + 1))
        self.sums[:, 1:, 1:, 1:] = whole.cumsum(1).cumsum(2).cumsum(3)

    def within(self, low: Corner, high: Corner) -> Floats:
        """Mass, three colour sums and squares inside a box: (5,)."""
        return np.asarray(self._slab(low, high, 0)[:, -1])

    def box(self, low: Corner, high: Corner) -> _Box:
        sums = self.within(low, high)
        spread = float(sums[4] - np.square(sums[1:4]).sum() / max(sums[0], 1e-12))
        # a single cell cannot be cut, whatever its spread
        divisible = max(b - a for a, b in zip(low, high, strict=True)) > 1
        return _Box(low, high, spread if divisible and spread > 1e-6 * sums[0] else 0.0)

    def halves(self, box: _Box) -> list[_Box]:
        """The two boxes of the best cut, or the box itself, marked as done, when no cut parts it."""
        best, axis, place = max(self._best_cut(box, axis) for axis in range(3))
        if best == -np.inf:
            return [_Box(box.low, box.high, 0.0)]
        high, low = list(box.high), list(box.low)
        high[axis] = low[axis] = place
        return [
            self.box(box.low, (high[0], high[1], high[2])),
            self.box((low[0], low[1], low[2]), box.high),
        ]

    def _best_cut(self, box: _Box, axis: int) -> tuple[float, int, int]:
        below = self._slab(box.low, box.high, axis)[:, :-1]
        above = self.within(box.low, box.high)[:, None] - below
        parted = (below[0] > 1e-9) & (above[0] > 1e-9)
        if not parted.any():
            return -np.inf, axis, 0
        explained = sum(
            np.square(side[1:4]).sum(0) / np.maximum(side[0], 1e-12) for side in (below, above)
        )
        gains = np.where(parted, explained, -np.inf)
        return float(gains.max()), axis, box.low[axis] + 1 + int(gains.argmax())

    def _slab(self, low: Corner, high: Corner, axis: int) -> Floats:
        """Sums inside the box up to each plane along an axis: (5, planes)."""
        across, down = (other for other in range(3) if other != axis)
        sums = np.moveaxis(self.sums, axis + 1, 1)[:, low[axis] : high[axis] + 1]
        (a, b), (c, d) = (low[across], high[across]), (low[down], high[down])
        plane = sums[:, :, b, d] - sums[:, :, a, d] - sums[:, :, b, c] + sums[:, :, a, c]
        return np.asarray(plane[:, 1:] - plane[:, :1])
