"""Learn from GIFs, judge on YouTube Highlights by category: Video2GIF's table 3, on planted features.

`python -m benchmarks cross_data`; needs the extra `train`, and the labels of YouTube Highlights in
`../shared/data/youtube-highlights`, or `$GIFWORTHY_DATA/youtube-highlights`.

The labels of the highlights are the real ones; only the vectors are drawn, since the videos are not here.
What is worth showing moves a vector in a direction that GIFs and all domains share, and in one that is the
domain's own. The rank net and the rank SVM learn from drawn GIFs of other categories; the latent SVM from
the highlights' own training videos, domain by domain, as Sun et al. did.

Shape letters: N segments of a video, D numbers of a vector.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.planted_features import CONTEXT, NET, Law, World, drawn_examples
from numpy.random import Generator

from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.evaluate import Table, evaluate
from gifworthy.learning.manifest import Case, Manifest, Oddities
from gifworthy.learning.metrics.intervals import bootstrap
from gifworthy.learning.predicting import Bench, predict
from gifworthy.learning.recipe import Recipe
from gifworthy.learning.recipes.latentsvm import LatentSvm
from gifworthy.learning.recipes.ranksvm import RankSvm
from gifworthy.learning.sources import Material
from gifworthy.learning.task import Task
from gifworthy.learning.training import train
from gifworthy.settings import Settings
from gifworthy.types import Floats

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEDS = 5
WORLD = World(outliers=0.1)
RECIPES: Mapping[str, tuple[str, Recipe, bool]] = {
    "Video2GIF, from GIFs": ("video2gif", NET, False),
    "the same with context": ("video2gif", CONTEXT, False),
    "rank SVM, from GIFs": ("ranksvm", RankSvm(), False),
    "latent SVM, from highlights": ("latentsvm", LatentSvm(), True),
}


@dataclass(frozen=True)
class Domains:
    """Where the vectors of the highlights come from. strength: of what is worth showing; own: of the
    part of it that is the domain's own, beside the shared part of 1."""

    law: Law
    directions: Mapping[str, Floats]
    strength: float = 1.0
    own: float = 0.7

    @classmethod
    def drawn(cls, seed: int, topics: tuple[str, ...]) -> Domains:
        """With the law by which the GIFs of that seed are drawn."""
        law = Law.drawn(WORLD, np.random.default_rng(seed))
        random = np.random.default_rng(1000 + seed)
        scale = 1 / np.sqrt(WORLD.size)
        return cls(law, {topic: random.normal(0, scale, WORLD.size) for topic in topics})

    def vectors(self, case: Case, random: Generator) -> tuple[Floats, Floats]:
        """(N, D) of the clips of a video, and (N, 2) where they lie."""
        spans, values = case.grid()
        shared = np.zeros(WORLD.size)
        shared[: WORLD.size // 2] = self.law.liked
        worth = self.strength * np.nan_to_num(values[0])
        towards = shared + self.own * self.directions[case.topic]
        vectors = random.normal(0, 1, (len(spans), WORLD.size)) + worth[:, None] * towards
        vectors[:, : WORLD.size // 2] += random.normal(0, WORLD.level, WORLD.size // 2)
        return vectors, spans


def main() -> None:
    """Means over the seeds, by domain."""
    folder = Path(os.environ.get("GIFWORTHY_DATA", DATA)) / "youtube-highlights"
    if not folder.is_dir():
        print(f"cross_data: skipped, {folder} is not here")
        return
    highlights = DATASETS["youtube-highlights"]().read(folder)
    tables = [_table(highlights, seed) for seed in range(SEEDS)]
    topics = tuple(dict.fromkeys(tables[0].topics))
    print(
        f"## Table 3 on planted features, {SEEDS} seeds, mAP\n\n`python -m benchmarks cross_data`\n"
    )
    print(f"| learned | {' | '.join(topics)} | mean |\n|{'---|' * (len(topics) + 2)}")
    for row in tables[0].rows:
        if row.name in ("position", "oracle"):
            continue
        means = np.array([_by_topic(table, row.name, topics) for table in tables])
        low, high = bootstrap(means.mean(axis=1)[:, None], np.random.default_rng(0))
        cells = [f"{100 * mean:.1f}" for mean in means.mean(axis=0)]
        whole = f"{100 * means.mean():.1f} ({100 * low[0]:.1f} to {100 * high[0]:.1f})"
        print(f"| {row.name} | {' | '.join(cells)} | {whole} |")


def _by_topic(table: Table, name: str, topics: tuple[str, ...]) -> list[float]:
    values, named = table.row(name).values_cm[:, 0], np.array(table.topics)
    return [float(np.nanmean(values[named == topic])) for topic in topics]


def _table(highlights: Manifest, seed: int) -> Table:
    topics = tuple(dict.fromkeys(label.topic for label in highlights.labels))
    domains, random = Domains.drawn(seed, topics), np.random.default_rng(2000 + seed)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        matched = highlights.only(lambda label: label.who == "match")
        for case in matched.cases:
            _keep(root / "clips", case.video, *domains.vectors(case, random))
        gifs = _gifs(root / "gifs", seed)
        settings, judge = Settings(cache=root), DATASETS[highlights.name]().judge()
        bench = Bench(matched, judge, Material(vectors=root / "clips"), settings, Oddities())
        given = []
        for name, (recipe, how, at_home) in RECIPES.items():
            labels, vectors = (matched, "clips") if at_home else (gifs, "gifs")
            task = Task(recipe, how, labels, Material(vectors=root / vectors), seed=seed)
            train(task, root / name, settings)
            given.append(predict(str(root / name), bench))
        return evaluate(matched, judge, given, seed)


def _gifs(folder: Path, seed: int) -> Manifest:
    """Drawn GIFs as Video2GIF's labels, and their vectors in a folder."""
    examples, _ = drawn_examples(WORLD, seed)
    for example in examples.train:
        spans = np.array([(segment.start, segment.end) for segment in example.segments])
        _keep(folder, example.case.video, examples.inputs[example.rows].astype(float), spans)
    labels = tuple(label for example in examples.train for label in example.case.labels)
    return Manifest("video2gif", "drawn", labels)


def _keep(folder: Path, video: str, vectors: Floats, spans: Floats) -> None:
    folder.mkdir(exist_ok=True)
    np.save(folder / f"{video}.npy", vectors.astype(np.float32))
    np.save(folder / f"{video}.segments.npy", spans)


if __name__ == "__main__":
    main()
