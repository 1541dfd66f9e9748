"""Drawn videos that can be told in two ways, and the GIFs that people would accept of them.

Scenes of two seconds, parted by cuts on whole seconds. A subject is a shape in its colour, outlined in ink,
before a ground that has something of the colour. Its start is one that enters from the left at night, its
development a large one that swings by day, its end a crowd of them at sunset. A video shows two of four
subjects whole, in scenes of a drawn order, so that the end may come before the start. Among them lie
strays, shapes of other colours in the same places, and collages, which show both subjects at once.

The labels are in the layout of GIF-Thumbnails, comments a second beside them: most in the scenes that
belong to an answer, some everywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDTH, HEIGHT, FPS, SECONDS = 128, 72, 10, 2
SUBJECTS: tuple[tuple[int, Colour], ...] = (
    (24, (230, 40, 40)),
    (4, (40, 70, 240)),
    (3, (30, 200, 60)),
    (5, (245, 215, 40)),
)
"""Corners and colour: a red disc, a blue square, a green triangle, a yellow pentagon."""
STRANGERS: tuple[tuple[int, Colour], ...] = ((6, (170, 170, 170)), (4, (190, 60, 200)))
GROUNDS: tuple[Colour, ...] = ((40, 44, 80), (200, 220, 235), (226, 150, 92))
TINT, BLOTS = 0.45, 10
INK: Colour = (10, 10, 16)
SOFT = 1.0
"""Pixels: a lens. Edges as steep as print are a title to the gate."""
ROLES, WHOLE, STRAYS = 3, 2, 3
GIFS = 3
QUIET, BUSY = 3.0, 12.0


@dataclass(frozen=True)
class Scene:
    """Two seconds. shown: which shapes. role: 0 start, 1 development, 2 end. answer: whose, -1 nobody's."""

    shown: tuple[tuple[int, Colour], ...]
    role: int
    answer: int = -1


@dataclass(frozen=True)
class Drawn:
    """One video. events: (2, 3) the first second of each scene of each answer."""

    name: str
    seconds: int
    events: NDArray[np.intp]

    def told(self, seconds: list[float]) -> bool:
        """Whether three seconds lie in the three scenes of one answer, in order."""
        inside = [
            (first <= np.array(seconds)) & (np.array(seconds) < first + SECONDS)
            for first in self.events
        ]
        return any(bool(each.all()) for each in inside)


