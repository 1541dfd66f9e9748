"""How many stages to freeze when a trained net goes on with other labels, of which there are few.

    python -m benchmarks.fine_tuning

A small I3D learns from 40 drawn videos that what rises is good (`planted_pixels.py`). Then other raters
say that what sways is good, on 6 videos: the net goes on from there with none, half or all of its stages
frozen, beside one that learns those 6 videos from nothing. All are judged on 20 videos of the new raters.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.planted_pixels import Drawn, judged, train
from benchmarks.table import Row, markdown

FEW = {"train": 6, "validation": 4, "test": 20}
OTHERS = {"sway": "good", "rise": "average", "fall": "bad", "drift": "bad"}
STAGES = 16
"""Of I3D."""
FASTER = ("learning_rate=3e-3", "backbone_rate=1")
"""The recipe's own rates are for thousands of steps; here are 90."""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first"
        train(first, Drawn.at(Path(folder) / "many"))
        few = Drawn.at(Path(folder) / "few", FEW, seed=1, words=OTHERS)
        ways: dict[str, tuple[str, ...] | None] = {"from nothing": (), "as it is": None}
        for frozen in (0, STAGES // 2, STAGES):
            begun = (f"begin={first}", f"frozen={frozen}", *FASTER)
            ways[f"{frozen} of {STAGES} stages frozen"] = begun
        rows = [
            Row(f"small i3d, {way}", "", _learned(few, first, way, fields))
            for way, fields in ways.items()
        ]
    print(markdown("Fine-tuning", "python -m benchmarks fine_tuning", rows))


def _learned(drawn: Drawn, first: Path, way: str, fields: tuple[str, ...] | None) -> str:
    """nACC on the new raters' videos; without fields, of the net as it was."""
    model = first
    if fields is not None:
        model = first.with_name(way.replace(" ", "-"))
        train(model, drawn, "batch=2", "epochs=30", "patience=0", *fields)
    figure = judged(drawn, str(model))[model.name][0]
    print(f"{way}: {figure:.3f}", file=sys.stderr)
    return f"nACC {figure:.3f}"


if __name__ == "__main__":
    main()
