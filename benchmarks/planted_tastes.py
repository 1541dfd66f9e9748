"""Planted tastes: what a viewer's history adds to a generic ranking, by every way PHD-GIFs compares.

    python -m benchmarks planted_tastes [--quick]

Users, videos and vectors are imagined (`tastes.py`). Nets learn from some viewers, shares are found on
others, and 300 more are judged on their last video.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from benchmarks.table import Row, markdown
from benchmarks.tastes import Viewer, World, examples_of, parted

from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judging import Metric
from gifworthy.learning.linear import separating
from gifworthy.learning.metrics.intervals import bootstrap
from gifworthy.learning.recipes.phd import PhdGifs
from gifworthy.learning.run import Run
from gifworthy.scorers.phd import Scale, viewer_rows
from gifworthy.taste import Joining, evened, maximal_similarity, mean_similarity
from gifworthy.types import Floats

LEARNERS, WATCHERS, VIDEOS, JUDGED = 400, 40, 7, 300
LENGTHS = (1, 2, 5, 10, 20, 40)
METRICS = (Metric("AP"), Metric("nMSD", False), Metric("R@5"))
RECIPE = PhdGifs(first=128, second=32, epochs=15, patience=4, dropout=0.2, batch=100)
WAYS = (
    ("mean", "vectors"),
    ("max", "vectors"),
    ("nearest", "vectors"),
    ("weighted", "vectors"),
    ("none", "vectors"),
    ("attention", "vectors"),
    ("mean", "distances"),
    ("nearest", "distances"),
    ("weighted", "distances"),
    ("none", "distances"),
)
Score = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Target:
    """One judged video on one scale: (N, F), its viewer's choices (H, F), and what they were chosen of."""

    example: Example
    segments: Floats
    history: Floats
    refused: Floats


@dataclass(frozen=True)
class Trained:
    """A net that learned: its two answers, and the share of the second."""

    net: Callable[[np.ndarray], Floats]
    joining: Joining
    share: float

    def answers(self, segments: Floats, history: Floats) -> Floats:
        """(N, 2) of one video: PHD-CA, SVM-D."""
        return self.net(viewer_rows(segments, history, self.joining))

    def aware(self, segments: Floats, history: Floats) -> Floats:
        """(N,) PHD-CA alone."""
        return self.answers(segments, history)[:, 0]

    def near(self, segments: Floats, history: Floats) -> Floats:
        """(N,) SVM-D alone."""
        return self.answers(segments, history)[:, 1]

    def fused(self, segments: Floats, history: Floats) -> Floats:
        """(N,) both, by the share found on validation."""
        aware, near = self.answers(segments, history).T
        return evened(aware) + self.share * evened(near)