def draw_all(folder: Path, count: int, seed: int, prefix: str = "v") -> list[Drawn]:
    """So many videos, and beside them what people accepted and said."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    drawn, gifs, counts = [], {}, {}
    for number in range(count):
        name = f"{prefix}{number:02d}"
        scenes = _scenes(random)
        _write(folder / f"{name}.mp4", _pictures(scenes, random))
        made = _drawn(name, scenes)
        drawn.append(made)
        gifs[name] = {
            "gifs": _gifs(made, random),
            "fps": FPS,
            "frames": made.seconds * FPS,
            "width": WIDTH,
            "height": HEIGHT,
        }
        counts[name] = _comments(made, random)
    (folder / "annotated_data.json").write_text(json.dumps(gifs))
    (folder / "annotated_dm_count.json").write_text(json.dumps(counts))
    return drawn


def _scenes(random: np.random.Generator) -> list[Scene]:
    whole = [SUBJECTS[place] for place in random.permutation(len(SUBJECTS))[:WHOLE]]
    scenes = [
        Scene((one,), role, number) for number, one in enumerate(whole) for role in range(ROLES)
    ]
    scenes += [Scene(tuple(whole), role) for role in range(ROLES)]
    for _ in range(STRAYS):
        stranger = STRANGERS[random.integers(len(STRANGERS))]
        scenes.append(Scene((stranger,), int(random.integers(ROLES))))
    return [scenes[place] for place in random.permutation(len(scenes))]


def _drawn(name: str, scenes: list[Scene]) -> Drawn:
    events = np.zeros((WHOLE, ROLES), np.intp)
    for place, scene in enumerate(scenes):
        if scene.answer >= 0:
            events[scene.answer, scene.role] = SECONDS * place
    return Drawn(name, SECONDS * len(scenes), events)


def _gifs(made: Drawn, random: np.random.Generator) -> dict[str, list[float]]:
    """Some of each answer; which second of a scene is a matter of taste."""
    return {
        f"{answer}-{copy}.gif": (events + random.integers(SECONDS, size=ROLES))
        .astype(float)
        .tolist()
        for answer, events in enumerate(made.events)
        for copy in range(GIFS)
    }


def _comments(made: Drawn, random: np.random.Generator) -> list[int]:
    busy = np.isin(np.arange(made.seconds) // SECONDS, made.events.ravel() // SECONDS)
    return [int(count) for count in random.poisson(np.where(busy, BUSY, QUIET))]


def _pictures(scenes: list[Scene], random: np.random.Generator) -> Iterator[Picture]:
    for scene in scenes:
        ground = _ground(scene, random)
        phase = float(random.uniform(0, 1))
        crowd = random.uniform(0.12, 0.88, (12, 2))
        for frame in range(SECONDS * FPS):
            yield _picture(scene, ground, frame / FPS, phase, crowd, random)


def _ground(scene: Scene, random: np.random.Generator) -> Picture:
    """The role's colour with something of the shapes', side by side where there are two; smooth blots."""
    role = np.array(GROUNDS[scene.role], np.float32)
    light = role.mean() / 255
    picture = np.empty((HEIGHT, WIDTH, 3), np.float32)
    for side, (_, colour) in zip(
        np.array_split(picture, len(scene.shown), axis=1), scene.shown, strict=True
    ):
        side[:] = (1 - TINT) * role + TINT * light * np.array(colour, np.float32)
    coarse = random.uniform(-BLOTS, BLOTS, (5, 8)).astype(np.float32)
    blots = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)[..., None]
    return np.asarray(np.clip(picture + blots, 0, 255), np.uint8)


def _picture(
    scene: Scene,
    ground: Picture,
    seconds: float,
    phase: float,
    crowd: NDArray[np.float64],
    random: np.random.Generator,
) -> Picture:
    picture = ground.copy()
    for number, (corners, colour) in enumerate(scene.shown):
        share = 1.0 if len(scene.shown) == 1 else 0.7
        side = 0.0 if len(scene.shown) == 1 else 0.25 * (2 * number - 1)
        if scene.role == 0:
            across = 0.1 + 0.25 * seconds
            _shape(picture, (across, 0.6 + side), 0.24 * share, corners, colour)
        elif scene.role == 1:
            swing = 0.22 * np.sin(2 * np.pi * (seconds + phase))
            _shape(picture, (0.5 + side + swing, 0.5), 0.36 * share, corners, colour)
        else:
            own = crowd[number :: len(scene.shown)]
            for x, y in own + 0.02 * np.sin(6 * seconds + 9 * own):
                _shape(picture, (float(x), float(y)), 0.13, corners, colour)
    soft = cv2.GaussianBlur(picture, (0, 0), SOFT)
    noisy = soft + random.normal(0, 2, (HEIGHT, WIDTH, 1))
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def _shape(
    picture: Picture, at: tuple[float, float], radius: float, corners: int, colour: Colour
) -> None:
    angles = 2 * np.pi * np.arange(corners) / corners - np.pi / 2
    middle = np.array([WIDTH * at[0], HEIGHT * at[1]])
    outline = middle + HEIGHT * radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    corners_px = [np.round(outline * 16).astype(np.int32)]
    cv2.fillPoly(picture, corners_px, colour, cv2.LINE_AA, 4)
    # Without it some shapes are as light as their ground, and the gate calls the scene uniform.
    cv2.polylines(picture, corners_px, True, INK, 2, cv2.LINE_AA, 4)


def _write(path: Path, pictures: Iterator[Picture]) -> None:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "18"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.thread_count = 1
        for picture in pictures:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
