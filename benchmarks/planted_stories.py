"""Planted stories: imagined videos with two right answers each; who tells one of them, and who tells both?

    python -m benchmarks planted_stories [--switches] [--seeds=10,11]

The rows are those of the paper's table 2 that need no pixels, and with `--switches` the ablations beside
them. Every figure is the mean over seeds (of the world, the videos, the weights and all lots), with a 95 %
interval of Student's t; the last rows are differences, paired seed by seed. BeautThumb and Hecate look at
pictures: `planted_story_pixels`. The world, the learning rate, beta and the epochs were chosen on seeds 0
to 3, so others are judged.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from benchmarks.stories import ROLES, Film, World, example, examples_of, film
from scipy.stats import t

from gifworthy.assignment import Average, agreed, closest, distances
from gifworthy.learning.examples import Examples
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.learning.recipe import Recipe
from gifworthy.learning.recipes.gevaden import Gevaden
from gifworthy.learning.recipes.ranksvm import RankSvm
from gifworthy.learning.recipes.reseq2seq import ReSeq2Seq
from gifworthy.learning.run import Run
from gifworthy.learning.stories import gifs_of
from gifworthy.models.context import Context
from gifworthy.types import Floats

SEEDS = (10, 11, 12, 13, 14)
LEARNED, WATCHED, JUDGED, SAMPLES = 300, 12, 100, 64
GEVADEN = Gevaden(
    state=64, gif_state=32, beta=0.1, warm_up=5, learning_rate=4e-3, epochs=24, patience=0
)
RIVAL = ReSeq2Seq(state=64, learning_rate=4e-3, epochs=24, patience=0)
NETS: dict[str, Recipe] = {
    "re-SEQ2SEQ": RIVAL,
    "GEVADEN, fixed prior": replace(GEVADEN, prior="fixed"),
    "GEVADEN, λ = 0": replace(GEVADEN, perceptual=0.0),
    "GEVADEN, λ = 0.1": GEVADEN,
}
SWITCHES: dict[str, Recipe] = {
    "GEVADEN, β = 0.001": replace(GEVADEN, beta=0.001),
    "GEVADEN, β = 0.01": replace(GEVADEN, beta=0.01),
    "GEVADEN, β = 0.4": replace(GEVADEN, beta=0.4),
    "GEVADEN, β = 1": replace(GEVADEN, beta=1.0),
    "GEVADEN, no warm-up": replace(GEVADEN, warm_up=0.0),
    "GEVADEN, tags join the prior": replace(GEVADEN, tag_words=10),
}
FIGURES = (
    "PME, mean over z, then best GIF",
    "PME, best GIF of each z, then mean",
    "shots in place",
    "whole answers",
    "answers covered",
    "shown whole: likelihood",
    "shown whole: cost",
    "shown whole: vote",
)
Teller = Callable[[Film, np.random.Generator], tuple[Floats, float]]


def main() -> None:
    given = [word[8:].split(",") for word in sys.argv if word.startswith("--seeds=")]
    seeds = [int(word) for word in given[0]] if given else SEEDS
    nets = {"GEVADEN, λ = 0.1": GEVADEN, **SWITCHES} if "--switches" in sys.argv else NETS
    with ProcessPoolExecutor(1) as workers:
        found = list(workers.map(partial(of_seed, nets=nets), seeds))
    print(table(found))


def table(found: Sequence[Mapping[str, Floats]]) -> str:
    """A row a teller, a column a figure: the mean over seeds and its interval; then what GEVADEN is ahead."""
    lines = [f"## Planted stories, {len(found)} seeds", "", f"| | {' | '.join(FIGURES)} |"]
    lines.append("|---" * (len(FIGURES) + 1) + "|")
    rows = {name: np.array([of[name] for of in found]) for name in found[0]}
    lines += [_line(name, figures, "") for name, figures in rows.items()]
    told = rows["GEVADEN, λ = 0.1"]
    lines += [
        _line(f"less {name}", told - figures, "+")
        for name, figures in rows.items()
        if name in NETS and figures is not told
    ]
    return "\n".join(lines)


def _line(name: str, figures_sf: Floats, sign: str) -> str:
    count = len(figures_sf)
    means = figures_sf.mean(axis=0)
    if count < 2:
        return f"| {name} | {' | '.join(f'{m:{sign}.3f}' for m in means)} |"
    wide = t.ppf(0.975, count - 1) * figures_sf.std(axis=0, ddof=1) / count**0.5
    cells = [f"{m:{sign}.3f} ± {w:.3f}" for m, w in zip(means, wide, strict=True)]
    return f"| {name} | {' | '.join(cells)} |"


def of_seed(seed: int, nets: Mapping[str, Recipe]) -> dict[str, Floats]:
    """The eight figures of every row on one seed."""
    import torch

    torch.set_num_threads(1)
    random = np.random.default_rng(seed)
    world = World.drawn(random)
    examples = examples_of(world, (LEARNED, WATCHED), random)
    films = [film(world, random) for _ in range(JUDGED)]
    rows = {name: judged(teller, films, seed) for name, teller in SIMPLE.items()}
    rows["position prior"] = judged(placed(examples), films, seed)
    rows["RankNet's loss, linear, top 3"] = judged(ranked(examples, seed), films, seed)
    for name, recipe in nets.items():
        rows[name] = judged(told_by(recipe, examples, seed), films, seed)
        print(seed, name, np.round(rows[name], 3), file=sys.stderr, flush=True)
    return rows


def judged(teller: Teller, films: Sequence[Film], seed: int) -> Floats:
    """(8,) the means over videos of what a teller imagines, (L, 3, D)."""
    random = np.random.default_rng([seed, 1])
    rows = [_figures(made, *teller(made, random)) for made in films]
    return np.asarray(np.mean(rows, axis=0))


def _figures(made: Film, told: Floats, unit: float) -> Floats:
    errors = Cells.of(made.vectors).pme_of_gifs(told, made.gifs)
    apart = distances(told, made.vectors)
    same = closest(apart)[:, None] == made.gifs[None]
    ways: tuple[Average, ...] = ("likelihood", "cost", "vote")
    shown = [agreed(apart, unit, way) for way in ways]
    whole = same.all(axis=2)
    return np.array(
        [
            errors.mean(axis=0).min(),
            errors.min(axis=1).mean(),
            same.mean(axis=2).max(axis=1).mean(),
            whole.any(axis=1).mean(),
            whole.any(axis=0).mean(),
            *((picks == made.gifs).all(axis=1).any() for picks in shown),
        ]
    )


def told_by(recipe: Recipe, examples: Examples, seed: int) -> Teller:
    """A net that learned by a recipe, as it tells a film."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        learned = recipe.learn(examples, Run(seed, Path(folder)))
    network = learned.network.eval()
    unit = float(network.standard.spread[0])  # type: ignore[union-attr, index]
    words = Context.named(words=str(learned.arguments.get("words") or ""))

    def tell(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
        given = [made.vectors, random.standard_normal((SAMPLES, 10))]
        if words.words:
            given.append(np.tile(words.about("", (made.tags,)), (SAMPLES, 1)))
        tensors = [torch.from_numpy(np.asarray(x, np.float32)) for x in given]
        with torch.inference_mode():
            told = network(*tensors[: len(learned.inputs)])
        first = told[0] if isinstance(told, tuple) else told
        return first.double().numpy(), unit

    return tell


def ranked(examples: Examples, seed: int) -> Teller:
    """The three seconds that a linear ranker scores highest, in the order of time."""
    with tempfile.TemporaryDirectory() as folder:
        learned = RankSvm(backbone="pixels", stride=None).learn(examples, Run(seed, Path(folder)))
    import torch

    def tell(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
        del random
        made_example = example("v", made)
        with torch.inference_mode():
            rows = torch.from_numpy(made.vectors.astype(np.float32))
            scores = learned.network(rows).numpy().reshape(len(made_example), -1)[:, 0]
        return made.vectors[np.sort((-scores).argsort()[:ROLES])][None], 1.0

    return tell


def placed(examples: Examples) -> Teller:
    """Where in their videos people's shots lie, drawn again for each of the three places by itself."""
    shares = np.concatenate(
        [(gifs_of(one.case, one.segments) + 0.5) / len(one) for one in examples.train]
    )

    def tell(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
        count = len(made.vectors)
        drawn = shares[random.integers(len(shares), size=(64 * SAMPLES, ROLES)), np.arange(ROLES)]
        picks = np.minimum((drawn * count).astype(int), count - 1)
        apart = np.array([len(set(three)) == ROLES for three in picks.tolist()])
        return made.vectors[picks[apart][:SAMPLES]], 1.0

    return tell


def _random(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
    picks = [random.permutation(len(made.vectors))[:ROLES] for _ in range(SAMPLES)]
    return made.vectors[np.array(picks)], 1.0


def _even(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
    del random
    count = len(made.vectors)
    return made.vectors[[count // 6, count // 2, 5 * count // 6]][None], 1.0


def _people(made: Film, random: np.random.Generator) -> tuple[Floats, float]:
    return made.vectors[made.gifs[random.integers(len(made.gifs), size=SAMPLES)]], 1.0


SIMPLE: dict[str, Teller] = {"random": _random, "even": _even, "the labels": _people}


if __name__ == "__main__":
    main()
