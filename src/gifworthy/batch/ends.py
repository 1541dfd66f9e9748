"""What the first and last minute of a video show, as hashes: what a channel's videos share is an intro.

A hash is 64 bits of a picture's lowest frequencies (DCT; the sign against the median, as pHash does):
the same logo, encoded anew, differs in a few bits.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats, Frames, Scan

REACH = 60.0
"""Seconds at either end in which an intro or outro is looked for."""
SIDE, LOW = 32, 8
PLAIN = 12.0
"""Contrast in grey levels below which a picture is alike any other."""
RECORD = np.dtype([("time", "<f4"), ("hash", "<u8")])
Hashes = NDArray[np.uint64]


def hashed_ends(scan: Scan, duration: float) -> bytes:
    """Hashes of the moments in the first and last minute, in order of time: `RECORD`s as bytes.

    Plain pictures are left out: a black one is like any other.
    """
    times = scan.times
    near = (times < REACH) | (times >= duration - REACH)
    telling = near & (scan.contrast >= PLAIN)
    found = np.zeros(int(telling.sum()), RECORD)
    found["time"] = times[telling]
    found["hash"] = [hash_of(frame) for frame in scan.frames[telling]]
    return found.tobytes()


def read_ends(data: bytes) -> tuple[Floats, Hashes]:
    """Seconds and hashes: (M,), (M,)."""
    found = np.frombuffer(data, RECORD)
    return found["time"].astype(np.float64), found["hash"].astype(np.uint64)


def hash_of(frame: Frames) -> int:
    """64 bits of a picture: (H, W, 3) RGB."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = cv2.dct(small)[:LOW, :LOW].ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
