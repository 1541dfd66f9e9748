"""Where people pick, on PHD-GIFs' 850 targets: `position` beside chance and earlier-is-better.

`python -m benchmarks position_phd2`; reads `../shared/data/phd2`, or `$GIFWORTHY_DATA/phd2`.
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.table import Row, markdown

from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.evaluate import Table, evaluate

DATA = Path(__file__).parents[2] / "shared" / "data"
PUBLISHED = {
    "random": (12.6, 51.7, 20.8),
    "position": (17.1, 46.3, 24.9),
    "oracle": (62.9, 4.3, 98.1),
}
AGAINST = {"random": "chance", "position": "earlier is better", "oracle": "the labels themselves"}


def main() -> None:
    folder = Path(os.environ.get("GIFWORTHY_DATA", DATA)) / "phd2"
    if not folder.is_dir():
        print(f"position_phd2: skipped, {folder} is not here")
        return
    dataset = DATASETS["phd2"]()
    table = evaluate(dataset.read(folder), dataset.judge())
    rows = [_row(table, name) for name in PUBLISHED]
    title = (
        f"Where people pick: {len(table.cases)} of {table.total} PHD² targets, AP / nMSD / R@5, %"
    )
    print(markdown(title, "python -m benchmarks position_phd2", rows))
    for skipped in table.skipped:
        print(f"skipped: {skipped.what}: {skipped.count}")


def _row(table: Table, name: str) -> Row:
    row = table.row(name)
    figures = zip(row.means, row.low, row.high, strict=True)
    measured = " / ".join(f"{100 * m:.1f} ({100 * a:.1f}–{100 * b:.1f})" for m, a, b in figures)
    must = "better than chance" if name == "position" else ""
    aim = " / ".join(f"{figure:.1f}" for figure in PUBLISHED[name])
    return Row(name, AGAINST[name], measured, must, aim)


if __name__ == "__main__":
    main()
