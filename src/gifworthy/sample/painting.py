"""Brushes: gradients, soft-edged shapes, lettering. Pictures are (H, W, 3) uint8 RGB."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 640, 360
FINE = 4
"""Bits of a pixel that are drawn between pixels, so that nothing moves in steps."""

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float]


def gradient(top: Colour, bottom: Colour) -> Picture:
    """A sky: one colour above, another below."""
    share = np.linspace(0, 1, HEIGHT)[:, None, None]
    rows = (1 - share) * np.array(top) + share * np.array(bottom)
    return np.ascontiguousarray(np.broadcast_to(rows, (HEIGHT, WIDTH, 3)).astype(np.uint8))


def glow(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> Picture:
    """Light around a place, strongest in its middle."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    strength = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * radius**2))[..., None]
    lit = picture + (np.array(colour) - picture) * strength
    return np.asarray(lit, np.uint8)


def ground(picture: Picture, edge: NDArray[np.float64], top: Colour, bottom: Colour) -> None:
    """Everything below an edge, paler at its top.

    Args: edge: (WIDTH,) pixels from the top of the picture. top, bottom: colours at the edge and
        80 pixels below it.
    """
    first = max(0, int(edge.min()) - 1)
    if first >= HEIGHT:
        return
    rows = np.arange(first, HEIGHT, dtype=np.float32)[:, None]
    inside = np.clip(rows - edge.astype(np.float32) + 0.5, 0, 1)[..., None]
    depth = np.clip((rows - edge.astype(np.float32)) / 80, 0, 1)[..., None]
    colour = np.array(top, np.float32) * (1 - depth) + np.array(bottom, np.float32) * depth
    below = picture[first:]
    below[:] = (below + (colour - below) * inside).astype(np.uint8)


def disc(picture: Picture, x: float, y: float, radius: float, colour: Colour) -> None:
    """A filled circle."""
    cv2.circle(picture, _fine(x, y), _fine_length(radius), colour, -1, cv2.LINE_AA, FINE)


def oval(
    picture: Picture, x: float, y: float, size: tuple[float, float], colour: Colour, tilt: float = 0
) -> None:
    """A filled ellipse. Args: size: half its width and height. tilt: degrees."""
    axes = (_fine_length(size[0]), _fine_length(size[1]))
    cv2.ellipse(picture, _fine(x, y), axes, tilt, 0, 360, colour, -1, cv2.LINE_AA, FINE)


def arc(
    picture: Picture, x: float, y: float, size: tuple[float, float], colour: Colour, thick: int = 2
) -> None:
    """The lower half of an ellipse's outline: a smile."""
    axes = (_fine_length(size[0]), _fine_length(size[1]))
    cv2.ellipse(picture, _fine(x, y), axes, 0, 20, 160, colour, thick, cv2.LINE_AA, FINE)


def limb(picture: Picture, points: Sequence[Point], thick: int, colour: Colour) -> None:
    """A thick line with round ends through some points."""
    path = np.array([_fine(x, y) for x, y in points])
    cv2.polylines(picture, [path], False, colour, thick, cv2.LINE_AA, FINE)
    for x, y in points:
        disc(picture, x, y, thick / 2, colour)


def shape(picture: Picture, points: Sequence[Point], colour: Colour) -> None:
    """A filled polygon."""
    cv2.fillPoly(picture, [np.array([_fine(x, y) for x, y in points])], colour, cv2.LINE_AA, FINE)


def lettering(picture: Picture, text: str, y: float, size: int, colour: Colour) -> None:
    """A line of text, centred."""
    image = Image.fromarray(picture)
    ImageDraw.Draw(image).text((WIDTH / 2, y), text, colour, _font(size), anchor="mm")
    picture[:] = np.asarray(image)


def dimmed(picture: Picture, light: float) -> Picture:
    """The picture with less light: 1 leaves it, 0 is black."""
    return np.asarray(picture * np.float32(np.clip(light, 0, 1)), np.uint8)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _fine(x: float, y: float) -> tuple[int, int]:
    return round(x * 2**FINE), round(y * 2**FINE)


def _fine_length(length: float) -> int:
    return int(max(0, round(length * 2**FINE)))
