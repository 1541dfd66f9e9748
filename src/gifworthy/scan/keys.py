"""Where to probe a video of which only the index is known, and what its index says of its cuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gifworthy.decoding import Index
from gifworthy.types import Floats, Segment

PROBE_SECONDS = 5.0
FEWEST, MOST = 24, 150
_LIVELY_SECONDS = 1.0
_EARLY_KEY = 0.95
_ADAPTIVE_SHARE = 0.1
_REORDERED = 2


def as_shown(index: Index) -> Index:
    """The index with times of showing: reordered frames are decoded some frames before they are shown.

    The first packet is shown at 0, and key frames lag alike.
    """
    return replace(index, times=index.times - index.times[0])


def probes_wanted(bounds: Segment) -> int:
    """How many probes a stretch of video is worth."""
    return int(np.clip(bounds.duration / PROBE_SECONDS, FEWEST, MOST))


def probed(index: Index, bounds: Segment, most: int) -> NDArray[np.int64]:
    """Which packets to probe: key frames, at most `most`, spread over the bounds.

    Of the key frames in each share of the time the one is taken after which most bytes follow: what
    costs an encoder many bytes changes.
    """
    keys = np.flatnonzero(index.keys & (index.times >= bounds.start) & (index.times < bounds.end))
    if len(keys) <= most:
        return keys
    share = ((index.times[keys] - bounds.start) / bounds.duration * most).astype(np.int64)
    lively = bytes_after(index, keys, _LIVELY_SECONDS)
    chosen = [keys[share == s][np.argmax(lively[share == s])] for s in np.unique(share)]
    return np.array(chosen, np.int64)


def bytes_after(index: Index, keys: NDArray[np.int64], seconds: float) -> Floats:
    """Bytes of the packets in the seconds after each key frame, without it: (K,)."""
    sums = np.concatenate([[0], np.cumsum(index.sizes)])
    ends = np.searchsorted(index.times, index.times[keys] + seconds)
    return np.asarray(sums[np.maximum(ends, keys + 1)] - sums[keys + 1], np.float64)


def read_with(index: Index, key: int, seconds: float) -> list[int]:
    """Packets that are read when a key frame and some seconds after it are."""
    last = int(np.searchsorted(index.times, index.times[key] + seconds, side="right"))
    return list(range(key, min(last + _REORDERED, len(index))))


def early_keys(index: Index) -> NDArray[np.int64]:
    """Key frames that came before they were due: most encoders set one where the picture is new.

    Empty when all come at one beat, or nearly: then they say nothing.
    """
    keys = np.flatnonzero(index.keys)
    gaps = np.diff(index.times[keys])
    if not len(gaps):
        return keys[:0]
    early = gaps < _EARLY_KEY * gaps.max()
    return keys[1:][early] if early.mean() >= _ADAPTIVE_SHARE else keys[:0]