def main() -> None:
    quick = "--quick" in sys.argv
    random = np.random.default_rng(0)
    world = World.drawn(random)
    examples = parted(world, random, LEARNERS // (4 if quick else 1), WATCHERS, VIDEOS)
    scale = scale_of(examples)
    many = 60 if quick else JUDGED
    lengths = random.integers(1, 41, many).tolist()
    targets = judged_on(world, scale, lengths, random)
    generic = learned(examples, replace(RECIPE, alone=1.0))
    nets = {way: learned(examples, _by(*way)) for way in (WAYS[:1] if quick else WAYS)}
    rows = _rows(targets, examples, scale, generic, nets)
    title = f"Planted tastes: {many} viewers, histories of 1 to 40, AP / nMSD / R@5, %"
    print(markdown(title, "python -m benchmarks planted_tastes", rows))
    _curve(world, scale, generic, nets, random, many)


def scale_of(examples: Examples) -> Scale:
    rows = np.concatenate([examples.inputs[e.rows] for e in examples.train]).astype(np.float64)
    return Scale(rows.mean(axis=0), rows.std(axis=0))


def judged_on(
    world: World,
    scale: Scale,
    lengths: Sequence[int],
    random: np.random.Generator,
    misled: bool = False,
) -> list[Target]:
    """The last video of viewers with histories of some lengths."""
    found = []
    for number, length in enumerate(lengths):
        videos, rows = examples_of(world, [Viewer(f"j{number}", length + 1, misled)], random)
        vectors = scale.of(rows.astype(np.float64))
        *past, target = videos
        chosen = [vectors[e.rows[e.values > 0.66]] for e in past]
        others = [vectors[e.rows[e.values == 0]] for e in past]
        found.append(
            Target(target, vectors[target.rows], np.concatenate(chosen), np.concatenate(others))
        )
    return found


def learned(examples: Examples, recipe: PhdGifs) -> Trained:
    """A net that learned by a recipe, in numpy from here on."""
    import torch

    with tempfile.TemporaryDirectory() as folder:
        made = recipe.learn(examples, Run(0, Path(folder), METRICS))
    network = made.network.eval()

    def net(rows: np.ndarray) -> Floats:
        with torch.inference_mode():
            found: Floats = network(torch.from_numpy(rows)).double().numpy()
        return found

    share = float(network.shares[0])  # type: ignore[index]
    return Trained(net, Joining(recipe.aggregation, recipe.representation, recipe.nearest), share)


def _by(aggregation: str, representation: str) -> PhdGifs:
    return replace(RECIPE, aggregation=aggregation, representation=representation)  # type: ignore[arg-type]


def highlight_svm(examples: Examples, scale: Scale) -> Floats:
    """(F,) a rank SVM on the segment alone."""
    apart = []
    for example in examples.train:
        vectors = scale.of(examples.inputs[example.rows].astype(np.float64))
        better, worse = vectors[example.values > 0.66], vectors[example.values == 0][:4]
        apart += [b - w for b in better for w in worse]
    return _rank_svm(np.stack(apart))


def _rank_svm(apart: Floats, cost: float = 1.0) -> Floats:
    turned = np.where(np.arange(len(apart)) % 2, 1.0, -1.0)
    return separating(apart * turned[:, None], turned, cost, offset=False)[0]


def residual(target: Target, generic: Trained) -> Floats:
    """A rank SVM of this viewer alone, on the segment and its generic score."""

    def seen(vectors: Floats) -> Floats:
        return np.column_stack([vectors, generic.aware(vectors, np.zeros((0, 0)))])

    better, worse = seen(target.history), seen(target.refused)
    per = len(worse) // len(better)
    apart = np.concatenate([better[n] - worse[n * per : n * per + 4] for n in range(len(better))])
    return np.asarray(seen(target.segments) @ _rank_svm(apart, cost=0.01))


def _rows(
    targets: list[Target],
    examples: Examples,
    scale: Scale,
    generic: Trained,
    nets: Mapping[tuple[str, str], Trained],
) -> list[Row]:
    nobody = np.zeros((0, 0))
    random, svm = np.random.default_rng(1), highlight_svm(examples, scale)
    ways: dict[str, Callable[[Target], Floats]] = {
        "random": lambda t: random.random(len(t.segments)),
        "generic net (Video2GIF's loss)": lambda t: generic.aware(t.segments, nobody),
        "highlight SVM": lambda t: t.segments @ svm,
        "maximal similarity": lambda t: maximal_similarity(t.segments, t.history),
        "Video-MMR": lambda t: mean_similarity(t.segments, t.history),
        "residual": lambda t: residual(t, generic),
        "SVM-D": lambda t: nets[WAYS[0]].near(t.segments, t.history),
    }
    rows = [_row(name, _results(targets, way)) for name, way in ways.items()]
    for way, net in nets.items():
        rows.append(_row(f"PHD-CA, {way[0]}, {way[1]}", _judged(targets, net.aware)))
        rows.append(
            _row(f"PHD-CA, {way[0]}, {way[1]} + {net.share:g} SVM-D", _judged(targets, net.fused))
        )
    rows.append(_row("the labels", _results(targets, lambda t: t.example.values)))
    return rows


def _judged(targets: Sequence[Target], score: Score) -> Floats:
    return _results(targets, lambda t: score(t.segments, t.history))


def _results(targets: Sequence[Target], score: Callable[[Target], Floats]) -> Floats:
    """(viewers, 3)."""
    return np.array([target.example.trial.judge(score(target)) for target in targets])


def _row(name: str, results: Floats) -> Row:
    low, high = bootstrap(results, np.random.default_rng(0), ())
    figures = zip(results.mean(axis=0), low, high, strict=True)
    measured = " / ".join(f"{100 * m:.1f} ({100 * a:.1f}–{100 * b:.1f})" for m, a, b in figures)
    return Row(name, f"{len(results)} viewers", measured)


def _curve(
    world: World,
    scale: Scale,
    generic: Trained,
    nets: Mapping[tuple[str, str], Trained],
    random: np.random.Generator,
    many: int,
) -> None:
    """Gain in AP over the generic net by length of history, and when the target is of other interests."""
    nobody = np.zeros((0, 0))
    names = [
        way for way in (("nearest", "distances"), ("attention", "vectors"), WAYS[0]) if way in nets
    ]
    rows = []
    cases = [(f"{length}", [length] * many, False) for length in LENGTHS]
    for name, lengths, misled in [*cases, ("10, misleading", [10] * many, True)]:
        targets = judged_on(world, scale, lengths, random, misled)
        base = _results(targets, lambda t: generic.aware(t.segments, nobody))[:, :1]
        for way in names:
            gain = _judged(targets, nets[way].fused)[:, :1] - base
            rows.append(_row(f"{name}: {way[0]}, {way[1]} + SVM-D", gain))
        rows.append(
            _row(f"{name}: maximal similarity", _judged(targets, maximal_similarity)[:, :1] - base)
        )
    title = "Gain in AP over the generic net, points, by length of the history"
    print(markdown(title, "python -m benchmarks planted_tastes", rows))


if __name__ == "__main__":
    main()
