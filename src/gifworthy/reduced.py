"""A scan without its pictures: what framing and the gate ask of them was measured before.

So a cover can be rendered again, in another style, without another look at the whole video.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats, Scan

GREY_STEP = 4


@dataclass(frozen=True)
class Reduced(Scan):
    """A scan whose `frames` are gone; everything else is as it was.

    sums: (T, P) red, green and blue of every fourth pixel across and down, added up, 0..765.
    words: (F,) names of flaws. marks: (F, T) whether that moment has that flaw; see `flaws.py`.
    """

    sums: NDArray[np.uint16] = field(default_factory=lambda: np.zeros((0, 0), np.uint16))
    words: tuple[str, ...] = ()
    marks: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), np.bool_))

    def __len__(self) -> int:
        return len(self.times)


def greys(scan: Scan) -> Floats:
    """(T, P) small grey pictures of the moments of a scan, 0..255."""
    sums = scan.sums if isinstance(scan, Reduced) else sums_of(scan)
    return np.asarray(sums / 3.0)


def sums_of(scan: Scan) -> NDArray[np.uint16]:
    """(T, P) what `Reduced` keeps of the pictures."""
    few = scan.frames[:, ::GREY_STEP, ::GREY_STEP]
    return np.asarray(few.sum(-1, dtype=np.uint16).reshape(len(scan), -1))
