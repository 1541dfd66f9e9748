"""Films in which several different things happen, one after the other, each before a ground of its own.

Two sets of four kinds: `CHOSEN_ON` to choose constants on, `PROVED_ON` to prove them on, which share no
kind, no colour and no seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 160, 96, 12
SECONDS = 2.0


def _ball(picture: Picture, time: float) -> None:
    place = (int(20 + 5 * time) % WIDTH, int(70 - 50 * abs(np.sin(time / 5))))
    cv2.circle(picture, place, 12, (235, 120, 30), -1)


def _mascot(picture: Picture, time: float) -> None:
    box = cv2.boxPoints(((WIDTH / 2, HEIGHT / 2), (60, 30), 9 * time)).astype(np.int32)
    cv2.fillPoly(picture, [box], (240, 220, 60))


def _rain(picture: Picture, time: float) -> None:
    for column in range(0, WIDTH, 12):
        top = int(7 * time + 31 * column) % HEIGHT
        cv2.line(picture, (column, top), (column, top + 12), (230, 230, 255), 2)


def _door(picture: Picture, time: float) -> None:
    wide = int(30 + 12 * np.sin(time / 4))
    cv2.rectangle(picture, (80 - wide, 20), (80 + wide, 76), (200, 60, 160), -1)
    for panel in range(28, 76, 16):
        cv2.rectangle(picture, (86 - wide, panel), (74 + wide, panel + 8), (120, 30, 90), 2)


def _train(picture: Picture, time: float) -> None:
    left = WIDTH - int(6 * time) % (WIDTH + 80)
    for wagon in range(3):
        box = left + 30 * wagon
        cv2.rectangle(picture, (box, 44), (box + 26, 72), (150, 30, 40), -1)
        cv2.rectangle(picture, (box + 6, 50), (box + 18, 58), (240, 215, 150), -1)


def _snow(picture: Picture, time: float) -> None:
    for flake in range(28):
        across = (37 * flake + int(4 * np.sin(time / 6 + flake))) % WIDTH
        cv2.circle(picture, (across, int(2 * time + 53 * flake) % HEIGHT), 2, (250, 250, 250), -1)


def _clock(picture: Picture, time: float) -> None:
    cv2.circle(picture, (80, 48), 34, (40, 45, 60), -1)
    hand = (int(80 + 30 * np.cos(time / 4)), int(48 + 30 * np.sin(time / 4)))
    cv2.line(picture, (80, 48), hand, (90, 230, 220), 4)


def _waves(picture: Picture, time: float) -> None:
    across = np.arange(0, WIDTH + 1, 4)
    for row in range(30, HEIGHT, 16):
        down = row + 6 * np.sin(across / 14 + time / 7)
        line = np.stack([across, down], axis=1).astype(np.int32)
        cv2.polylines(picture, [line], False, (190, 225, 120), 2)


@dataclass(frozen=True)
class Kind:
    """One thing that happens. ground: its usual colour, RGB."""

    name: str
    ground: tuple[int, int, int]
    draw: Callable[[Picture, float], None]


PROVED_ON = (
    Kind("ball", (60, 90, 170), _ball),
    Kind("mascot", (60, 140, 70), _mascot),
    Kind("rain", (110, 110, 115), _rain),
    Kind("door", (170, 120, 60), _door),
)
CHOSEN_ON = (
    Kind("train", (150, 150, 40), _train),
    Kind("snow", (60, 60, 110), _snow),
    Kind("clock", (190, 130, 110), _clock),
    Kind("waves", (35, 115, 105), _waves),
)


@dataclass(frozen=True)
class Film:
    """A drawn film; each of its scenes lasts `SECONDS`. order: what happens, scene after scene."""

    path: Path
    order: tuple[str, ...]

    def start_of(self, kind: str) -> float:
        """When it begins to happen, seconds."""
        return SECONDS * self.order.index(kind)

    def kind_at(self, seconds: float) -> str:
        """What happens then."""
        return self.order[min(int(seconds / SECONDS), len(self.order) - 1)]


def film(path: Path, kinds: tuple[Kind, ...], seed: int, times: int = 1) -> Film:
    """Draw each kind so many times, in an order and with tints, textures and paces that the seed draws.

    No kind follows itself but where one round ends and the next begins.
    """
    random = np.random.default_rng(seed)
    order = [kinds[place] for _ in range(times) for place in random.permutation(len(kinds))]
    scenes = [list(_scene(kind, random)) for kind in order]
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "18", "g": "12"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for picture in chain.from_iterable(scenes):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return Film(path, tuple(kind.name for kind in order))


def _scene(kind: Kind, random: np.random.Generator) -> Iterator[Picture]:
    tint = np.array(kind.ground) + random.integers(-20, 20, 3)
    coarse = random.integers(-40, 40, (HEIGHT // 8, WIDTH // 8, 3)) + tint
    small = coarse.clip(0, 255).astype(np.uint8)
    ground = np.asarray(cv2.resize(small, (WIDTH, HEIGHT)), np.uint8)
    pace, phase = random.uniform(0.8, 1.2), random.uniform(0, 20)
    for number in range(int(SECONDS * FPS)):
        picture = ground.copy()
        kind.draw(picture, phase + pace * number)
        yield picture
