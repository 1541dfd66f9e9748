"""Where people pick, on PHD-GIFs' 850 targets: `position` beside chance and earlier-is-better.

`python -m benchmarks position_phd2`; reads `../shared/data/phd2`, or `$GIFWORTHY_DATA/phd2`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import Row, markdown

from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.differences import differences
from gifworthy.learning.evaluate import Table, evaluate
from gifworthy.learning.fields import recipe_with
from gifworthy.learning.manifest import Manifest, Oddities
from gifworthy.learning.predicting import Bench, predict
from gifworthy.learning.predictions import Predictions
from gifworthy.learning.recipes import RECIPES
from gifworthy.learning.sources import Material
from gifworthy.learning.task import Task
from gifworthy.learning.training import train
from gifworthy.settings import Settings

DATA = Path(__file__).parents[2] / "shared" / "data"
PUBLISHED = {
    "random": (12.6, 51.7, 20.8),
    "position": (17.1, 46.3, 24.9),
    "oracle": (62.9, 4.3, 98.1),
    "habits": (17.1, 46.3, 25.7),
}
AGAINST = {
    "random": "chance",
    "position": "earlier is better",
    "oracle": "the labels themselves",
    "habits": "where people and this viewer pick; the aim is the best of each mark without pixels",
    "boosted": "trees on nine numbers of a place, never rising with time",
    "boosted freely": "the same trees, free to rise",
}
TRAINED = {"boosted": (), "boosted freely": ("falling=false",)}


def main() -> None:
    folder = Path(os.environ.get("GIFWORTHY_DATA", DATA)) / "phd2"
    if not folder.is_dir():
        print(f"position_phd2: skipped, {folder} is not here")
        return
    dataset = DATASETS["phd2"]()
    manifest = dataset.read(folder)
    given = [trained(manifest, name) for name in TRAINED] if is_there() else []
    table = evaluate(manifest, dataset.judge(), given)
    rows = [_row(table, name) for name in (*PUBLISHED, *(each.name for each in given))]
    title = (
        f"Where people pick: {len(table.cases)} of {table.total} PHD² targets, AP / nMSD / R@5, %"
    )
    print(markdown(title, "python -m benchmarks position_phd2", rows))
    for skipped in table.skipped:
        print(f"skipped: {skipped.what}: {skipped.count}")
    for name in ("habits", *(each.name for each in given)):
        found = differences(table, name, "position")
        print(f"{name} less position:", *(found.verdict(metric) for metric in found.metrics))


def is_there() -> bool:
    """Whether boosted trees can be grown here."""
    missing = [name for name in ("lightgbm", "torch", "accelerate") if not find_spec(name)]
    if missing:
        print(f"position_phd2: without boosted trees, {missing[0]} is not installed")
    return not missing


def trained(manifest: Manifest, name: str) -> Predictions:
    """Trees grown on the histories of the test's viewers, asked of their targets."""
    settings = Settings.from_environ(os.environ)
    judge = DATASETS[manifest.name]().judge()
    with TemporaryDirectory() as place:
        recipe = recipe_with(RECIPES["boosted-position"], TRAINED[name])
        train(Task("boosted-position", recipe, manifest), Path(place) / "model", settings)
        bench = Bench(manifest, judge, Material(), settings, Oddities())
        return replace(predict(f"{place}/model", bench), name=name)


def _row(table: Table, name: str) -> Row:
    row = table.row(name)
    figures = zip(row.means, row.low, row.high, strict=True)
    measured = " / ".join(f"{100 * m:.1f} ({100 * a:.1f}–{100 * b:.1f})" for m, a, b in figures)
    must = "better than chance" if name == "position" else ""
    aim = " / ".join(f"{figure:.1f}" for figure in PUBLISHED.get(name, ()))
    return Row(name, AGAINST[name], measured, must, aim)


if __name__ == "__main__":
    main()
