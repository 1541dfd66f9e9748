"""Planted pixels with known masks: does `gifworthy train pldvhd small=true` learn where the product is?

    python -m benchmarks planted_products [SEEDS] [ARM ...]

Films are drawn (`drawn_products.py`): products that move and turn are wanted, things that lie still, plain
balls that move, and empty grounds are dull. Three raters say of the first two seconds of each passage
whether it is worth showing; each errs once in twenty. Nobody tells the net where the product is. Judged are
other films, by the truth, not the raters' word: `fresh` ones, which nobody looked at while fields were
chosen, and the 16 held out at first, 8 of which were (`seen`).
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.drawn_products import Film, film, write
from benchmarks.table import Row, markdown
from numpy.typing import NDArray

from gifworthy.learning.metrics.pairs import nacc
from gifworthy.protocols import Scorer, Seeing
from gifworthy.saliency import centre
from gifworthy.scorers.saliency import Saliency
from gifworthy.settings import Settings
from gifworthy.trained import open_trained
from gifworthy.types import Floats, Scores, Segment
from gifworthy.video import Video, open_video

SPLITS = {"train": 40, "validation": 8, "test": 16}
FRESH = range(5001, 5017)
RATERS, ERRS = 3, 0.05
FIELDS = ("small=true", "targets=2", "epochs=20", "batch=4", "patience=0")
PRECISION = "bf16"
ARMS: dict[str, tuple[str, ...]] = {
    "whole": (),
    "no temporal context": ("temporal=false",),
    "no spatial module": ("spatial=false",),
    "auxiliary map": ("auxiliary=0.5",),
    "highest of the map": ("pooling=max",),
    "top tenth of the map": ("pooling=top-tenth",),
    "binary labels": ("labels=binary",),
}
RIVALS: dict[str, tuple[str, ...]] = {
    "video2gif": ("backbone=pixels", "stride=none", "mirrored=false", "loss=huber", "tags=none",
                  "category=false", "position=false"),
    "latentsvm": ("backbone=pixels", "stride=none", "mirrored=false"),
    "lim": ("backbone=pixels", "stride=none", "short=19", "long=21"),
}  # fmt: skip
"""On vectors of `pixels`, colour, edges and motion, which need no weights; films last 17 to 23 s."""
MOMENTS_A_SCENE = 4
FOLDER = Path(os.environ.get("GIFWORTHY_BENCH", "bench-work")) / "products"


@dataclass(frozen=True)
class Held:
    """A film that is judged: its file, and what is true of it."""

    path: Path
    film: Film

    def moments(self) -> Iterator[tuple[bool, Floats]]:
        """Of each scene: whether it is wanted, and some seconds inside, away from the cut before."""
        for scene in self.film.scenes:
            inside = np.linspace(scene.start + 0.3, scene.end - 0.1, MOMENTS_A_SCENE)
            yield scene.is_wanted, np.floor(inside * 25 + 1e-6) / 25 + 0.02


@dataclass(frozen=True)
class Verdict:
    """What maps and scores of a held-out film are worth, or the mean over films.

    auc: area under the ROC curve of the product's pixels against all others of the same frame, in
    wanted frames. found: average precision of the product's pixels in wanted passages among all
    pixels of the film. nacc: pairs of a wanted and a dull passage in the right order.
    """

    auc: float
    found: float
    nacc: float


class Centre:
    """Always the middle, and no passage better than another."""

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """All alike."""
        del video
        return Scores(segments, np.zeros(len(segments)))

    def heat(self, video: Video, moments: Floats) -> Floats:
        """A blob."""
        del video
        return np.repeat(centre(54, 96)[None], len(moments), axis=0)


def takes(word: str) -> bool:
    """How many seeds, and which arms."""
    return word.isdigit() or word in (name.replace(" ", "-") for name in (*ARMS, *RIVALS))


def main() -> None:
    words = sys.argv[1:]
    seeds = [int(word) for word in words if word.isdigit()]
    arms = [name for name in (*ARMS, *RIVALS) if name.replace(" ", "-") in words]
    arms = arms or [*ARMS, *RIVALS]
    rows = list(rows_of(range(seeds[0] if seeds else 3), arms))
    print(markdown("Planted products", "python -m benchmarks planted_products", rows))


def rows_of(seeds: Sequence[int], arms: Sequence[str]) -> Iterator[Row]:
    """Every arm over every seed, beside what needs no training."""
    sets = {"seen": drawn(FOLDER), "fresh": fresh(FOLDER)}
    for name, scorer in (("centre", Centre()), ("plain saliency (teacher only)", Saliency())):
        for films, held in sets.items():
            yield _row(f"{name}, {films}", [mean_of(_told_of(f"{name}, {films}", scorer, held))])
    for arm in arms:
        found: dict[str, list[Verdict]] = {films: [] for films in sets}
        for seed in seeds:
            net = open_trained(trained(FOLDER, arm, seed), Settings(threads=1))
            for films, held in sets.items():
                found[films].append(mean_of(_told_of(f"{arm}, seed {seed}, {films}", net, held)))
        for films, verdicts in found.items():
            yield _row(f"{arm}, {films}", verdicts)


def _told_of(name: str, scorer: Scorer, held: Sequence[Held]) -> list[Verdict]:
    """Judge, and say at once what came out, with intervals over films: a long benchmark may be stopped."""
    found = judged(scorer, held)
    print(f"{name}: {_spreads(found)} over {len(found)} films", file=sys.stderr, flush=True)
    return found


def _row(name: str, found: Sequence[Verdict]) -> Row:
    is_whole = name.startswith("whole")
    runs = f"{len(found)} seeds" if len(found) > 1 else "1 seed"
    return Row(name, runs, _spreads(found), "0.95 / / 0.95" if is_whole else "")


def _spreads(found: Sequence[Verdict]) -> str:
    """Pixel AUC, average precision and nACC: means and intervals."""
    return " / ".join(
        _spread([getattr(v, field) for v in found]) for field in ("auc", "found", "nacc")
    )


def _spread(values: Sequence[float]) -> str:
    """Mean and, of several values, its 95 % interval by Student's t."""
    mean = float(np.mean(values))
    if len(values) < 2:
        return f"{mean:.3f}"
    from scipy.stats import t

    half = t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{mean:.3f} ± {half:.3f}"


