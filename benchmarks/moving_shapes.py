"""Videos in which one kind of motion is the exciting one, and people's ratings of their scenes.

Every scene shows one shape before a textured ground; scenes are parted by cuts. A shape that rises, again
and again, is good; one that sways from side to side average; one that falls again and again, or drifts,
bad. Rising is falling played backwards: shapes, colours, grounds, places and speeds are the same, so
neither a picture, nor all pictures of a scene in any order, nor the amount of motion gives the answer
away. A mirror image keeps it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Place = tuple[float, float, float]
"""Across and down in frame heights from the middle, and turned by radians."""

WIDTH, HEIGHT, FPS = 160, 96, 16
REACH = 0.25
STRAY = 0.2
RATINGS = {"rise": "good", "sway": "average", "fall": "bad", "drift": "bad"}
SCENES = ("rise", "rise", "sway", "sway", "fall", "fall", "drift")
SPLITS = {"train": 40, "validation": 8, "test": 20}


@dataclass(frozen=True)
class Shape:
    """What moves, and before what.

    phase: 0..1, where in its period it begins. period: seconds. aside: from the middle, across where it
    rises or falls, down where it sways, frame heights. turned: radians. pan: of the camera, -0.5..0.5.
    """

    kind: str
    corners: int
    radius: float
    colour: tuple[int, int, int]
    phase: float
    period: float
    aside: float
    turned: float
    ground: Picture
    pan: tuple[float, float]

    def at(self, seconds: float) -> Place:
        """Where it is."""
        turns = seconds / self.period + self.phase
        if self.kind == "sway":
            return REACH * np.sin(2 * np.pi * turns), self.aside, self.turned
        if self.kind == "drift":
            away = REACH * (seconds - 1.0)
            angle = 2 * np.pi * self.phase
            return away * np.cos(angle), away * np.sin(angle), self.turned
        travelled = (turns if self.kind == "fall" else -turns) % 1.0
        return self.aside, (travelled - 0.5) * (1 + 2 * self.radius), self.turned

    def draw(self, seconds: float, noise: np.random.Generator) -> Picture:
        """What the camera sees, grain included."""
        picture = self._ground_at(seconds)
        across, down, turned = self.at(seconds)
        angles = turned + 2 * np.pi * np.arange(self.corners) / self.corners
        middle = np.array([WIDTH / 2 + HEIGHT * across, HEIGHT / 2 + HEIGHT * down])
        outline = middle + HEIGHT * self.radius * np.stack([np.cos(angles), np.sin(angles)], 1)
        points = np.round(outline * 16).astype(np.int32)
        cv2.fillPoly(picture, [points], self.colour, cv2.LINE_AA, 4)
        return np.clip(picture + noise.normal(0, 3, (HEIGHT, WIDTH, 1)), 0, 255).astype(np.uint8)

    def _ground_at(self, seconds: float) -> Picture:
        """The camera pans slowly, whatever moves."""
        left, top = (int(16 + 8 * speed * seconds) for speed in self.pan)
        return self.ground[top : top + HEIGHT, left : left + WIDTH].copy()


def draw_all(
    folder: Path,
    seed: int = 0,
    splits: dict[str, int] = SPLITS,
    words: dict[str, str] = RATINGS,
) -> Path:
    """Draw the videos of every split; write what raters say to `ratings.csv`, which is returned.

    Its columns are those of the data set `ratings`. words: what raters say of each kind of motion.
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    ratings = folder / "ratings.csv"
    with ratings.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["video", "start", "end", "rating", "duration", "split"])
        for split, count in splits.items():
            for number in range(count):
                name = f"{split}-{number:02d}"
                for kind, start, end, whole in _film(folder / f"{name}.mp4", random):
                    rows.writerow([name, start, end, words[kind], whole, split])
    return ratings


def _film(path: Path, random: np.random.Generator) -> Iterator[tuple[str, float, float, float]]:
    """Draw one video; the kind, start and end of each scene, and the seconds of the whole."""
    kinds = [str(kind) for kind in random.permutation(SCENES)]
    frames = [int(random.integers(FPS * 3 // 2, FPS * 5 // 2)) for _ in kinds]
    shapes = [_shape(kind, bool(place % 2), random) for place, kind in enumerate(kinds)]
    _write(path, _pictures(shapes, frames, random))
    edges = (np.cumsum([0, *frames]) / FPS).tolist()
    for kind, (start, end) in zip(kinds, pairwise(edges), strict=True):
        yield kind, start, end, edges[-1]


def _shape(kind: str, light: bool, random: np.random.Generator) -> Shape:
    """A light shape on dark ground, or the other way; they take turns, so that every cut is plain to see."""
    colour = [int(x) for x in random.integers(200 * light, 200 * light + 55, 3)]
    return Shape(
        kind,
        corners=int(random.choice([3, 4, 5, 24])),
        radius=float(random.uniform(0.16, 0.22)),
        colour=(colour[0], colour[1], colour[2]),
        phase=float(random.uniform(0, 1)),
        period=float(random.uniform(0.8, 1.4)),
        aside=float(random.uniform(-STRAY, STRAY)),
        turned=float(random.uniform(0, 2 * np.pi)),
        ground=_ground(random, not light),
        pan=(float(random.uniform(-0.5, 0.5)), float(random.uniform(-0.5, 0.5))),
    )


def _ground(random: np.random.Generator, light: bool) -> Picture:
    """Smooth blots of two colours, larger than the frame so that a camera can pan over them."""
    coarse = random.random((7, 10)).astype(np.float32)
    blots = cv2.resize(coarse, (WIDTH + 32, HEIGHT + 32), interpolation=cv2.INTER_CUBIC)
    low = random.uniform(10, 70, 3) + 80 * light
    high = random.uniform(90, 160, 3) + 80 * light
    share = np.clip(blots, 0, 1)[..., None]
    return np.asarray(low + share * (high - low)).astype(np.uint8)


def _pictures(
    shapes: list[Shape], frames: list[int], random: np.random.Generator
) -> Iterator[Picture]:
    for shape, count in zip(shapes, frames, strict=True):
        for number in range(count):
            yield shape.draw(number / FPS, random)


def _write(path: Path, pictures: Iterator[Picture]) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
