"""Drawn product videos with known masks: what is shown, where each of its pixels lies, and when it is dull.

A product is one of a few kinds of thing (bag, bottle, shoe, box) of drawn colours, shapes and turns. A
passage is one shot. In `turning` it moves about and turns: this is what people want to see. Dull are
`lying` (the same things lie still), `ball` (something plain moves about instead), and `empty`. Grounds are
`textured` and stand still, `moving` (the camera pans), or `cluttered` (many plain shapes, some drifting).
So neither a frame without those before it, nor motion alone, nor what stands out tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Points = NDArray[np.float64]
Colour = tuple[int, int, int]

WIDTH, HEIGHT, FPS = 192, 108, 25
GROUNDS = ("textured", "moving", "cluttered")
DULL = ("lying", "ball", "empty")
MARGIN = 64
SUBPIXELS = 4

BODIES: dict[str, Points] = {
    "bag": np.array([(-0.8, -0.3), (0.8, -0.3), (1.0, 1.0), (-1.0, 1.0)]),
    "bottle": np.array(
        [
            (-0.2, -1),
            (0.2, -1),
            (0.2, -0.5),
            (0.5, -0.2),
            (0.5, 1),
            (-0.5, 1),
            (-0.5, -0.2),
            (-0.2, -0.5),
        ]
    ),
    "shoe": np.array([(-1, -0.5), (-0.3, -0.6), (0.1, 0), (0.9, 0.2), (1.1, 0.6), (-1, 0.6)]),
    "box": np.array([(-0.8, -0.7), (0.8, -0.7), (0.8, 0.7), (-0.8, 0.7)]),
}
MARKS: dict[str, tuple[Points, ...]] = {
    "bag": (
        np.array([(-0.4, -0.3), (-0.3, -0.9), (0.3, -0.9), (0.4, -0.3), (0.25, -0.3), (0.2, -0.7),
                  (-0.2, -0.7), (-0.25, -0.3)]),
        np.array([(-0.9, 0.2), (0.9, 0.2), (0.93, 0.4), (-0.93, 0.4)]),
        np.array([(-0.2, 0.1), (0.2, 0.1), (0.2, 0.55), (-0.2, 0.55)]),
    ),
    "bottle": (
        np.array([(-0.25, -1.15), (0.25, -1.15), (0.25, -0.85), (-0.25, -0.85)]),
        np.array([(-0.5, 0), (0.5, 0), (0.5, 0.6), (-0.5, 0.6)]),
        np.array([(-0.3, 0.15), (0.3, 0.15), (0, 0.5)]),
    ),
    "shoe": (
        np.array([(-1, 0.45), (1.15, 0.45), (1.1, 0.7), (-1, 0.7)]),
        np.array([(-0.5, -0.2), (-0.3, -0.3), (0.3, 0.3), (0.1, 0.35)]),
        np.array([(-0.9, -0.4), (-0.6, -0.45), (-0.6, 0.3), (-0.9, 0.3)]),
    ),
    "box": (
        np.array([(-0.15, -0.7), (0.15, -0.7), (0.15, 0.7), (-0.15, 0.7)]),
        np.array([(-0.8, -0.15), (0.8, -0.15), (0.8, 0.15), (-0.8, 0.15)]),
        np.array([(-0.7, 0.3), (-0.3, 0.3), (-0.3, 0.6), (-0.7, 0.6)]),
    ),
}  # fmt: skip
KINDS = tuple(BODIES)


@dataclass(frozen=True)
class Thing:
    """What is shown. kind: of product, or `ball`. size: half its height, frame heights."""

    kind: str
    size: float
    colours: tuple[Colour, Colour, Colour]

    def draw(self, picture: Picture, place: Points, turned: float) -> Mask:
        """Paint it into a picture, its middle at (x, y) frame heights; its pixels."""
        mask = np.zeros(picture.shape[:2], np.uint8)
        shapes = [_circle()] if self.kind == "ball" else [BODIES[self.kind], *MARKS[self.kind]]
        paints = [self.colours[0], *(self.colours[1 + n % 2] for n in range(len(shapes) - 1))]
        for shape, colour in zip(shapes, paints, strict=True):
            points = _fixed(HEIGHT * (place + self.size * shape @ _turn(turned).T))
            cv2.fillPoly(picture, [points], colour, cv2.LINE_AA, SUBPIXELS)
            cv2.fillPoly(mask, [points], 1, cv2.LINE_8, SUBPIXELS)
        return mask > 0


@dataclass(frozen=True)
class Ground:
    """What lies behind: a picture larger than the frame, how the camera pans over it, what drifts on it."""

    picture: Picture
    pan: Points
    drifting: tuple[tuple[Points, Points, float, Colour], ...] = ()

    def at(self, seconds: float) -> tuple[Picture, Points]:
        """The frame without a product, and by how much what lies there has moved, frame heights."""
        moved = HEIGHT * self.pan * np.sin(seconds * 0.9) / 0.9
        shift = np.array([[1.0, 0, moved[0] - MARGIN], [0, 1.0, moved[1] - MARGIN]])
        seen = cv2.warpAffine(self.picture, shift, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
        for place, speed, size, colour in self.drifting:
            points = _fixed(HEIGHT * (place + speed * seconds + size * _circle(7)))
            cv2.fillPoly(seen, [points], colour, cv2.LINE_AA, SUBPIXELS)
        return np.asarray(seen, np.uint8), moved / HEIGHT


@dataclass(frozen=True)
class Passage:
    """One shot. what: `turning`, `lying`, `ball` or `empty`. reach: how far it moves, frame heights."""

    what: str
    thing: Thing
    ground: Ground
    middle: Points
    reach: Points
    pace: Points
    phase: Points
    turned: float

    def at(self, seconds: float) -> tuple[Picture, Mask]:
        """The frame, and the pixels of what is in front; none where there is nothing."""
        picture, moved = self.ground.at(seconds)
        if self.what == "empty":
            return picture, np.zeros(picture.shape[:2], bool)
        if self.what == "lying":
            return picture, self.thing.draw(picture, self.middle + moved, self.turned)
        place = self.middle + self.reach * np.sin(self.pace * seconds + self.phase)
        turned = self.turned + 0.6 * np.sin(2.1 * seconds + self.phase[0])
        return picture, self.thing.draw(picture, place, turned)

    def frames(self, count: int, random: np.random.Generator) -> Iterator[tuple[Picture, Mask]]:
        """So many frames, with the camera's grain."""
        for number in range(count):
            picture, mask = self.at(number / FPS)
            grain = random.normal(0, 3, (HEIGHT, WIDTH, 1))
            yield np.clip(picture + grain, 0, 255).astype(np.uint8), mask


