"""Planted pixels: drawn videos with two stories each, told end to end through the command line.

    python -m benchmarks planted_story_pixels [--in=FOLDER] [--rows=gevaden,random,...]

Draws videos (`drawn_stories.py`), then `data read`, `train`, `evaluate`, `make --plan ./model --shots 3` as a
person types them, and a table with every row of the paper's table 2. The nets never see the videos that
are judged. FOLDER keeps videos and models, so that a second run trains what is missing only; without
ROWS all are measured. The drawings, and how one answer is chosen of many samples, were settled with sight
of test videos of seed 1, so another seed is judged.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from benchmarks.drawn_stories import Drawn, draw_all
from benchmarks.table import Row, markdown

from gifworthy.features import Features
from gifworthy.learning.metrics.intervals import bootstrap
from gifworthy.learning.metrics.posterior import posterior_score
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.learning.telling import chooses, ingredients
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.protocols import Pieces
from gifworthy.segmenters.seconds import Seconds
from gifworthy.settings import Settings
from gifworthy.trained import chosen_plan, open_selector
from gifworthy.types import Floats
from gifworthy.video import Video, open_video

LEARNED, JUDGED, SAMPLES = 48, 20, 200
LEARNED_SEED, JUDGED_SEED = 0, 2027
SHARED = ("state=64", "learning_rate=3e-3", "epochs=36", "patience=0", "batch=4")
GEVADEN = ("gevaden", *SHARED, "gif_state=32", "warm_up=5")
MODELS: dict[str, tuple[str, ...]] = {
    "ranknet": ("video2gif", "backbone=pixels", "stride=none", "tags=none", "width=64"),
    "reseq2seq": ("reseq2seq", *SHARED),
    "fixed": (*GEVADEN, "prior=fixed"),
    "plain": (*GEVADEN, "perceptual=0"),
    "gevaden": GEVADEN,
}
ROWS: dict[str, str] = {
    "BeautThumb": "beautthumb",
    "Hecate": "hecate",
    "RankNet, top 3": "ranknet",
    "re-SEQ2SEQ": "reseq2seq",
    "GEVADEN, fixed prior": "fixed",
    "GEVADEN, λ = 0": "plain",
    "GEVADEN, λ = 0.1": "gevaden",
    "random": "random",
    "even": "even",
    "people": "people",
}


@dataclass(frozen=True)
class Judged:
    """One held-out video: its answers, its GIFs (G, 3), its comments (N,), its shots' features (N, D)."""

    path: Path
    drawn: Drawn
    gifs: np.ndarray
    comments: Floats
    shots: Floats

    @cached_property
    def cells(self) -> Cells:
        """The Voronoi cells of its shots."""
        return Cells.of(self.shots)


def main() -> None:
    folders = [Path(word[5:]) for word in sys.argv if word.startswith("--in=")]
    wanted = [word[7:].split(",") for word in sys.argv if word.startswith("--rows=")]
    rows = {label: name for label, name in ROWS.items() if not wanted or name in wanted[0]}
    with tempfile.TemporaryDirectory() as spare:
        _measure(folders[0] if folders else Path(spare), rows)


def _measure(folder: Path, wanted: Mapping[str, str]) -> None:
    videos = prepared(folder)
    rows = []
    for label, name in wanted.items():
        if name in MODELS:
            train(folder, name)
        rows.append(_row(label, _figures(folder, name, videos)))
        print(rows[-1].what, rows[-1].measured, file=sys.stderr, flush=True)
    title = (
        f"Planted story pixels: PME / PME of the nearest GIF / PS / told in order, {JUDGED} videos"
    )
    print(markdown(title, "python -m benchmarks planted_story_pixels", rows))
    if "gevaden" in wanted.values():
        shown = [video.drawn.told(made(folder, "gevaden", video.path)) for video in videos]
        print(
            f"`make --plan ./gevaden --shots 3 --seconds 1`: {sum(shown)} of {len(shown)} in order"
        )


def prepared(folder: Path) -> list[Judged]:
    """Videos and manifests, drawn where they are missing; the held-out ones, read."""
    drawn = draw_all(folder / "test", JUDGED, JUDGED_SEED, "h")
    if not (folder / "train.parquet").exists():
        draw_all(folder / "train", LEARNED, LEARNED_SEED, "t")
    for part in ("train", "test"):
        place = folder / f"{part}.parquet"
        if not place.exists():
            gifworthy("data", "read", "gif-thumbnails", str(folder / part), "-o", str(place))
    features = Features.load("pixels", Settings())
    return [_judged(folder / "test", one, features) for one in drawn]


