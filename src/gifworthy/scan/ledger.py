"""What packets and sound tell without pictures, kept in a fixed number of cells."""

from __future__ import annotations

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from gifworthy.decoding import Index
from gifworthy.types import Floats, Segment

CELLS = 8000
QUIETEST = -90.0
# What the decoder calls its samples, and what numpy does.
_NUMBERS = {"flt": "f4", "dbl": "f8", "u8": "u1", "s16": "i2", "s32": "i4", "s64": "i8"}


class Ledger:
    """Bytes of pictures, places of key frames and the power of sound along the bounds of a video.

    key_times: seconds of key frames; at most one a cell.
    """

    def __init__(self, bounds: Segment) -> None:
        self._bounds = bounds
        self._bytes = np.zeros(CELLS)
        self._power = np.zeros(CELLS)
        self._samples = np.zeros(CELLS)
        self._has_key = np.zeros(CELLS, bool)
        self.key_times: list[float] = []

    def note(self, time: float, size_bytes: int, is_key: bool) -> None:
        """Enter one packet of the picture stream."""
        cell = self._cell(time)
        if cell is None:
            return
        self._bytes[cell] += size_bytes
        if is_key and not self._has_key[cell]:
            self._has_key[cell] = True
            self.key_times.append(time)

    def note_index(self, index: Index) -> None:
        """Enter every packet that the container's index names."""
        share = (index.times - self._bounds.start) / self._bounds.duration
        inside = (share >= 0) & (share < 1)
        cells = (share[inside] * CELLS).astype(np.int64)
        self._bytes += np.bincount(cells, index.sizes[inside], minlength=CELLS)
        keys = index.keys[inside]
        _, first = np.unique(cells[keys], return_index=True)
        self.key_times += index.times[inside][keys][first].tolist()

    def hear(self, time: float, sound: AudioFrame) -> None:
        """Enter one frame of sound."""
        cell = self._cell(time)
        if cell is None:
            return
        kind = _NUMBERS[sound.format.packed.name]
        for plane in sound.planes:
            samples = _as_floats(np.frombuffer(memoryview(plane), kind))
            self._power[cell] += float(samples @ samples)
            self._samples[cell] += samples.size

    def packets(self, times: Floats) -> Floats:
        """Bytes a second between moments: (T,) for (T,)."""
        edges = self._edges(times)
        return np.diff(self._up_to(self._bytes, edges)) / np.maximum(np.diff(edges), 1e-3)

    def loudness(self, times: Floats) -> Floats:
        """Root mean square of the sound between moments, decibels below full scale; empty without sound."""
        if not self._samples.any():
            return np.zeros(0)
        edges = self._edges(times)
        power = np.diff(self._up_to(self._power, edges))
        count = np.diff(self._up_to(self._samples, edges))
        mean = np.divide(power, count, out=np.zeros_like(power), where=count > 0)
        return np.asarray(10 * np.log10(np.maximum(mean, 10 ** (QUIETEST / 10))))

    def _cell(self, time: float) -> int | None:
        share = (time - self._bounds.start) / self._bounds.duration
        return int(share * CELLS) if 0 <= share < 1 else None

    def _edges(self, times: Floats) -> Floats:
        """What belongs to a moment lies halfway around it."""
        middles = (times[1:] + times[:-1]) / 2
        return np.concatenate([[self._bounds.start], middles, [self._bounds.end]])

    def _up_to(self, cells: Floats, edges: Floats) -> Floats:
        sums = np.concatenate([[0.0], np.cumsum(cells)])
        places = (edges - self._bounds.start) / self._bounds.duration * CELLS
        return np.asarray(np.interp(places, np.arange(CELLS + 1), sums))


def _as_floats(samples: NDArray[np.float32] | NDArray[np.integer]) -> NDArray[np.float32]:
    """Samples as -1..1, whatever numbers they are."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    info = np.iinfo(samples.dtype.name)
    middle = 128 if info.min == 0 else 0
    return np.asarray((samples.astype(np.float32) - middle) / (info.max - middle), np.float32)
