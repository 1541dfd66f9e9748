"""The lively shot: a small bear juggles on a meadow, then leaps while confetti bursts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.sample.landscapes import COLUMNS
from gifworthy.sample.painting import (
    HEIGHT,
    WIDTH,
    Colour,
    Picture,
    arc,
    disc,
    glow,
    gradient,
    ground,
    limb,
    oval,
    shape,
)

FUR: Colour = (150, 92, 54)
PALE: Colour = (226, 184, 138)
DARK: Colour = (52, 32, 26)
COAT: Colour = (52, 122, 158)
COLOURS: tuple[Colour, ...] = (
    (236, 76, 70),
    (250, 190, 60),
    (66, 172, 120),
    (120, 92, 190),
    (240, 128, 170),
)
FLIGHT = 0.92
"""Seconds from one hand to the other."""
LEAP, LEAP_SECONDS = 2.5, 0.95
SCRAPS = 120


@dataclass(frozen=True)
class Pose:
    """Where the bear is. lift: pixels above the ground. squash: 1 upright, below 1 flattened."""

    x: float
    lift: float
    squash: float
    sway: float

    @property
    def waist(self) -> float:
        """Pixels from the top of the picture."""
        return 262 - self.lift + 26 * (1 - self.squash)


class Juggler:
    """The scene, drawn at any moment of it."""

    def __init__(self) -> None:
        sky = glow(gradient((94, 178, 226), (214, 238, 236)), 110, 60, 90, (255, 250, 214))
        for x, y, size in (
            (120, 84, 26),
            (150, 92, 20),
            (96, 94, 18),
            (520, 58, 22),
            (548, 66, 16),
        ):
            disc(sky, x, y, size, (250, 252, 252))
        ground(sky, 226 - 26 * np.sin(0.012 * COLUMNS + 1), (140, 196, 130), (108, 174, 104))
        ground(sky, 282 - 12 * np.sin(0.016 * COLUMNS + 4), (104, 178, 84), (60, 136, 62))
        _bunting(sky)
        self.meadow = sky
        luck = np.random.default_rng(11)
        self.scraps = luck.uniform((-1, -1, 0, 0), (1, 0.2, len(COLOURS), 6.3), (SCRAPS, 4))

    def draw(self, moment: float) -> Picture:
        """The picture after some seconds."""
        picture = self.meadow.copy()
        pose = _pose(moment)
        shade = 1 - min(0.5, pose.lift / 240)
        oval(picture, pose.x, 330, (58 * shade, 9 * shade), (52, 112, 56))
        hands = _hands(pose, moment)
        self._confetti(picture, moment - LEAP - 0.15)
        _bear(picture, pose, hands, moment)
        for number, colour in enumerate(COLOURS):
            x, y = _ball(hands, moment, number)
            disc(picture, x, y, 12, colour)
            disc(picture, x - 4, y - 4, 3.5, (255, 246, 236))
        return picture

    def _confetti(self, picture: Picture, age: float) -> None:
        if age < 0:
            return
        for right, up, colour, turn in self.scraps:
            x = WIDTH / 2 + 330 * right * (1 - np.exp(-2.4 * age))
            y = 150 + 210 * up * (1 - np.exp(-3 * age)) + 62 * age**2
            angle = turn + 5 * age
            a, b = 5 * np.cos(angle), 5 * np.sin(angle)
            corners = [
                (x + a, y + b),
                (x - b / 2, y + a / 2),
                (x - a, y - b),
                (x + b / 2, y - a / 2),
            ]
            if -10 < y < HEIGHT + 10:
                shape(picture, corners, COLOURS[int(colour)])


def _pose(moment: float) -> Pose:
    since = moment - LEAP
    sway = float(np.sin(2 * np.pi * moment / FLIGHT))
    if 0 <= since < LEAP_SECONDS:
        share = since / LEAP_SECONDS
        return Pose(WIDTH / 2, 4 * 92 * share * (1 - share), 1.0, sway)
    hop = abs(float(np.sin(np.pi * moment / FLIGHT * 2)))
    return Pose(WIDTH / 2 + 16 * sway, 9 * hop, 0.94 + 0.06 * hop, sway)


def _hands(pose: Pose, moment: float) -> tuple[tuple[float, float], tuple[float, float]]:
    since = moment - LEAP
    if 0 <= since < LEAP_SECONDS:
        up = 46 * float(np.sin(np.pi * since / LEAP_SECONDS))
        return (pose.x - 66, pose.waist - 26 - up), (pose.x + 66, pose.waist - 26 - up)
    turn = 4 * np.pi * moment / FLIGHT
    left = pose.x - 58 + 7 * float(np.cos(turn)), pose.waist - 12 + 11 * float(np.sin(turn))
    right = pose.x + 58 - 7 * float(np.cos(turn)), pose.waist - 12 - 11 * float(np.sin(turn))
    return left, right


def _ball(
    hands: tuple[tuple[float, float], tuple[float, float]],
    moment: float,
    number: int,
) -> tuple[float, float]:
    """A ball flies from hand to hand, each a part of the round behind the one before."""
    share = (moment / FLIGHT + 2 * number / len(COLOURS)) % 2
    (x0, y0), (x1, y1) = hands if share < 1 else hands[::-1]
    share %= 1
    high = 128 - 60 * float(np.exp(-(((moment - LEAP - 0.4) / 0.45) ** 2)))
    y = y0 + (y1 - y0) * share - 4 * high * share * (1 - share)
    return x0 + (x1 - x0) * share, max(14.0, y - 12)


def _bear(
    picture: Picture,
    pose: Pose,
    hands: tuple[tuple[float, float], tuple[float, float]],
    moment: float,
) -> None:
    x, waist, tall = pose.x, pose.waist, pose.squash
    kick = 10 * min(1.0, pose.lift / 60)
    for side in (-1, 1):
        foot = 326 - pose.lift * 0.93
        limb(picture, [(x + 19 * side, waist + 22), (x + (23 + kick) * side, foot - 4)], 24, FUR)
        oval(picture, x + (29 + kick) * side, foot, (17, 8), DARK)
    oval(picture, x, waist, (46, 50 * tall), FUR)
    oval(picture, x, waist + 2, (43, 44 * tall), COAT)
    oval(picture, x, waist + 8, (26, 28 * tall), PALE)
    for side, hand in zip((-1, 1), hands, strict=True):
        elbow = (x + 62 * side, waist + 8 - 0.3 * (waist - hand[1]))
        limb(picture, [(x + 36 * side, waist - 26), elbow, hand], 17, FUR)
        disc(picture, hand[0], hand[1], 11, PALE)
    _head(picture, x + 3 * pose.sway, waist - 72 * tall, moment)


def _head(picture: Picture, x: float, y: float, moment: float) -> None:
    for side in (-1, 1):
        disc(picture, x + 32 * side, y - 28, 15, FUR)
        disc(picture, x + 32 * side, y - 28, 8, PALE)
    oval(picture, x, y, (44, 40), FUR)
    oval(picture, x, y + 13, (24, 18), PALE)
    blink = (moment % 1.7) < 0.1
    for side in (-1, 1):
        oval(picture, x + 17 * side, y - 7, (5, 1 if blink else 6.5), DARK)
        if not blink:
            disc(picture, x + 17 * side + 2, y - 10, 2, (255, 255, 255))
        disc(picture, x + 29 * side, y + 9, 6, (214, 128, 104))
    oval(picture, x, y + 6, (7, 5), DARK)
    if 0 <= moment - LEAP < LEAP_SECONDS:
        oval(picture, x, y + 20, (8, 8), (140, 44, 48))
    else:
        arc(picture, x, y + 10, (13, 12), DARK, 3)


def _bunting(picture: Picture) -> None:
    line = [(x, 26 + 34 * np.sin(np.pi * (x % 320) / 320)) for x in range(0, WIDTH + 1, 8)]
    limb(picture, line, 2, (250, 250, 246))
    for number, (x, y) in enumerate(line[2::4]):
        colour = COLOURS[number % len(COLOURS)]
        shape(picture, [(x - 11, y), (x + 11, y), (x, y + 24)], colour)
