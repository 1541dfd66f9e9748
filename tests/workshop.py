"""Small trainings: drawn videos, people's ratings of them, the example package, found without pip."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import drawn
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case, Label, Manifest
from gifworthy.learning.sources import segments_of
from gifworthy.learning.storage import save
from gifworthy.reading import Reading

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SCALE = "0 = bad, 1 = average, 2 = good"
LENGTH, SHOT, FPS = 8.0, 2.0, 10
SIZE = 6
SIX = Reading.vectors("pixels")


def rated(videos: int, *, segments: int = 4, splits: bool = True, name: str = "v") -> Manifest:
    """Each video has `segments` pieces of 2 s; piece k of video v is good where (v + k) % segments is 0,
    else average where it is 1, else bad."""
    labels = tuple(
        Label(
            f"{name}{video}",
            SHOT * place,
            SHOT * (place + 1),
            float(grade_of(video, place, segments)),
            f"drawn:{video}",
            who="r1",
            split=split_of(video, videos) if splits else "",
            duration=SHOT * segments,
        )
        for video in range(videos)
        for place in range(segments)
    )
    return Manifest("ratings", SCALE, labels)


def grade_of(video: int, place: int, segments: int) -> int:
    """2 good, 1 average, 0 bad."""
    turn = (video + place) % segments
    return 2 if turn == 0 else 1 if turn == 1 else 0


def split_of(video: int, videos: int) -> str:
    """The last two are the judge's, the two before are watched."""
    if video >= videos - 2:
        return "test"
    return "validation" if video >= videos - 4 else "train"


def vectors_for(manifest: Manifest, folder: Path, *, noise: float = 0.3, seed: int = 0) -> Path:
    """A folder of vectors whose first number is the grade and noise; the others are noise alone."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for case in manifest.cases:
        vectors = random.normal(0, 1, (len(case.labels), SIZE)).astype(np.float32)
        vectors[:, 0] = case.values + noise * vectors[:, 0]
        np.save(folder / f"{case.video}.npy", vectors)
    return folder


def imagined_examples(reading: Reading = SIX, videos: int = 12, seed: int = 0) -> Examples:
    """Two of five pieces of each video lie in a GIF; the first number of a vector, and the light of a
    frame, say which. The last three videos are watched; topics and tags take turns."""
    random, judge = np.random.default_rng(seed), GifJudge(seconds=4.0)
    examples: list[Example] = []
    rows: list[NDArray[Any]] = []
    for number in range(videos):
        case = _case(number)
        trial = judge.trial(case)
        assert isinstance(trial, GifTrial)
        values, segments = trial.oracle(), segments_of(trial.spans)
        file = Path(f"{case.video}.mp4")
        examples.append(Example(case, segments, values, len(rows), trial, file))
        rows += [_row(reading, value, random) for value in values]
    watched = examples[-3:]
    return Examples(tuple(examples[:-3]), tuple(watched), np.stack(rows))


def _case(number: int) -> Case:
    first = 4.0 * (number % 4)
    label = Label(
        f"v{number}",
        first,
        first + 8.0,
        1.0,
        "imagined:1",
        topic=("sport", "pets")[number % 2],
        duration=20.0,
        fps=5.0,
        views=10.0 ** (number % 4),
        days=7.0,
        tags=("cat;jump", "dog;run")[number % 2],
    )
    return Case(label.video, "", "", (label,))


def _row(reading: Reading, value: float, random: np.random.Generator) -> NDArray[Any]:
    if reading.what == "nothing":
        return np.zeros(0, np.float32)
    if reading.what == "vectors":
        vector = random.normal(0, 1, SIZE).astype(np.float32)
        vector[0] = 2 * value + 0.3 * vector[0]
        return vector
    frames = random.integers(0, 60, reading.shape)
    return (frames + 150 * value).astype(np.uint8)


def imagined_looks(folder: Path, videos: int) -> Path:
    """Everybody looks at the same corner of every imagined video, all the time."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"v{number},{second / 4},0.2,0.3"
        for number in range(videos)
        for second in range(int(4 * LENGTH * 3))
    ]
    (folder / "points.csv").write_text("\n".join(["video,second,x,y", *rows]) + "\n")
    return folder


def of_other_lengths(examples: Examples) -> Examples:
    """The same videos, each a second longer than the one before."""
    train = tuple(
        replace(x, case=replace(x.case, labels=(replace(x.case.labels[0], duration=20.0 + n),)))
        for n, x in enumerate(examples.train)
    )
    return replace(examples, train=train)


def draw_videos(manifest: Manifest, folder: Path) -> Path:
    """The videos of a manifest: a red square moves before a scene of its own, large in a good piece,
    middling in an average one, small in a bad one."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(manifest.cases):
        pictures = [
            picture
            for place, grade in enumerate(case.values)
            for picture in _scene(100 * number + place, grade)
        ]
        drawn.write(
            folder / f"{case.video}.mp4",
            pictures,
            drawn.Recipe(fps=Fraction(FPS), options=drawn.H264),
        )
    return folder


def _scene(seed: int, grade: float) -> Iterator[drawn.Picture]:
    scene, side = drawn.textured(seed, 96, 64), int(8 + 20 * grade)
    for frame in range(int(SHOT * FPS)):
        picture = scene.copy()
        left = 4 + frame % (90 - side)
        picture[8 : 8 + side, left : left + side] = (250, 40, 30)
        yield picture


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """As `gifworthy data read` would have."""
    return save(manifest, folder / "ratings.parquet", overwrite=True)


@contextmanager
def example_package(folder: Path) -> Iterator[None]:
    """The package of examples/eager as if pip had installed it."""
    info = folder / "gifworthy_eager-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gifworthy-eager\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(entry_points())
    places = [str(folder), str(EXAMPLES / "eager" / "src")]
    sys.path[:0] = places
    try:
        yield
    finally:
        for place in places:
            sys.path.remove(place)


def entry_points() -> str:
    """Those of its pyproject.toml, in the form of an installed package."""
    import tomllib

    project = tomllib.loads((EXAMPLES / "eager" / "pyproject.toml").read_text())["project"]
    return "\n".join(
        f"[{group}]\n" + "\n".join(f"{name} = {place}" for name, place in parts.items())
        for group, parts in project["entry-points"].items()
    )
