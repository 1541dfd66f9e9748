"""`gifworthy evaluate`: what scores are worth on people's labels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

if TYPE_CHECKING:
    from gifworthy.learning.manifest import Manifest

DATA = "GIFWORTHY_DATA"


def evaluate(
    data: Annotated[
        Path | None, Option("--data", metavar="MANIFEST", help="What `data read` wrote.")
    ] = None,
    dataset: Annotated[
        str | None, Option("--dataset", metavar="NAME", help=f"A data set below ${DATA}.")
    ] = None,
    scores: Annotated[
        list[Path] | None,
        Option("--scores", metavar="FILE", help="Predictions, JSON Lines; may be given again."),
    ] = None,
    by_topic: Annotated[bool, Option("--by-topic", help="The first metric in each topic.")] = False,
    seed: Annotated[int, Option(help="Of the random scores and the intervals.")] = 0,
    as_json: Annotated[bool, Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Judge scores by people's labels, beside chance, position, the labels themselves and people."""
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.evaluate import evaluate as judged
    from gifworthy.learning.predictions import read_predictions
    from gifworthy.learning.tables import as_json as written
    from gifworthy.learning.tables import as_text

    manifest = _labels(data, dataset)
    given = [read_predictions(path) for path in scores or ()]
    table = judged(manifest, DATASETS[manifest.name]().judge(), given, seed)
    print(written(table) if as_json else as_text(table, by_topic=by_topic))


def _labels(data: Path | None, dataset: str | None) -> Manifest:
    from gifworthy.errors import LabelsNotFound
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.storage import load

    if (data is None) == (dataset is None):
        raise ValueError("give either --data MANIFEST or --dataset NAME")
    if data is not None:
        return load(data)
    assert dataset is not None
    reader, root = DATASETS[dataset](), os.environ.get(DATA)
    if not root:
        raise LabelsNotFound(
            f"{DATA} is not set; set it to the folder that holds {reader.folders[0]}/"
        )
    places = [Path(root) / folder for folder in reader.folders]
    return reader.read(next((place for place in places if place.is_dir()), places[0]))
