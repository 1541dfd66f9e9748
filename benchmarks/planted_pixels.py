"""Does a small 3D-CNN learn from nothing which kind of motion is the exciting one?

    python -m benchmarks planted_pixels [BACKBONE | flow | both ...]

Videos are drawn (`moving_shapes.py`) and everything else is the command line that a user has: `data read`,
`train netease small=true`, `evaluate`, `make`. The net never sees the videos that it is judged on. Beside
its pairwise accuracy stand chance, the place in the video, the scorer that needs no training, and the same
net on the same frames in shuffled order: what it knows without time.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.moving_shapes import RATINGS, SPLITS, draw_all
from benchmarks.table import Row, markdown

from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.metrics.ratings import WORDS
from gifworthy.protocols import Pieces
from gifworthy.scorers.netease import NetEase
from gifworthy.settings import Settings
from gifworthy.types import Segment
from gifworthy.video import open_video

NETS = {
    "i3d": ("backbone=i3d",),
    "r2plus1d-18": ("backbone=r2plus1d-18",),
    "c3d": ("backbone=c3d",),
    "p3d-199": ("backbone=p3d-199",),
    "flow": ("streams=flow",),
    "both": ("streams=both",),
}
FIELDS = ("small=true", "batch=2", "epochs=15")
GOOD = WORDS[RATINGS["rise"]]


@dataclass(frozen=True)
class Scene:
    """A span of a drawn video and how good raters say it is."""

    segment: Segment
    value: float


@dataclass(frozen=True)
class Drawn:
    """The drawn videos and what raters say of those that are held out, by name."""

    folder: Path
    manifest: Path
    held_out: dict[str, tuple[Scene, ...]]

    @classmethod
    def at(
        cls,
        folder: Path,
        splits: dict[str, int] = SPLITS,
        seed: int = 0,
        words: dict[str, str] = RATINGS,
    ) -> Drawn:
        """Draw so many of each split and read the ratings."""
        ratings = draw_all(folder, seed, splits, words)
        manifest = folder / "ratings.parquet"
        gifworthy("data", "read", "ratings", str(folder), "-o", str(manifest))
        scenes: dict[str, list[Scene]] = {}
        with ratings.open(newline="") as file:
            for row in csv.DictReader(file):
                if row["split"] == "test":
                    span = Segment(float(row["start"]), float(row["end"]))
                    scenes.setdefault(row["video"], []).append(Scene(span, WORDS[row["rating"]]))
        return cls(folder, manifest, {name: tuple(found) for name, found in scenes.items()})


def takes(word: str) -> bool:
    """Names of nets."""
    return word in NETS


def main() -> None:
    names = [name for name in sys.argv[1:] if name in NETS] or ["i3d"]
    with tempfile.TemporaryDirectory() as folder:
        drawn = Drawn.at(Path(folder))
        rows = [row for name in names for row in rows_of(name, drawn)]
    print(markdown("Planted pixels", "python -m benchmarks planted_pixels", rows))


def rows_of(name: str, drawn: Drawn) -> Iterator[Row]:
    """What one net learns, and what its covers show."""
    model = drawn.folder / name
    start = time.perf_counter()
    train(model, drawn, *NETS[name])
    seconds = time.perf_counter() - start
    print(f"{name}: trained in {seconds:.0f} s", file=sys.stderr)
    figures = judged(drawn, str(model), "signals")
    n = len(drawn.held_out)
    others = "; ".join(f"{row} {figures[row][0]:.3f}" for row in ("random", "position", "signals"))
    yield Row(
        f"small {name}: nACC on {n} held-out videos", others, f"{figures[name][0]:.3f}", "0.95"
    )
    yield Row(f"small {name}: rate of bad covers", "", f"{figures[name][1]:.3f}", "", "0")
    yield Row(f"small {name}: minutes of `train`, reading included", "", f"{seconds / 60:.1f}")
    if name not in ("flow", "both"):
        yield Row(
            f"small {name}: nACC, frames shuffled", "without time", f"{shuffled(model, drawn):.3f}"
        )
    shown = [picked(model, drawn, video) for video in drawn.held_out]
    yield Row(
        f"small {name}: covers of `make` that show what is good",
        f"{n} held-out videos",
        f"{sum(value == GOOD for value in shown)} of {n}",
    )


def train(model: Path, drawn: Drawn, *fields: str) -> None:
    """`gifworthy train netease`."""
    given = ("--data", str(drawn.manifest), "--videos", str(drawn.folder), "-o", str(model), "-q")
    own = [
        field for field in FIELDS if field.split("=")[0] not in {f.split("=")[0] for f in fields}
    ]
    gifworthy("train", "netease", *own, *fields, *given)


def judged(drawn: Drawn, *models: str) -> dict[str, tuple[float, float]]:
    """nACC and the rate of bad cases of each row of `gifworthy evaluate`."""
    given = ("--data", str(drawn.manifest), "--videos", str(drawn.folder), "--json")
    rows = json.loads(gifworthy("evaluate", *models, *given))["rows"]
    return {
        row["name"]: (row["metrics"]["nACC"]["mean"], row["metrics"]["bad cases"]["mean"])
        for row in rows
    }


def shuffled(model: Path, drawn: Drawn) -> float:
    """Mean nACC when the net is shown the frames of each segment in a drawn order."""
    scorer = NetEase.open(model, Settings(threads=1))
    random = np.random.default_rng(0)
    found = []
    for name, scenes in drawn.held_out.items():
        segments = tuple(scene.segment for scene in scenes)
        with open_video(drawn.folder / f"{name}.mp4") as video:
            frames = scorer.reader.of(video, segments)
            turned = np.stack([random.permutation(clip) for clip in frames])
            pieces = Pieces(segments, video.duration, turned)
        found.append(nacc([scene.value for scene in scenes], scorer.rate(pieces)))
    return float(np.mean(found))


def picked(model: Path, drawn: Drawn, name: str) -> float:
    """How good raters say the scene is that the cover of one video shows."""
    out = drawn.folder / f"{model.name}-{name}.gif"
    video = str(drawn.folder / f"{name}.mp4")
    said = json.loads(gifworthy("make", video, "--plan", f"{model}/", "-o", str(out), "--json"))
    shown = said["highlights"][0]
    segment = Segment(shown["start"], shown["end"])
    return max(drawn.held_out[name], key=lambda scene: scene.segment.shared_with(segment)).value


def gifworthy(*words: str) -> str:
    """Run the command; what it says."""
    command = [sys.executable, "-m", "gifworthy", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
