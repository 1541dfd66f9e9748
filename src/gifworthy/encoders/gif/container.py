"""The GIF file: GIF89a specification (CompuServe, 1990), the loop block of Netscape 2.0."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gifworthy.encoders.gif.palette import Palette

TRANSPARENT = 255
LOOP_FOR_EVER = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
KEEP_AND_TRANSPARENT = 0b00000101  # what was drawn stays; index 255 draws nothing
OWN_PALETTE, WHOLE_PALETTE = 0b10000111, 0b11110111
HEADER = 13


@dataclass(frozen=True)
class Picture:
    """What one frame draws: (H, W) indexes into its palette, `TRANSPARENT` where nothing changes."""

    indexes: NDArray[np.uint8]
    palette: Palette

    @property
    def changes(self) -> bool:
        """Whether anything is drawn."""
        return bool((self.indexes != TRANSPARENT).any())


def gif_file(pictures: list[tuple[Picture, int]], size: tuple[int, int]) -> bytes:
    """The file that shows pictures one over another, for ever.

    Args: pictures: each with its delay in centiseconds. size: width and height in pixels. The first
    picture's palette is the file's; another palette travels with its picture.
    """
    common = pictures[0][0].palette
    parts = [b"GIF89a", struct.pack("<HHBBB", *size, WHOLE_PALETTE, 0, 0), _table(common)]
    parts.append(LOOP_FOR_EVER)
    for picture, delay_centiseconds in pictures:
        control = struct.pack("<BHB", KEEP_AND_TRANSPARENT, delay_centiseconds, TRANSPARENT)
        parts.append(b"\x21\xf9\x04" + control + b"\x00")
        parts.append(_image(picture, picture.palette is not common))
    return b"".join([*parts, b";"])


def _image(picture: Picture, own_palette: bool) -> bytes:
    top, bottom, left, right = _changed(picture.indexes)
    cut = picture.indexes[top:bottom, left:right]
    flags = OWN_PALETTE if own_palette else 0
    place = struct.pack("<HHHHB", left, top, right - left, bottom - top, flags)
    return b"\x2c" + place + (_table(picture.palette) if own_palette else b"") + _compressed(cut)


def _changed(indexes: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of the smallest rectangle that holds every change; one pixel if none."""
    drawn = indexes != TRANSPARENT
    rows, columns = np.nonzero(drawn.any(1))[0], np.nonzero(drawn.any(0))[0]
    if not len(rows):
        return 0, 1, 0, 1
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _table(palette: Palette) -> bytes:
    table = np.zeros((256, 3), np.uint8)
    table[: len(palette)] = palette.colours
    return table.tobytes()


def _compressed(indexes: NDArray[np.uint8]) -> bytes:
    """LZW: code size, blocks and end mark, cut out of a one-picture file that Pillow writes.

    Pillow's coder is C and within half a per cent of a textbook one; its own container is not used.
    """
    image = Image.fromarray(np.ascontiguousarray(indexes))
    image.putpalette(bytes(768))
    file = BytesIO()
    image.save(file, "GIF", optimize=False, interlace=0)
    data = file.getvalue()
    at = HEADER + _table_bytes(data[10])
    while data[at] == 0x21:  # an extension: two bytes, then blocks
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    return data[at + 10 + _table_bytes(data[at + 9]) : -1]


def _table_bytes(flags: int) -> int:
    return 3 * (2 << (flags & 7)) if flags & 0x80 else 0
