"""Calm shots: hills, sea and stars, past which the camera moves slowly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gifworthy.sample.painting import (
    HEIGHT,
    WIDTH,
    Colour,
    Picture,
    disc,
    glow,
    gradient,
    ground,
    oval,
    shape,
)

COLUMNS = np.arange(WIDTH, dtype=np.float64)


@dataclass(frozen=True)
class Ridge:
    """A row of hills. depth: 0 far, 1 near; near ones pass by faster. base: pixels from the top."""

    depth: float
    base: float
    rough: float
    top: Colour
    bottom: Colour
    seed: int

    def edge(self, moved: float) -> NDArray[np.float64]:
        """Its outline, when the camera has moved that many pixels past what is nearest."""
        place = COLUMNS + moved * self.depth + 997.0 * self.seed
        waves = [(0.006, 1.0), (0.017, 0.45), (0.041, 0.16), (0.097, 0.05)]
        height = sum(
            share * np.sin(pace * place + self.seed * turn)
            for turn, (pace, share) in enumerate(waves, start=1)
        )
        return self.base - self.rough * np.asarray(height)


DAWN_RIDGES = (
    Ridge(0.15, 190, 34, (196, 170, 190), (214, 190, 196), 3),
    Ridge(0.30, 222, 32, (150, 142, 176), (178, 166, 190), 5),
    Ridge(0.55, 258, 28, (92, 110, 140), (130, 138, 160), 8),
    Ridge(1.00, 304, 22, (38, 66, 78), (18, 40, 52), 13),
)
NIGHT_RIDGES = (
    Ridge(0.25, 262, 30, (30, 38, 74), (24, 30, 62), 4),
    Ridge(0.60, 300, 26, (16, 22, 48), (10, 14, 34), 9),
    Ridge(1.00, 332, 16, (6, 9, 22), (3, 5, 14), 15),
)


class Dawn:
    """Hills one behind the other, trees on the nearest, the sun low behind them."""

    def __init__(self) -> None:
        sky = glow(gradient((108, 138, 190), (250, 206, 170)), 430, 168, 120, (255, 226, 170))
        disc(sky, 430, 168, 26, (255, 244, 214))
        self.sky = sky

    def draw(self, moment: float) -> Picture:
        """The picture after some seconds."""
        picture = self.sky.copy()
        moved = 26.0 * moment
        for ridge in DAWN_RIDGES:
            ground(picture, ridge.edge(moved), ridge.top, ridge.bottom)
        _trees(picture, moved)
        return picture


class Sea:
    """Water at dusk; a sail goes by far out."""

    def __init__(self) -> None:
        sky = glow(gradient((88, 84, 140), (246, 164, 128)), 210, 196, 90, (255, 222, 160))
        disc(sky, 210, 186, 30, (255, 236, 190))
        self.sky = sky

    def draw(self, moment: float) -> Picture:
        """The picture after some seconds."""
        picture = self.sky.copy()
        for row, pace, tint in ((200, 0.20, 0), (226, 0.5, 1), (258, 0.9, 2), (300, 1.5, 3)):
            swell = 2.0 + tint
            edge = row + swell * np.sin(0.03 * (COLUMNS + 40 * pace * moment) + row)
            light = (150 - 30 * tint, 118 - 22 * tint, 150 - 18 * tint)
            ground(picture, edge, light, (70 - 12 * tint, 72 - 10 * tint, 118 - 14 * tint))
            if tint == 0:
                _sail(picture, 470 - 9 * moment, 206 + np.sin(1.2 * moment))
        return picture


class Night:
    """Stars over dark hills, the moon among them."""

    def __init__(self) -> None:
        sky = glow(gradient((8, 12, 38), (48, 52, 104)), 470, 84, 70, (120, 126, 170))
        moon, shade = sky.copy(), np.zeros_like(sky)
        disc(moon, 470, 84, 24, (238, 238, 220))
        disc(shade, 481, 77, 22, (255, 255, 255))
        sky = np.where(shade > 127, sky, moon)
        luck = np.random.default_rng(7)
        for x, y, size in luck.uniform((0, 0, 0.3), (WIDTH, 230, 1.4), (150, 3)):
            disc(sky, x, y, size, (226, 228, 246))
        self.sky = sky

    def draw(self, moment: float) -> Picture:
        """The picture after some seconds."""
        picture = self.sky.copy()
        for ridge in NIGHT_RIDGES:
            ground(picture, ridge.edge(18.0 * moment), ridge.top, ridge.bottom)
        return picture


class Window:
    """A lit window in a wall, a plant on the sill; nothing moves."""

    def __init__(self) -> None:
        wall = gradient((172, 160, 146), (150, 138, 126))
        for row in range(0, HEIGHT, 30):
            shape(wall, [(0, row), (WIDTH, row), (WIDTH, row + 1), (0, row + 1)], (160, 148, 134))
        shape(wall, _frame(214, 62, 212, 196), (112, 88, 70))
        for x in (224, 324):
            shape(wall, _frame(x, 72, 92, 176), (206, 214, 206))
        shape(wall, _frame(196, 258, 248, 14), (126, 100, 80))
        shape(wall, [(292, 228), (340, 228), (334, 258), (298, 258)], (170, 92, 66))
        for tilt, x in ((-40, 298), (-14, 309), (14, 323), (40, 334)):
            oval(wall, x, 208, (8, 26), (84, 116, 80), tilt)
        self.wall = wall

    def draw(self, moment: float) -> Picture:
        """The same picture, whatever the moment."""
        del moment
        return self.wall.copy()


def _trees(picture: Picture, moved: float) -> None:
    near = DAWN_RIDGES[-1]
    edge = near.edge(moved)
    for place in range(-40, 900, 67):
        x = place + 19 * np.sin(place) - moved
        if not -30 < x < WIDTH + 30:
            continue
        foot = float(edge[int(np.clip(x, 0, WIDTH - 1))]) + 8
        tall = 44 + 16 * np.sin(3.1 * place)
        for step in range(3):
            wide, low = (13 - 3 * step) * tall / 50, foot - 6 - step * tall * 0.24
            shape(picture, [(x - wide, low), (x + wide, low), (x, low - tall * 0.42)], (24, 50, 58))


def _sail(picture: Picture, x: float, y: float) -> None:
    shape(picture, [(x, y - 34), (x, y - 4), (x + 20, y - 4)], (250, 236, 220))
    shape(picture, [(x - 3, y - 28), (x - 3, y - 4), (x - 15, y - 4)], (236, 214, 200))
    shape(
        picture, [(x - 18, y - 2), (x + 22, y - 2), (x + 14, y + 6), (x - 12, y + 6)], (84, 58, 66)
    )


def _frame(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    right, bottom = left + width, top + height
    return [(left, top), (right, top), (right, bottom), (left, bottom)]
