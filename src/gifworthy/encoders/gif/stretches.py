"""Each pixel's colours through time, cut into the stretches that cost least."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.encoders.gif.visibility import Weights
from gifworthy.types import Frames

LONGEST = 8
"""Frames looked ahead. 24 saves 2 % of the bytes more and takes half as long again."""
BAND = 4096
"""Pixels worked on at once: small enough to stay in the processor's cache."""

Places = NDArray[np.int32]
Colours = NDArray[np.float32]
Halves = NDArray[np.float16]


@dataclass(frozen=True)
class Packed:
    """`Changes` in little memory, until their frame is drawn: halves tell an eighth of a grey level."""

    places: Places
    colours: Halves
    weights: Halves

    def __len__(self) -> int:
        return len(self.places)

    def changes(self) -> Changes:
        """To reckon with."""
        return Changes(
            self.places, self.colours.astype(np.float32), self.weights.astype(np.float32)
        )


@dataclass(frozen=True)
class Changes:
    """The stretches that begin in one frame.

    places: (N,) pixels, counted along rows. colours: (N, 3) RGB wanted until the stretch ends.
    weights: (N,) visibility summed over the stretch.
    """

    places: Places
    colours: Colours
    weights: Weights

    def only(self, kept: NDArray[np.bool_]) -> Changes:
        """Some of them."""
        return Changes(self.places[kept], self.colours[kept], self.weights[kept])


def stretches(frames: Frames, seen: Weights, prices: Weights) -> list[Packed]:
    """Cut every pixel's time into stretches of one colour.

    The Potts functional (Mumford and Shah 1989; solved exactly along one line by dynamic programming,
    Friedrich et al. 2008): minimise sum of seen x |frame - colour|^2 + the price of each change. A
    stretch's best colour is its weighted mean, so noise is averaged away where it is not worth bytes.

    Args: frames: (T, H, W, 3). seen, prices: (T, H, W). Returns: the changes of each frame; the first
    holds every pixel.
    """
    count, area = len(frames), frames.shape[1] * frames.shape[2]
    flat = frames.reshape(count, area, 3)
    seen, prices = seen.reshape(count, area), prices.reshape(count, area)

    def band(first: int) -> list[Packed]:
        part = slice(first, first + BAND)
        return list(_Band(flat[:, part], seen[:, part]).changes(prices[:, part], first))

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        bands = [deque(changes) for changes in pool.map(band, range(0, area, BAND))]
    # what is joined is let go of at once: all the changes together are most of the memory
    return [_joined([changes.popleft() for changes in bands]) for _ in range(count)]


def _joined(parts: list[Packed]) -> Packed:
    return Packed(
        np.concatenate([part.places for part in parts]),
        np.concatenate([part.colours for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


class _Band:
    """Some pixels, with running sums over time, so that any stretch's cost is a difference of two."""

    def __init__(self, frames: Frames, seen: Weights) -> None:
        self.count, pixels, _ = frames.shape
        colours = np.empty((self.count, 3, pixels), np.float32)
        colours[:] = frames.transpose(0, 2, 1)
        self.middle = colours[self.count // 2].copy()
        colours -= self.middle  # small sums keep float32 exact enough
        colours *= seen[:, None]
        self.weight = np.zeros((self.count + 1, pixels), np.float32)
        self.colour = np.zeros((self.count + 1, 3, pixels), np.float32)
        for now in range(self.count):
            np.add(self.weight[now], seen[now], out=self.weight[now + 1])
            np.add(self.colour[now], colours[now], out=self.colour[now + 1])

    def changes(self, prices: Weights, first: int) -> Iterator[Packed]:
        """The stretches that begin in each frame; `first` is the place of the band's first pixel."""
        ends = self._ends(self._lengths(prices))
        for now, end in enumerate(ends):
            places = np.nonzero(end)[0].astype(np.int32)
            until = end[places]
            weights = self.weight[until, places] - self.weight[now, places]
            sums = self.colour[until, :, places] - self.colour[now, :, places]
            colours = sums / weights[:, None] + self.middle[:, places].T
            yield Packed(
                places + np.int32(first), colours.astype(np.float16), weights.astype(np.float16)
            )

    def _lengths(self, prices: Weights) -> NDArray[np.uint8]:
        """For each frame, how long the best last stretch is when time ends after it: (T, N).

        The sum of squares is the same however time is cut, so it is left out everywhere.
        """
        costs = np.zeros_like(prices)
        lengths = np.empty(prices.shape, np.uint8)
        for end in range(1, self.count + 1):
            begin = max(0, end - LONGEST)
            gain = self.colour[end] - self.colour[begin:end]
            gain *= gain
            gained = gain[:, 0] + gain[:, 1]
            gained += gain[:, 2]
            gained /= self.weight[end] - self.weight[begin:end]
            total = costs[begin:end] - gained
            lengths[end - 1] = end - begin - total.argmin(0)
            if end < self.count:
                np.add(total.min(0), prices[end], out=costs[end])
        return lengths

    def _ends(self, lengths: NDArray[np.uint8]) -> NDArray[np.int16]:
        """For each frame, where the stretch that begins there ends, or 0 where none begins: (T, N)."""
        ends = np.zeros(lengths.shape, np.int16)
        begin = np.full(lengths.shape[1], self.count, np.int16)
        end = begin.copy()
        for now in range(self.count - 1, -1, -1):
            new = begin > now
            end[new] = now + 1
            np.copyto(begin, now + 1 - lengths[now].astype(np.int16), where=new)
            np.copyto(ends[now], end, where=begin == now)
        return ends