@dataclass(frozen=True)
class Scene:
    """What a passage of a film shows, and its seconds."""

    what: str
    ground: str
    start: float
    end: float

    @property
    def is_wanted(self) -> bool:
        """Whether it is what people want to see."""
        return self.what == "turning"


@dataclass(frozen=True)
class Film:
    """One drawn video: scenes in order of time, and every frame's mask, (T, H, W) bool."""

    scenes: tuple[Scene, ...]
    frames: NDArray[np.uint8]
    masks: Mask


def products(seed: int, kind: str, seconds: float = 5.0) -> list[tuple[Picture, Mask]]:
    """A product that moves about before one kind of ground: frames at 25 a second and their masks."""
    random = np.random.default_rng((seed, GROUNDS.index(kind)))
    return list(passage("turning", kind, random).frames(round(seconds * FPS), random))


def film(seed: int, scenes: int = 8) -> Film:
    """A video of half wanted, half dull passages of 2 to 3 seconds, parted by cuts."""
    random = np.random.default_rng((seed, 77))
    whats = ["turning"] * (scenes // 2) + [DULL[n % 3] for n in range(scenes - scenes // 2)]
    lengths = random.integers(2 * FPS, 3 * FPS, scenes)
    edges = (np.cumsum([0, *lengths]) / FPS).tolist()
    told, frames, masks = [], [], []
    for place, (start, end) in zip(random.permutation(scenes), pairwise(edges), strict=True):
        what, ground = whats[place], str(random.choice(GROUNDS))
        told.append(Scene(what, ground, start, end))
        shot = passage(what, ground, random)
        for picture, mask in shot.frames(round((end - start) * FPS), random):
            frames.append(picture)
            masks.append(mask)
    return Film(tuple(told), np.stack(frames), np.stack(masks))


def passage(what: str, ground: str, random: np.random.Generator) -> Passage:
    """A passage, drawn by lot."""
    across = WIDTH / HEIGHT
    reach = np.array([random.uniform(0.25, 0.5), random.uniform(0.08, 0.18)])
    return Passage(
        what,
        _thing("ball" if what == "ball" else str(random.choice(KINDS)), random),
        _ground(ground, random),
        np.array([across / 2 + random.uniform(-0.3, 0.3), 0.5 + random.uniform(-0.1, 0.1)]),
        reach,
        random.uniform(1.6, 2.6, 2),
        random.uniform(0, 2 * np.pi, 2),
        random.uniform(-0.5, 0.5),
    )


def write(path: Path, frames: NDArray[np.uint8]) -> None:
    """A video file of some frames."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = frames.shape[2], frames.shape[1], "yuv420p"
        stream.thread_count = 1
        for picture in frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))


def _thing(kind: str, random: np.random.Generator) -> Thing:
    light = int(random.integers(0, 2))
    body = _colour(random, 120 * light, 135 + 120 * light)
    marks = (_colour(random, 120 * (1 - light), 255 - 120 * light), _colour(random, 0, 255))
    return Thing(kind, float(random.uniform(0.15, 0.22)), (body, *marks))


def _ground(kind: str, random: np.random.Generator) -> Ground:
    high, wide = HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN
    picture = _texture(random, high, wide)
    if kind == "moving":
        angle = random.uniform(0, 2 * np.pi)
        return Ground(picture, random.uniform(0.2, 0.45) * np.array([np.cos(angle), np.sin(angle)]))
    if kind == "textured":
        return Ground(picture, np.zeros(2))
    for _ in range(36):
        middle = random.uniform(0, 1, 2) * (wide, high)
        outline = middle + random.uniform(5, 16) * _circle(int(random.integers(3, 8)))
        cv2.fillPoly(picture, [_fixed(outline)], _colour(random, 20, 235), cv2.LINE_AA, SUBPIXELS)
    drifting = tuple(
        (
            random.uniform(0, 1, 2) * (WIDTH / HEIGHT, 1),
            random.uniform(-0.06, 0.06, 2),
            float(random.uniform(0.03, 0.06)),
            _colour(random, 20, 235),
        )
        for _ in range(3)
    )
    return Ground(picture, np.zeros(2), drifting)


def _texture(random: np.random.Generator, high: int, wide: int) -> Picture:
    """Blots of two colours at three scales."""
    share = np.zeros((high, wide), np.float32)
    for cells, weight in ((6, 0.5), (16, 0.3), (48, 0.2)):
        coarse = random.random((cells, round(cells * wide / high))).astype(np.float32)
        share += weight * cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    low, top = random.uniform(20, 120, 3), random.uniform(110, 220, 3)
    return np.clip(low + np.clip(share, 0, 1)[..., None] * (top - low), 0, 255).astype(np.uint8)


def _colour(random: np.random.Generator, low: float, high: float) -> Colour:
    red, green, blue = (int(x) for x in random.uniform(low, high, 3))
    return red, green, blue


def _circle(corners: int = 24) -> Points:
    angles = 2 * np.pi * np.arange(corners) / corners
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _turn(radians: float) -> Points:
    cos, sin = np.cos(radians), np.sin(radians)
    return np.array([[cos, -sin], [sin, cos]])


def _fixed(points: Points) -> NDArray[np.int32]:
    """Pixels with `SUBPIXELS` binary places, as OpenCV draws them."""
    return np.asarray(np.round(points * 2**SUBPIXELS), np.int32)