def train(folder: Path, name: str) -> None:
    """`gifworthy train`, where the model is not there yet."""
    if not (folder / name / "config.json").exists():
        data = ("--data", str(folder / "train.parquet"), "--videos", str(folder / "train"))
        gifworthy("train", *MODELS[name], *data, "-o", str(folder / name), "-q")


def made(folder: Path, name: str, video: Path) -> list[float]:
    """The seconds that `gifworthy make` shows, in showing order: the middle of each shot."""
    words = (
        "--plan",
        f"{folder / name}/",
        "--shots",
        "3",
        "--seconds",
        "1",
        "--json",
        "--overwrite",
    )
    out = str(folder / f"{video.stem}.gif")
    said = json.loads(gifworthy("make", str(video), *words, "-o", out))
    return [(shot["start"] + shot["end"]) / 2 for shot in said["highlights"]]


def gifworthy(*words: str) -> str:
    """Run the command; what it says."""
    command = [sys.executable, "-m", "gifworthy", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _judged(folder: Path, drawn: Drawn, features: Features) -> Judged:
    path = folder / f"{drawn.name}.mp4"
    labels = json.loads((folder / "annotated_data.json").read_text())[drawn.name]["gifs"]
    counts = json.loads((folder / "annotated_dm_count.json").read_text())[drawn.name]
    with open_video(path, "fast") as video:
        shots = features.of(video, Seconds().segment(video))
    gifs = np.array(list(labels.values()), np.intp)
    return Judged(path, drawn, gifs, np.array(counts, np.float64), shots)


def _figures(folder: Path, name: str, videos: Sequence[Judged]) -> Floats:
    """(V, 4) of one teller: PME by both orders, PS, and whether an answer was told in order."""
    if name == "people":
        return np.array([_of_people(judged) for judged in videos])
    return np.array([_of_video(folder / name, name, judged) for judged in videos])


def _of_people(judged: Judged) -> list[float]:
    """The labels' own GIFs, as if each were a sample."""
    errors = judged.cells.pme_of_gifs(judged.shots[judged.gifs], judged.gifs)
    scores = [posterior_score(judged.comments, gif) for gif in judged.gifs]
    whole = [judged.drawn.told((gif + 0.5).tolist()) for gif in judged.gifs]
    both = float(errors.mean(axis=0).min()), float(errors.min(axis=1).mean())
    return [*both, float(np.mean(scores)), float(np.mean(whole))]


def _of_video(model: Path, name: str, judged: Judged) -> list[float]:
    plan = _plan(model, name)
    settings = Settings()
    with open_video(judged.path, "fast") as video:
        board = CoverMaker.load(plan, settings).choose(video)
        seconds = [highlight.segment.middle for highlight in board]
        picks = np.minimum(np.array(seconds).astype(int), len(judged.shots) - 1)
        told = _told(model, video, judged, picks)
    score = posterior_score(judged.comments, picks)
    in_order = len(seconds) == 3 and judged.drawn.told(seconds)
    if told.shape[1] != 3:
        return [np.nan, np.nan, score, float(in_order)]
    errors = judged.cells.pme_of_gifs(told, judged.gifs)
    both = float(errors.mean(axis=0).min()), float(errors.min(axis=1).mean())
    return [*both, score, float(in_order)]


def _told(model: Path, video: Video, judged: Judged, picks: np.ndarray) -> Floats:
    """What it imagined, (L, 3, D); of who only picks, the shots it picked."""
    if not chooses(str(model)):
        return np.asarray(judged.shots[picks][None])
    selector = open_selector(model, ingredients(Settings()))
    shots = judged.shots.astype(np.float32)
    pieces = Pieces(Seconds().segment(video), video.duration, shots)
    return selector.imagined(pieces, SAMPLES, np.random.default_rng(0))


def _plan(model: Path, name: str) -> Plan:
    if name not in MODELS:
        segmenter = "shots" if name == "hecate" else "seconds"
        return Plan(name, segmenter, selector=name, shots=3)
    return replace(chosen_plan(f"{model}/"), segmenter="seconds", shots=3)


def _row(name: str, figures_v4: Floats) -> Row:
    low, high = bootstrap(figures_v4, np.random.default_rng(0), ())
    means = np.nanmean(figures_v4, axis=0)
    cells = [f"{m:.3f} ({a:.3f}–{b:.3f})" for m, a, b in zip(means, low, high, strict=True)]
    return Row(name, f"{int(np.isfinite(figures_v4[:, 0]).sum())} with PME", " / ".join(cells))


if __name__ == "__main__":
    main()