def fresh(folder: Path) -> list[Held]:
    """Films of other seeds than all that anything was learned from or chosen on."""
    folder.mkdir(parents=True, exist_ok=True)
    held = []
    for seed in FRESH:
        made, path = film(seed), folder / f"fresh-{seed}.mp4"
        if not path.is_file():
            write(path, made.frames)
        held.append(Held(path, made))
    return held


def drawn(folder: Path, splits: dict[str, int] = SPLITS) -> list[Held]:
    """Draw the films and what raters say, once; those that are held out."""
    folder.mkdir(parents=True, exist_ok=True)
    labels, held = folder / "frames.csv", []
    random = np.random.default_rng(0)
    with labels.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["video", "second", "score", "rater", "duration", "split"])
        seed = 0
        for split, count in splits.items():
            for number in range(count):
                name, seed = f"{split}-{number:02d}", seed + 1
                made = film(seed)
                path = folder / f"{name}.mp4"
                if not path.is_file():
                    write(path, made.frames)
                rows.writerows(_told(name, split, made, random))
                if split == "test":
                    held.append(Held(path, made))
    gifworthy(
        "data", "read", "frames", str(folder), "-o", str(folder / "frames.parquet"), "--overwrite"
    )
    return held


def _told(
    name: str, split: str, made: Film, random: np.random.Generator
) -> Iterator[tuple[str, float, int, str, float, str]]:
    end = made.scenes[-1].end
    for scene in made.scenes:
        for rater in range(RATERS):
            said = scene.is_wanted != (random.random() < ERRS)
            yield name, scene.start, int(said), f"rater {rater + 1}", end, split


def trained(folder: Path, arm: str, seed: int) -> Path:
    """The folder of a model; trained when it is not there yet."""
    model = folder / f"{arm.replace(' ', '-')}-{seed}"
    if not (model / "config.json").is_file():
        given = ("--data", str(folder / "frames.parquet"), "--videos", str(folder))
        more = ("-o", str(model), "--seed", str(seed), "-q")
        ours = ("pldvhd", *FIELDS, *ARMS.get(arm, ()), "--precision", PRECISION)
        recipe = (arm, *RIVALS[arm]) if arm in RIVALS else ours
        gifworthy("train", *recipe, *given, *more)
    return model


def judged(scorer: Scorer, held: Sequence[Held]) -> list[Verdict]:
    """Of each film."""
    found = []
    for one in held:
        with open_video(one.path, settings=Settings(threads=1)) as video:
            scenes = one.film.scenes
            segments = tuple(Segment(s.start, min(s.end, video.duration)) for s in scenes)
            values = scorer.score(video, segments).values
            order = nacc([float(scene.is_wanted) for scene in scenes], values)
            pixels = (np.nan, np.nan)
            if isinstance(scorer, Seeing):
                pixels = _pixels(scorer.heat, video, one)
            found.append(Verdict(*pixels, order))
    return found


def mean_of(found: Sequence[Verdict]) -> Verdict:
    """The mean of each figure."""
    rows = np.array([(each.auc, each.found, each.nacc) for each in found])
    return Verdict(*(float(mean) for mean in rows.mean(axis=0)))


def _pixels(
    heat: Callable[[Video, Floats], Floats], video: Video, one: Held
) -> tuple[float, float]:
    """AUC in wanted frames, mean over them; average precision in a whole film."""
    shown, wanted, alone = [], [], []
    for is_wanted, moments in one.moments():
        masks = one.film.masks[np.minimum((moments * 25).astype(int), len(one.film.masks) - 1)]
        for seen, mask in zip(heat(video, moments), masks, strict=True):
            large = cv2.resize(seen, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)
            truth = mask & is_wanted
            if truth.any():
                alone.append(auc(large, truth))
            shown.append(large)
            wanted.append(truth)
    return float(np.mean(alone)), precision(np.stack(shown), np.stack(wanted))


def auc(values: Floats, truth: NDArray[np.bool_]) -> float:
    """How often a pixel of the truth has a higher value than another: area under the ROC curve."""
    from scipy.stats import rankdata

    ranks, inside = rankdata(values.ravel()), truth.ravel()
    count = int(inside.sum())
    above = float(ranks[inside].sum()) - count * (count + 1) / 2
    return above / (count * (inside.size - count))


def precision(values: Floats, truth: NDArray[np.bool_]) -> float:
    """Average precision of the truth's pixels, the highest values first."""
    order = np.argsort(-values.ravel(), kind="stable")
    right = truth.ravel()[order]
    each = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float(each[right].mean())


def gifworthy(*words: str) -> str:
    """Run the command; what it says."""
    command = [sys.executable, "-m", "gifworthy", *words]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
