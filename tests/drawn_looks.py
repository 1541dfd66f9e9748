"""Draws videos that look otherwise than their pixels say: turned, stretched, coloured, interlaced.

Each is drawn once per session; see `drawn.py` for how.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drawn import FOLDER, H264, Picture, Recipe, write

# orientation, shape, size


MATRICES = {
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
    "mirror": (-1, 0, 0, 1),
    "flip": (1, 0, 0, -1),
}
Turn = int | str


def corners(width: int = 160, height: int = 96) -> Picture:
    """Red, green, blue and white quarters: top left, top right, bottom left, bottom right."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = (230, 20, 20)
    picture[: height // 2, width // 2 :] = (20, 200, 20)
    picture[height // 2 :, : width // 2] = (20, 20, 230)
    picture[height // 2 :, width // 2 :] = (230, 230, 230)
    return picture


@cache
def turned(turn: Turn) -> Path:
    """`corners`, to be shown turned by 90, 180 or 270 degrees with the clock, mirrored, or flipped."""
    path = write(FOLDER / f"turned-{turn}.mp4", [corners()] * 5)
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    a, b, c, d = (part * 65536 for part in MATRICES[turn])
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data = path.read_bytes()
    track = data.index(b"tkhd")
    place = data.index(identity, track)
    path.write_bytes(data[:place] + matrix + data[place + 36 :])
    return path


@cache
def anamorphic() -> Path:
    """96x96 pixels, each twice as wide as high: to be shown as 192x96."""
    return write(
        FOLDER / "wide-pixels.mp4", [corners(96, 96)] * 5, Recipe(options=H264, shape=Fraction(2))
    )


LOSSLESS = Recipe("ffv1", pixels="bgr0", options={"threads": "1"})


@cache
def sized(width: int, height: int) -> Path:
    """Three frames of that many pixels, each number's own shade, without loss."""
    pictures = (np.full((height, width, 3), 60 * (number + 1), np.uint8) for number in range(3))
    return write(FOLDER / f"sized-{width}x{height}.mkv", pictures, LOSSLESS)


@cache
def changing_size() -> Path:
    """160x96 `corners` for 10 frames, then 96x160 of them turned upright, in one stream."""
    first = write(FOLDER / "changing-1.h264", [corners()] * 10)
    second = write(FOLDER / "changing-2.h264", [np.rot90(corners(), -1).copy()] * 10)
    path = FOLDER / "changing.h264"
    path.write_bytes(first.read_bytes() + second.read_bytes())
    return path


# colour


PATCHES = (
    (235, 60, 50),
    (60, 200, 70),
    (40, 70, 220),
    (128, 128, 128),
    (250, 250, 250),
    (16, 16, 16),
)
STANDARDS: dict[str, tuple[int, int, int, int]] = {
    "bt601": (6, 1, 6, 6),
    "bt709": (1, 1, 1, 1),
    "bt709-full": (1, 2, 1, 1),
    "bt2020": (9, 1, 14, 9),
}


def patches(width: int = 192, height: int = 64) -> Picture:
    """`PATCHES` side by side."""
    picture = np.zeros((height, width, 3), np.uint8)
    for number, colour in enumerate(PATCHES):
        picture[:, number * width // 6 : (number + 1) * width // 6] = colour
    return picture


@cache
def coloured(standard: str, pixels: str = "yuv444p") -> Path:
    """`PATCHES` in one of `STANDARDS`, told by tags."""
    recipe = Recipe(options={**H264, "crf": "4"}, pixels=pixels, tags=STANDARDS[standard])
    return write(FOLDER / f"coloured-{standard}-{pixels}.mp4", [patches()] * 3, recipe)


HDR_NITS = (1.0, 10.0, 50.0, 100.0, 203.0, 1000.0)


@cache
def bright(transfer: str) -> Path:
    """Grey patches of `HDR_NITS`, BT.2020, 10 bits, `pq` or `hlg`."""
    nits = np.array(HDR_NITS)
    codes = _pq(nits) if transfer == "pq" else _hlg(nits)
    row = np.repeat(np.round(codes * 65535).astype(np.uint16), 32)
    picture = np.broadcast_to(row[None, :, None], (64, len(row), 3)).copy()
    tags = (9, 1, 16 if transfer == "pq" else 18, 9)
    options = {"preset": "ultrafast", "crf": "4", "x265-params": "log-level=none:pools=1"}
    recipe = Recipe("libx265", pixels="yuv420p10le", options=options, tags=tags)
    return write(FOLDER / f"bright-{transfer}.mp4", [picture] * 3, recipe)


def _pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084, equation 5.1, written from the standard's fractions."""
    m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
    y = (nits / 10000) ** m1
    return ((c1 + c2 * y) / (1 + c3 * y)) ** m2


def _hlg(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """ARIB STD-B67's curve for grey on a screen of 1000 nits, whose own gamma is 1.2."""
    scene = (nits / 1000) ** (1 / 1.2)
    bent = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bent)


@cache
def interlaced() -> Path:
    """A white bar that runs right, 8 pixels a field, top field first: combed unless made whole."""
    recipe = Recipe(
        options={**H264, "x264-params": "tff=1:interlaced=1"}, interlaced=True, pixels="yuv420p"
    )
    return write(FOLDER / "interlaced.mp4", (_woven(number) for number in range(16)), recipe)


def _woven(number: int) -> Picture:
    picture = np.full((96, 160, 3), 20, np.uint8)
    for line in range(2):
        left = 8 * (2 * number + line) % 128
        picture[line::2, left : left + 24] = 235
    return picture
